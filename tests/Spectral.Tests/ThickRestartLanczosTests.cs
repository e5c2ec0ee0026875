namespace KernelFlow.Spectral.Tests;

/// <summary>Thick-restart Lanczos against spectra known beforehand, as multisets of values and principal angles of subspaces.</summary>
public class ThickRestartLanczosTests
{
    private static EigenPairs Largest(DenseMatrix a, int count, LanczosOptions? options = null, Backend? backend = null) =>
        Solve(a, count, options, backend).Pairs;

    private static LanczosResult Solve(DenseMatrix a, int count, LanczosOptions? options = null, Backend? backend = null) =>
        ThickRestartLanczos.Solve(new DenseOperator(a, true, backend ?? Backends.Managed), count, options ?? new LanczosOptions(), backend ?? Backends.Managed);

    /// <summary>Values and the subspace of the first <paramref name="count"/>; the true spectrum must have a gap after it.</summary>
    private static void Compare(EigenPairs pairs, DenseMatrix A, Matrix<double> V, double[] values, int count)
    {
        double norm = values.Max(Math.Abs);
        // Residuals r ≤ 1e-10‖A‖: Rayleigh quotients err by r²/gap, which is below rounding, and the subspace by √count·r/gap (Davis and Kahan).
        Assert.True(pairs.Converged, "not converged");
        for (int j = 0; j < count; j++)
            Check.Small(Math.Abs(pairs.Values[j] - values[j]), 64 * Check.Eps * norm, FormattableString.Invariant($"value {j}, {values[j]}"));
        Spectra.CheckCertificate(pairs, A, 1e-10);
        if (count == values.Length) return;
        double gap = values[count - 1] - values[count];
        Check.Small(Check.Sine(pairs.Vectors, V.SubMatrix(0, values.Length, 0, count)), 1e-10 * Math.Sqrt(count) * norm / gap,
            "sine of the largest principal angle");
    }

