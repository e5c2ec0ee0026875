using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Tests;

/// <summary>Random operands and plain references, computed by MathNet's managed code and not by the backends under test.</summary>
internal static class RandomMatrices
{
    /// <summary>Entries uniform in [−1, 1].</summary>
    public static DenseMatrix Uniform(Random random, int rows, int columns) => DenseMatrix.Create(rows, columns, (_, _) => 2 * random.NextDouble() - 1);

    public static double[] Vector(Random random, int length) => Enumerable.Range(0, length).Select(_ => 2 * random.NextDouble() - 1).ToArray();

    /// <summary>A random orthogonal matrix.</summary>
    public static Matrix<double> Orthogonal(Random random, int n) => Uniform(random, n, n).QR().Q;

    /// <summary>V·diag(values)·Vᵀ, exactly symmetric.</summary>
    public static DenseMatrix Symmetric(Matrix<double> v, IReadOnlyList<double> values)
    {
        var a = v * Matrix<double>.Build.DenseOfDiagonalArray(values.ToArray()) * v.Transpose();
        return DenseMatrix.OfMatrix(0.5 * (a + a.Transpose()));
    }

    /// <summary>The smallest eigenvalue of a symmetric matrix.</summary>
    public static double SmallestEigenvalue(Matrix<double> a) => (0.5 * (a + a.Transpose())).Evd(Symmetricity.Symmetric).EigenValues.Min(z => z.Real);

    /// <summary>The pseudo-inverse of a symmetric PSD matrix, eigenvalues below cut·λ_max dropped.</summary>
    public static Matrix<double> PseudoInverse(Matrix<double> a, double cut = 1e-11)
    {
        var evd = (0.5 * (a + a.Transpose())).Evd(Symmetricity.Symmetric);
        double[] values = evd.EigenValues.Select(z => z.Real).ToArray();
        double limit = cut * values.Max();
        return evd.EigenVectors * Matrix<double>.Build.DenseOfDiagonalArray(values.Select(x => x > limit ? 1 / x : 0).ToArray()) * evd.EigenVectors.Transpose();
    }
}
