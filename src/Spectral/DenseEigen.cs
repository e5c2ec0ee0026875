using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral;

/// <summary>All eigenpairs of a symmetric matrix by the backend's dense solver.</summary>
public static class DenseEigen
{
    /// <summary>Decomposes A = ΨΛΨᵀ; A is not changed.</summary>
    /// <param name="a">Symmetric N×N.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <exception cref="ArgumentException">A is not square or not finite.</exception>
    /// <exception cref="NumericalException">The iteration did not converge.</exception>
    public static EigenPairs Decompose(in MatrixView a, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        int n = a.Rows;
        var vectors = a.ToMatrix();
        var ascending = new double[n];
        backend.SymmetricEigen(vectors, ascending, vectors: true);
        var descending = new DenseMatrix(n, n);
        for (int j = 0; j < n; j++) ((MatrixView)vectors).Column(n - 1 - j).CopyTo(((MatrixView)descending).Column(j));
        Array.Reverse(ascending);
        double norm = n == 0 ? 0 : Math.Max(Math.Abs(ascending[0]), Math.Abs(ascending[^1]));
        return Certification.Certify(new DenseOperator(a, true, backend), ascending, descending, backend, 16 * Math.Max(n, 1) * Tolerances.Epsilon * norm);
    }
}
