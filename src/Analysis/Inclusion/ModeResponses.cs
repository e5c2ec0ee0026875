using KernelFlow.Numerics;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>G_Q and W_S seen through the modes of W_S.</summary>
internal static class ModeResponses
{
    /// <summary>GΨ, M×k: how far each mode moves the test outputs.</summary>
    public static DenseMatrix Of(DenseMatrix G, EigenPairs pairs, Backend backend)
    {
        var response = new DenseMatrix(G.RowCount, pairs.Values.Count);
        backend.Gemm(Op.None, Op.None, 1, G, pairs.Vectors, 0, response);
        return response;
    }

    /// <summary>The norms of the columns.</summary>
    public static double[] Norms(DenseMatrix response)
    {
        var norms = new double[response.ColumnCount];
        for (int j = 0; j < norms.Length; j++) norms[j] = VectorMath.Norm(((MatrixView)response).Column(j));
        return norms;
    }

    /// <summary>ΨᵀWΨ, k×k; 2N²k + Nk² flops.</summary>
    public static DenseMatrix Dissipation(DenseMatrix W, EigenPairs pairs, Backend backend)
    {
        int k = pairs.Values.Count;
        DenseMatrix image = new(W.RowCount, k), values = new(k, k);
        backend.Gemm(Op.None, Op.None, 1, W, pairs.Vectors, 0, image);
        backend.SymmetricProduct(1, pairs.Vectors, image, 0, values);
        return values;
    }

    /// <summary>Largest |(GΨ)_ij|/(√C_ii·root_j + floor_i) per mode with the row that has it, floor_i the share of ‖G_i·‖.</summary>
    /// <param name="response">GΨ, M×k.</param>
    /// <param name="G">G_Q, M×N.</param>
    /// <param name="c">C, M×M.</param>
    /// <param name="roots">An upper bound of √λ_j for every mode.</param>
    /// <param name="share">N·ε.</param>
    public static (double Ratio, int Row)[] RowRatios(DenseMatrix response, DenseMatrix G, DenseMatrix c, IReadOnlyList<double> roots, double share)
    {
        int M = response.RowCount;
        double[] rows = TestFrame.RowNorms(G), scale = new double[M];
        for (int i = 0; i < M; i++) scale[i] = Math.Sqrt(Math.Max(c.At(i, i), 0));
        var ratios = new (double Ratio, int Row)[response.ColumnCount];
        for (int j = 0; j < ratios.Length; j++)
        {
            for (int i = 0; i < M; i++)
            {
                double moved = Math.Abs(response.At(i, j)), bound = scale[i] * roots[j] + share * rows[i];
                double ratio = bound > 0 ? moved / bound : moved > 0 ? double.PositiveInfinity : 0;
                if (ratio > ratios[j].Ratio || double.IsNaN(ratio)) ratios[j] = (ratio, i);
            }
        }
        return ratios;
    }

    /// <summary>‖G W^{+1/2}‖₂ over the modes above rounding.</summary>
    public static double Visibility(DenseMatrix response, IReadOnlyList<double> values, double noise, Backend backend)
    {
        int rank = values.Count(v => v > noise);
        if (rank == 0 || response.RowCount == 0) return 0;
        var scaled = ((MatrixView)response).ColumnRange(0, rank).ToMatrix();
        for (int j = 0; j < rank; j++)
            foreach (ref double v in ((MatrixView)scaled).Column(j)) v /= Math.Sqrt(values[j]);
        return MatrixNorms.Spectral(scaled, backend);
    }
}
