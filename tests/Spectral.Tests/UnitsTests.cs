using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral.Tests;

/// <summary>Eigenvalues and singular values do not depend on units: a matrix with the eigenvalues 1, 1/2, 1/3, … times numbers from 1e-300 to 1e250.</summary>
public class UnitsTests
{
    private const int Order = 40, Count = 4;

    public static TheoryData<string, double> Cases
    {
        get
        {
            var data = new TheoryData<string, double>();
            foreach (string backend in (string[])["managed", "auto"])
                foreach (double scale in (double[])[1e-300, 1e-200, 1e-120, 1e-30, 1e-20, 1e-16, 1e-8, 1, 1e100, 1e200, 1e250]) data.Add(backend, scale);
            return data;
        }
    }

    private static DenseMatrix Matrix(double scale, Backend backend)
    {
        var random = new Random(5);
        DenseMatrix q = new(Order, Order), left = new(Order, Order), a = new(Order, Order);
        for (int i = 0; i < Order * Order; i++) q.Values[i] = random.NextDouble() - 0.5;
        backend.Qr(q, new DenseMatrix(Order, Order));
        for (int j = 0; j < Order; j++)
            for (int i = 0; i < Order; i++) left[i, j] = q[i, j] / (j + 1);
        backend.Gemm(Op.None, Op.Transpose, 1, left, q, 0, a);
        for (int j = 0; j < Order; j++)
            for (int i = 0; i <= j; i++) a[i, j] = a[j, i] = 0.5 * (a[i, j] + a[j, i]) * scale;
        return a;
    }

    private static void Compare(IEnumerable<double> found, double scale, string what)
    {
        double worst = found.Take(Count).Select((v, i) => Math.Abs(v / scale - 1.0 / (i + 1))).Max();
        Check.Small(worst, 1e-12, FormattableString.Invariant($"{what} at {scale:g}"));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AllSolversGiveTheSameDigits(string name, double scale)
    {
        var backend = Backend.Resolve(name);
        var a = Matrix(scale, backend);
        var values = new double[Order];
        backend.SymmetricEigen((DenseMatrix)a.Clone(), values, vectors: true);
        Compare(values.Reverse(), scale, "symmetric eigenvalues");
        var sigma = new double[Order];
        backend.Svd((DenseMatrix)a.Clone(), sigma, new DenseMatrix(Order, Order), new DenseMatrix(Order, Order));
        Compare(sigma, scale, "singular values");
        var lanczos = ThickRestartLanczos.Solve(new DenseOperator(a, true, backend), Count, new LanczosOptions(), backend);
        Assert.True(lanczos.Pairs.Converged, $"Lanczos did not converge at {scale}");
        Compare(lanczos.Pairs.Values, scale, "Lanczos");
        var triples = GolubKahanLanczos.Solve(new DenseOperator(a, false, backend), Count, new LanczosOptions(), backend);
        Assert.True(triples.Converged, $"Golub–Kahan did not converge at {scale}");
        Compare(triples.Values, scale, "Golub–Kahan");
    }
}
