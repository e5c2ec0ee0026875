using KernelFlow.Analysis.Carries;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>The vectors that the second carry takes for modes: the same in every basis of equal eigenvalues, and eigenvectors.</summary>
public class ModeVectorsTests
{
    private const int Order = 12, Equal = 5;

    /// <summary>Five eigenvalues 1 to rounding at the front, five at zero at the end, two alone between them.</summary>
    private static readonly double[] s_values = [1, 1, 1, 1 - 1e-15, 1 - 2e-15, 0.7, 0.3, 1e-17, 0, 0, 0, -1e-17];

    [Fact]
    public void TheyAreTheSameInEveryBasis()
    {
        Matrix<double> q = Orthogonal(Order, 1), turned = q.Clone();
        turned.SetSubMatrix(0, 0, q.SubMatrix(0, Order, 0, Equal) * Orthogonal(Equal, 2));
        turned.SetSubMatrix(0, 7, q.SubMatrix(0, Order, 7, Equal) * Orthogonal(Equal, 3));
        var (a, b) = (Write(q, 0), Write(turned, 0));
        Check.Between((q - turned).FrobeniusNorm(), 1, 10, "distance of the two bases");
        Check.Small((a.Vectors - b.Vectors).FrobeniusNorm(), 1e-13, "distance of the vectors");
        for (int j = 0; j < Order; j++) Check.Small(Math.Abs(a.Energies[j] - b.Energies[j]), 1e-14, $"energies of mode {j}");
        Check.Between((a.Vectors - Write(q, 1).Vectors).FrobeniusNorm(), 0.1, 10, "distance of the vectors of two seeds");
    }

    [Fact]
    public void TheyAreEigenvectorsOfLengthOne()
    {
        var q = Orthogonal(Order, 4);
        var w = q * Matrix<double>.Build.DenseOfDiagonalArray(s_values) * q.Transpose();
        var (vectors, energies) = Write(q, 0);
        for (int j = 0; j < Order; j++)
        {
            var v = vectors.Column(j);
            Check.Close(v.L2Norm(), 1, 1e-14, $"length of vector {j}");
            Check.Small((w * v - s_values[j] * v).L2Norm(), 1e-14, $"vector {j}");
            Check.Small(Math.Abs(v * (w * v) - energies[j]), 1e-14, $"energy of vector {j}");
        }
        // Modes that stand alone are carried as they are.
        foreach (int j in (int[])[5, 6]) Assert.Equal(q.Column(j), vectors.Column(j));
    }

    private static (Matrix<double> Vectors, double[] Energies) Write(Matrix<double> vectors, long seed)
    {
        var target = new DenseMatrix(Order, Order);
        var pairs = new EigenPairs(s_values, DenseMatrix.OfMatrix(vectors), new double[Order], 0, 0, true);
        return (target, ModeVectors.Write(pairs, [.. Enumerable.Range(0, Order)], seed, target));
    }

    private static Matrix<double> Orthogonal(int order, int seed) => Matrix<double>.Build.Random(order, order, seed).QR().Q;
}
