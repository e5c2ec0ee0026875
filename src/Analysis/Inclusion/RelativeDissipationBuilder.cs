using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>eig(2 B_s^½ W_S B_s^½) on range B_s, by the blocks of B_s.</summary>
internal static class RelativeDissipationBuilder
{
    /// <summary>The spectrum with its modes; O(N²p) for the products and O(r³) for the eigenpairs.</summary>
    /// <param name="W">W_S, N×N.</param>
    /// <param name="G">G_Q, M×N.</param>
    /// <param name="B">B_s, the loss Hessian at the start of the window.</param>
    /// <param name="dimension">That of the space of the gradients.</param>
    /// <param name="constant">c_h, the constant of the inclusion.</param>
    /// <param name="threshold">δ, the threshold: modes whose measure is below it are the reservoir.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <returns>Null when B_s is zero.</returns>
    public static RelativeDissipation? Build(DenseMatrix W, DenseMatrix G, OutputHessian B, int dimension, double constant, double threshold, Backend backend)
    {
        int N = W.RowCount;
        var root = Root(B, backend);
        int rank = root.Columns;
        if (rank == 0) return null;
        // S = 2RᵀWR with R = V√b in blocks, symmetric as W is.
        DenseMatrix half = new(N, rank), symmetric = new(rank, rank);
        backend.Gemm(Op.None, Op.None, 1, W, root, 0, half);
        backend.SymmetricProduct(2, root, half, 0, symmetric);
        var ascending = new double[rank];
        backend.SymmetricEigen(symmetric, ascending, vectors: true);
        var vectors = new DenseMatrix(rank, rank);
        for (int j = 0; j < rank; j++) ((MatrixView)symmetric).Column(rank - 1 - j).CopyTo(((MatrixView)vectors).Column(j));
        Array.Reverse(ascending);
        DenseMatrix modes = new(N, rank), response = new(G.RowCount, rank);
        backend.Gemm(Op.None, Op.None, 1, root, vectors, 0, modes);
        backend.Gemm(Op.None, Op.None, 1, G, modes, 0, response);
        int signal = ascending.Count(v => v >= threshold);
        return new RelativeDissipation
        {
            Values = ascending,
            Modes = Known.Of<MathNet.Numerics.LinearAlgebra.Matrix<double>>(modes),
            Responses = ModeResponses.Norms(response),
            Bounds = [.. ascending.Select(v => Math.Sqrt(0.5 * constant * Math.Max(v, 0)))],
            Threshold = threshold,
            SignalDimension = signal,
            ReservoirDimension = rank - signal,
            OutsideDimension = Math.Max(0, dimension - rank),
        };
    }

    // The columns V_i√b of every block B_i = V_i b V_iᵀ whose b is above rounding: RRᵀ = B_s.
    private static MatrixView Root(OutputHessian B, Backend backend)
    {
        int p = B.Outputs, n = B.Examples;
        double[] values = new double[n * p], vectors = new double[n * p * p];
        for (int i = 0; i < n; i++)
        {
            // Blocks are symmetric, so row-major and column-major order are the same.
            B.Blocks.AsSpan(i * p * p, p * p).CopyTo(vectors.AsSpan(i * p * p));
            backend.SymmetricEigen(new MatrixView(vectors, i * p * p, p, p, p), values.AsSpan(i * p, p), vectors: true);
        }
        double cut = Tolerances.RoundingFloor(p, values.Max());
        int rank = values.Count(v => v > cut), column = 0;
        var root = new DenseMatrix(n * p, Math.Max(rank, 1));
        MatrixView view = root;
        for (int k = 0; k < values.Length; k++)
        {
            if (!(values[k] > cut)) continue;
            int block = k / p;
            VectorRoutines.Scale(Math.Sqrt(values[k]), vectors.AsSpan(k * p, p), view.Column(column++).Slice(block * p, p));
        }
        return view.ColumnRange(0, rank);
    }
}
