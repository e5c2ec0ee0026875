namespace KernelFlow.Numerics;

/// <summary>Eigenvalues of small dense symmetric matrices whose vectors are not wanted.</summary>
public static class SymmetricEigenvalues
{
    /// <summary>max(λ_max(A), 0) of a symmetric A; 0 for a matrix of order 0. For a positive semidefinite A this is ‖A‖₂, free of a
    /// negative sign that rounding may leave.</summary>
    /// <param name="a">A, symmetric, of order n. It is overwritten.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <exception cref="ArgumentException">A is not square, or has a NaN or infinite element.</exception>
    /// <exception cref="NumericalException">The eigensolver did not converge.</exception>
    public static double Largest(in MatrixView a, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        if (a.Rows == 0) return 0;
        var values = new double[a.Rows];
        backend.SymmetricEigen(a, values, vectors: false);
        return Math.Max(values[^1], 0);
    }
}
