namespace KernelFlow.Spectral.Tests;

/// <summary>The dense solver behind its certificate.</summary>
public class DenseEigenTests
{
    public static TheoryData<string, int> Cases
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string backend in Backends.Labels)
                foreach (int n in (int[])[1, 2, 17, 90]) data.Add(backend, n);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void AllPairsOfAKnownSpectrum(string backend, int n)
    {
        double[] values = [.. Enumerable.Range(0, n).Select(i => i % 3 == 0 ? 2.0 : 3 * Math.Cos(i)).OrderDescending()]; // a third of it degenerate
        var (A, _) = Spectra.Make(values, n);
        var before = A.Clone();
        var pairs = DenseEigen.Decompose(A, Backends.Get(backend));
        Assert.Equal(before, A);
        Assert.True(pairs.Converged);
        for (int j = 0; j < n; j++) Check.Small(Math.Abs(pairs.Values[j] - values[j]), 1e-13 * 3, $"value {j}");
        Spectra.CheckCertificate(pairs, A, 1e-13);
        var again = pairs.Vectors * Matrix<double>.Build.DenseOfDiagonalArray([.. pairs.Values]) * pairs.Vectors.Transpose();
        Check.Close(again, A, 1e-13, "ΨΛΨᵀ");
    }

    /// <summary>Values over 14 decades: each to rounding of the largest.</summary>
    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void DecayingSpectrum(string backend)
    {
        double[] values = [.. Enumerable.Range(0, 57).Select(i => Math.Pow(10, -0.25 * i))];
        var (A, V) = Spectra.Make(values, 1);
        var pairs = DenseEigen.Decompose(A, Backends.Get(backend));
        for (int j = 0; j < 57; j++) Check.Small(Math.Abs(pairs.Values[j] - values[j]), 1e-14, $"value {j}");
        Check.Small(Check.Sine(pairs.Vectors.SubMatrix(0, 57, 0, 10), V.SubMatrix(0, 57, 0, 10)), 1e-12, "angle of the leading ten");
        Spectra.CheckCertificate(pairs, A, 1e-14);
    }

    [Fact]
    public void EmptyAndZero()
    {
        Assert.Empty(DenseEigen.Decompose(new DenseOperatorStorage(0).View, Backends.Managed).Values);
        var pairs = DenseEigen.Decompose(new DenseMatrix(6, 6), Backends.Managed);
        Assert.All(pairs.Values, value => Assert.Equal(0, value));
        Assert.True(pairs.Converged);
        Spectra.CheckCertificate(pairs, new DenseMatrix(6, 6), 0);
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void NotFiniteAndNotSquareAreRefused(string backend)
    {
        var A = DenseMatrix.CreateIdentity(6);
        A[2, 5] = A[5, 2] = double.NaN;
        Assert.Contains("(5,2) is NaN", Assert.Throws<ArgumentException>(() => DenseEigen.Decompose(A, Backends.Get(backend))).Message);
        Assert.Throws<ArgumentException>(() => DenseEigen.Decompose(new DenseMatrix(3, 4), Backends.Get(backend)));
    }

    /// <summary>MathNet has no empty matrices with storage; a view does.</summary>
    private sealed class DenseOperatorStorage(int n)
    {
        public MatrixView View => new([], n, n);
    }
}