    public static TheoryData<string, string> BackendsAndSpectra
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string backend in Backends.Labels)
                foreach (string spectrum in (string[])["random", "clustered", "decaying", "flat top", "indefinite", "negative", "saturated"])
                    data.Add(backend, spectrum);
            return data;
        }
    }

    private static (double[] Values, int Count) Spectrum(string name)
    {
        var random = new Random(7);
        double[] values = name switch
        {
            "random" => [.. Enumerable.Range(0, 80).Select(_ => 10 * random.NextDouble()).OrderDescending()],
            "clustered" => [9, 9, 9, 9, 5, 5, 5, 5 - 1e-9, 3, 3, 2, .. Enumerable.Repeat(1.0, 40), .. Enumerable.Repeat(0.0, 20)],
            "decaying" => [.. Enumerable.Range(0, 60).Select(i => Math.Pow(10, -0.5 * i))],
            "flat top" => [.. Enumerable.Range(0, 60).Select(i => 1 - 1e-4 * i * i)],
            "indefinite" => [.. Enumerable.Range(0, 60).Select(i => 30.0 - i - (i > 50 ? 100 : 0))],
            "negative" => [.. Enumerable.Range(0, 50).Select(i => -1.0 - i)],
            _ => [.. Enumerable.Repeat(1.0, 4), .. Enumerable.Range(0, 60).Select(i => Math.Exp(-0.3 * (i + 1)))],
        };
        return (values, name == "clustered" ? 11 : name == "random" ? 7 : 8);
    }

    [Theory]
    [MemberData(nameof(BackendsAndSpectra))]
    public void LeadingPairs(string backend, string spectrum)
    {
        var (values, count) = Spectrum(spectrum);
        var (A, V) = Spectra.Make(values, 1);
        Compare(Largest(A, count, backend: Backends.Get(backend)), A, V, values, count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    public void AnyBlockSizeGivesTheSame(int blockSize)
    {
        double[] values = [.. Enumerable.Range(0, 70).Select(i => 100 / (1.0 + i))];
        var (A, V) = Spectra.Make(values, 2);
        Compare(Largest(A, 10, new LanczosOptions { BlockSize = blockSize }), A, V, values, 10);
    }

    /// <summary>More copies of an eigenvalue than the block has columns: saturated modes of W_S, all at 1/(2β).</summary>
    [Theory]
    [InlineData(4, 30, 10)]
    [InlineData(4, 30, 35)]
    [InlineData(2, 9, 12)]
    [InlineData(1, 3, 5)]
    [InlineData(4, 5, 5)]
    public void MultiplicityBeyondTheBlock(int blockSize, int copies, int count)
    {
        double[] values = [.. Enumerable.Repeat(1.0, copies), .. Enumerable.Range(0, 50).Select(i => 0.9 * Math.Exp(-0.2 * i))];
        var (A, _) = Spectra.Make(values, 3);
        var pairs = Largest(A, count, new LanczosOptions { BlockSize = blockSize });
        for (int j = 0; j < count; j++)
            Check.Small(Math.Abs(pairs.Values[j] - values[j]), 64 * Check.Eps, FormattableString.Invariant($"value {j}, {values[j]:g4}"));
        Spectra.CheckCertificate(pairs, A, 1e-10);
        Assert.True(pairs.Converged);
    }

    [Fact]
    public void AllOfThem()
    {
        double[] values = [.. Enumerable.Range(0, 33).Select(i => 5 - 0.3 * i)];
        var (A, V) = Spectra.Make(values, 4);
        Compare(Largest(A, 33), A, V, values, 33);
        Compare(Largest(A, 33, new LanczosOptions { BlockSize = 33 }), A, V, values, 33);
        Compare(Largest(A, 33, new LanczosOptions { BlockSize = 1 }), A, V, values, 33);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(20)]
    public void Identity(int count)
    {
        var pairs = Largest(DenseMatrix.CreateIdentity(20), count);
        Assert.True(pairs.Converged);
        Assert.All(pairs.Values, value => Check.Small(Math.Abs(value - 1), 4 * Check.Eps, "value"));
        Spectra.CheckCertificate(pairs, DenseMatrix.CreateIdentity(20), 1e-14);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(20)]
    public void Zero(int count)
    {
        var pairs = Largest(new DenseMatrix(20, 20), count);
        Assert.True(pairs.Converged);
        Assert.All(pairs.Values, value => Assert.Equal(0, value));
        Spectra.CheckCertificate(pairs, new DenseMatrix(20, 20), 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void RankOne(int count)
    {
        var (A, V) = Spectra.Make([3, .. new double[29]], 5);
        var pairs = Largest(A, count);
        Check.Small(Math.Abs(pairs.Values[0] - 3), 64 * Check.Eps, "the one value");
        foreach (double value in pairs.Values.Skip(1)) Check.Small(Math.Abs(value), 4 * Check.Eps, "the others");
        Check.Small(Check.Sine(pairs.Vectors.SubMatrix(0, 30, 0, 1), V.SubMatrix(0, 30, 0, 1)), 64 * Check.Eps, "angle to the one vector");
        Spectra.CheckCertificate(pairs, A, 1e-13);
        Assert.True(pairs.Converged);
    }

    [Fact]
    public void OrderOne()
    {
        var pairs = Largest(DenseMatrix.Create(1, 1, -2.5), 1);
        Assert.Equal(-2.5, pairs.Values[0]);
        Assert.Equal(1, Math.Abs(pairs.Vectors[0, 0]));
    }

    [Fact]
    public void ApplicationsAreCounted()
    {
        var (A, _) = Spectra.Make([.. Enumerable.Range(0, 50).Select(i => Math.Pow(0.7, i))], 6);
        var op = new Counting(A);
        var pairs = ThickRestartLanczos.Solve(op, 5, new LanczosOptions(), Backends.Managed).Pairs;
        Assert.Equal(op.Vectors, pairs.Applications);
        Assert.True(pairs.Applications < 50, $"{pairs.Applications} applications for 5 of 50 pairs that decay by 0.7: no better than dense");
    }

    [Fact]
    public void ASeedGivesTheSameBits()
    {
        var (A, V) = Spectra.Make([.. Enumerable.Range(0, 40).Select(i => 40.0 - i)], 7);
        EigenPairs first = Largest(A, 6), second = Largest(A, 6), other = Largest(A, 6, new LanczosOptions { Seed = 5 });
        Assert.Equal(first.Values, second.Values);
        Assert.Equal(first.Vectors, second.Vectors);
        Assert.NotEqual(first.Vectors, other.Vectors);
        Check.Small(Check.Sine(first.Vectors, other.Vectors), 1e-12, "angle between the answers of two seeds");
    }

    /// <summary>Too few restarts for the spectrum: the answer says so and its residuals are the true ones.</summary>
    [Fact]
    public void TooFewRestartsAreReported()
    {
        var (A, _) = Spectra.Make([.. Enumerable.Range(0, 100).Select(i => 1 - 1e-3 * i)], 8);
        var pairs = Largest(A, 5, new LanczosOptions { MaximumBasis = 20, MaximumRestarts = 2 });
        Assert.False(pairs.Converged);
        Assert.True(pairs.ResidualNorms.Max() > 1e-6, FormattableString.Invariant($"largest residual {pairs.ResidualNorms.Max():g3}"));
        Spectra.CheckCertificate(pairs, A, 1);
    }

    [Fact]
    public void ArgumentsAreChecked()
    {
        var A = DenseMatrix.CreateIdentity(5);
        Assert.Equal("count is 6, expected 1 to 5, the order of the operator.", Assert.Throws<ArgumentException>(() => Largest(A, 6)).Message);
        Assert.Throws<ArgumentException>(() => Largest(A, 0));
        Assert.Equal("BlockSize is 0, expected 1 to 5, the order of the operator.", Assert.Throws<ArgumentException>(
            () => Largest(A, 2, new LanczosOptions { BlockSize = 0 })).Message);
        var general = new DenseOperator(A, false, Backends.Managed);
        Assert.Equal("Lanczos needs a symmetric operator.", Assert.Throws<ArgumentException>(
            () => ThickRestartLanczos.Solve(general, 1, new LanczosOptions(), Backends.Managed)).Message);
    }

    [Theory]
    [InlineData("MaximumBasis is 6, expected at least 20 for 12 pairs in blocks of 4.", 6, 4, 1e-10)]
    [InlineData("BlockSize is 31, expected 1 to 30, the order of the operator.", 30, 31, 1e-10)]
    [InlineData("Tolerance is NaN, expected 0 or more and below 1.", 30, 4, double.NaN)]
    public void OptionsAreChecked(string message, int basis, int block, double tolerance)
    {
        var options = new LanczosOptions { MaximumBasis = basis, BlockSize = block, Tolerance = tolerance };
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Largest(DenseMatrix.CreateIdentity(30), 12, options)).Message);
    }

    /// <summary>The tighter of tolerance and rounding decides, so a tolerance of zero ends.</summary>
    [Fact]
    public void AToleranceOfZeroEndsAtRounding()
    {
        double[] values = [.. Enumerable.Range(0, 90).Select(i => Math.Pow(0.8, i))];
        var (A, _) = Spectra.Make(values, 12);
        var result = Solve(A, 5, new LanczosOptions { Tolerance = 0, MaximumBasis = 25 });
        Assert.True(result.Pairs.Converged);
        for (int j = 0; j < 5; j++) Check.Small(Math.Abs(result.Pairs.Values[j] - values[j]), 1e-14, $"value {j}");
        Spectra.CheckCertificate(result.Pairs, A, 1e-13);
    }

    [Fact]
    public void ProgressAndMemoryAreWhatIsSaid()
    {
        var (A, _) = Spectra.Make([.. Enumerable.Range(0, 120).Select(i => 1.0 / (1 + i))], 13);
        var reports = new List<LanczosProgress>();
        var result = ThickRestartLanczos.Solve(new DenseOperator(A, true, Backends.Managed), 6,
            new LanczosOptions { BlockSize = 1, MaximumBasis = 14 }, Backends.Managed,
            new Recorder(reports));
        Assert.Equal(14, result.MaximumBasis);
        Assert.True(result.Restarts > 2, $"{result.Restarts} restarts of a basis of 14");
        Assert.Equal(result.Pairs.Applications - 6, reports[^1].Applications);
        Assert.Equal(reports.Select(r => r.Applications), reports.Select(r => r.Applications).Order());
        Assert.False(reports[0].Checking);
        Assert.True(reports[^1].Checking);
    }

    private sealed class Recorder(List<LanczosProgress> reports) : IProgress<LanczosProgress>
    {
        public void Report(LanczosProgress value) => reports.Add(value);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void AnOperatorThatIsNotFiniteIsAnError(double value)
    {
        var (A, _) = Spectra.Make([.. Enumerable.Range(0, 30).Select(i => 30.0 - i)], 9);
        A[3, 4] = A[4, 3] = value;
        Assert.Contains("Lanczos: the operator returned", Assert.Throws<NumericalException>(() => Largest(A, 3)).Message);
    }

    [Fact]
    public void CancellationIsHonouredBetweenBlocks()
    {
        using var source = new CancellationTokenSource();
        var (A, _) = Spectra.Make([.. Enumerable.Range(0, 60).Select(i => 1 - 1e-3 * i)], 10);
        var op = new Counting(A, vectors => { if (vectors >= 12) source.Cancel(); });
        Assert.Throws<OperationCanceledException>(() => ThickRestartLanczos.Solve(op, 10, new LanczosOptions(), Backends.Managed, cancellation: source.Token));
        Assert.Equal(12, op.Vectors);
    }
}
