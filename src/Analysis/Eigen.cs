using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>Largest eigenvalues and singular values of small dense matrices.</summary>
internal static class Eigen
{
    /// <summary>max(λ_max(A), 0) of a symmetric A, which is overwritten.</summary>
    public static double Largest(DenseMatrix a, Backend backend)
    {
        if (a.RowCount == 0) return 0;
        var values = new double[a.RowCount];
        backend.SymmetricEigen(a, values, vectors: false);
        return Math.Max(values[^1], 0);
    }

    /// <summary>‖A‖₂, from the smaller Gram matrix.</summary>
    public static double SpectralNorm(DenseMatrix a, Backend backend)
    {
        int order = Math.Min(a.RowCount, a.ColumnCount);
        if (order == 0) return 0;
        var gram = new DenseMatrix(order, order);
        backend.Syrk(a.RowCount > a.ColumnCount ? Op.Transpose : Op.None, 1, a, 0, gram);
        return Math.Sqrt(Largest(gram, backend));
    }
}
