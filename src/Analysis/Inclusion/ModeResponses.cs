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

    /// <summary>ψ_jᵀWψ_j for every mode; 2N²k flops.</summary>
    public static double[] Dissipation(DenseMatrix W, EigenPairs pairs, Backend backend)
    {
        var image = new DenseMatrix(W.RowCount, pairs.Values.Count);
        backend.Gemm(Op.None, Op.None, 1, W, pairs.Vectors, 0, image);
        var values = new double[pairs.Values.Count];
        for (int j = 0; j < values.Length; j++) values[j] = VectorRoutines.Dot(((MatrixView)pairs.Vectors).Column(j), ((MatrixView)image).Column(j));
        return values;
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
