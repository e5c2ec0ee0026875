namespace KernelFlow.Spectral.Tests;

/// <summary>Stochastic quadrature against known spectra: values inside their intervals as often as these say.</summary>
public class StochasticQuadratureTests
{
    private const int N = 150;

    private static readonly QuadratureOptions s_options = new() { Probes = 12, Steps = 24 };

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, Lazy<StochasticQuadrature[]>> s_runs = [];

    private static double[] Spectrum(string name) => name switch
    {
        "harmonic" => [.. Enumerable.Range(0, N).Select(i => 1.0 / (1 + i))],
        "saturated" => [.. Enumerable.Range(0, N).Select(i => i < 20 ? 1 : Math.Exp(-0.1 * (i - 20)))],
        "indefinite" => [.. Enumerable.Range(0, N).Select(i => Math.Cos(Math.PI * i / (N - 1)) + 0.2)],
        _ => throw new ArgumentException(name),
    };

    public static TheoryData<string, string> Sums
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string spectrum in (string[])["harmonic", "saturated", "indefinite"])
            {
                foreach (string sum in (string[])["trace", "squares", "density", "cumulative", "exponential"]) data.Add(spectrum, sum);
                if (spectrum != "indefinite") data.Add(spectrum, "effective rank");
            }
            return data;
        }
    }

    private static (SpectralEstimate Found, double Expected) Evaluate(StochasticQuadrature quadrature, double[] values, string sum)
    {
        const double t = 0.3, width = 0.15;
        return sum switch
        {
            "trace" => (quadrature.Trace(), values.Sum()),
            "squares" => (quadrature.Sum(x => x * x), values.Sum(x => x * x)),
            "density" => (quadrature.Density(t, width),
                values.Average(x => Math.Exp(-(t - x) * (t - x) / (2 * width * width)) / (width * Math.Sqrt(2 * Math.PI)))),
            "cumulative" => (quadrature.Cumulative(t, width),
                values.Average(x => 0.5 * (1 + MathNet.Numerics.SpecialFunctions.Erf((t - x) / (width * Math.Sqrt(2)))))),
            "exponential" => (quadrature.Sum(x => Math.Exp(-3 * x)), values.Sum(x => Math.Exp(-3 * x))),
            _ => (quadrature.EffectiveRank(), values.Sum() * values.Sum() / values.Sum(x => x * x)),
        };
    }

    /// <summary>95% intervals, over 100 seeds: 95 expected, and 67 in intervals of half the width unless they are too wide.</summary>
    [Theory]
    [MemberData(nameof(Sums))]
    public void IntervalsCoverTheTruthAsOftenAsTheySay(string spectrum, string sum)
    {
        double[] values = Spectrum(spectrum);
        var runs = s_runs.GetOrAdd(spectrum, _ => new Lazy<StochasticQuadrature[]>(() =>
            [.. Enumerable.Range(0, 100)
                .Select(seed => StochasticQuadrature.Run(new PlantedOperator(values, seed), s_options with { Seed = seed }, Backends.Managed))])).Value;
        int covered = 0, coveredByHalf = 0;
        foreach (var quadrature in runs)
        {
            var (found, expected) = Evaluate(quadrature, values, sum);
            Check.Between(found.Value, found.Lower, found.Upper, "value inside its own interval");
            if (found.Lower <= expected && expected <= found.Upper) covered++;
            if (Math.Abs(found.Value - expected) <= (found.Upper - found.Lower) / 4) coveredByHalf++;
        }
        Check.Between(covered, 88, 100, "seeds of 100 whose interval holds the truth");
        Check.Between(coveredByHalf, 40, 90, "seeds of 100 whose interval of half the width does"); // 67 expected
    }

    /// <summary>With as many steps as the operator has distinct eigenvalues the rule of each probe is exact: tr f =
    /// N·vᵀf(A)v against the dense matrix.</summary>
    [Fact]
    public void ARuleOfOneProbeIsTheQuadraticForm()
    {
        double[] values = [3, 3, 3, 1, 1, -2, .. Enumerable.Repeat(0.5, 34)];
        var a = new PlantedOperator(values, 4);
        var quadrature = StochasticQuadrature.Run(a, new QuadratureOptions { Probes = 2, Steps = 20 }, Backends.Managed);
        Assert.Equal(8, quadrature.Applications); // four distinct values, two probes
        var random = new Random(0);
        double mean = 0;
        for (int p = 0; p < 2; p++)
        {
            double[] v = [.. Enumerable.Range(0, 40).Select(_ => random.Next(2) == 0 ? 1.0 : -1.0)];
            for (int j = 0; j < 40; j++)
            {
                double dot = VectorRoutines.Dot(v, a.Eigenvector(j));
                mean += 0.5 * dot * dot * Math.Exp(values[j]);
            }
        }
        var found = quadrature.Sum(Math.Exp);
        Check.Small(Math.Abs(found.Value - mean), 64 * Check.Eps * mean, "mean quadratic form of exp");
        Check.Small(found.QuadratureError, 4 * Check.Eps * mean, "quadrature error of an exact rule");
        Check.Small(Math.Abs(quadrature.Range.Largest - 3) + Math.Abs(quadrature.Range.Smallest + 2), 64 * Check.Eps, "range");
    }

    /// <summary>Probes of ±1 make sums over a diagonal matrix exact, whatever f is; the identity and zero too.</summary>
    [Fact]
    public void SumsOverADiagonalMatrixAreExact()
    {
        double[] values = [.. Enumerable.Range(0, 12).Select(i => (double)i)];
        var quadrature = StochasticQuadrature.Run(new DenseOperator(DenseMatrix.OfDiagonalArray(values), true, Backends.Managed), s_options, Backends.Managed);
        var trace = quadrature.Trace();
        Check.Small(Math.Abs(trace.Value - 66), 1e-12, "trace");
        Check.Small(trace.Upper - trace.Lower, 1e-11, "width of its interval");
        for (int i = 0; i < 12; i++)
            Check.Small(Math.Abs(quadrature.Cumulative(i + 0.5).Value - (i + 1) / 12.0), 64 * Check.Eps, $"share of eigenvalues up to {i + 0.5}");
        Check.Small(Math.Abs(quadrature.EffectiveRank().Value - 66.0 * 66 / 506), 1e-13, "effective rank");

        var zero = StochasticQuadrature.Run(new DenseOperator(new DenseMatrix(5, 5), true, Backends.Managed), s_options, Backends.Managed);
        Assert.Equal((0, 0), (zero.Trace().Value, zero.EffectiveRank().Value));
        var one = StochasticQuadrature.Run(new DenseOperator(DenseMatrix.CreateIdentity(5), true, Backends.Managed), s_options, Backends.Managed);
        Check.Small(Math.Abs(one.EffectiveRank().Value - 5), 16 * Check.Eps, "effective rank of the identity");
    }

    /// <summary>Too few steps for a sharp f: the estimate says so.</summary>
    [Fact]
    public void ACoarseRuleShowsInTheQuadratureError()
    {
        var quadrature = StochasticQuadrature.Run(new PlantedOperator(Spectrum("indefinite"), 1),
            new QuadratureOptions { Steps = 8, Probes = 64 }, Backends.Managed);
        double sharp = quadrature.Density(0.3, 0.01).QuadratureError, smooth = quadrature.Density(0.3, 0.5).QuadratureError;
        Check.Between(sharp, 0.05, 10, "quadrature error at width 0.01");
        Check.Small(smooth, 1e-3, "quadrature error at width 0.5");
    }

    [Fact]
    public void ArgumentsBadValuesSeedsAndCancellation()
    {
        var a = new PlantedOperator(Spectrum("harmonic"), 2);
        Assert.Contains("Probes is 1",
            Assert.Throws<ArgumentException>(() => StochasticQuadrature.Run(a, s_options with { Probes = 1 }, Backends.Managed)).Message);
        Assert.Contains("Steps is 0",
            Assert.Throws<ArgumentException>(() => StochasticQuadrature.Run(a, s_options with { Steps = 0 }, Backends.Managed)).Message);
        Assert.Contains("BlockSize is 0",
            Assert.Throws<ArgumentException>(() => StochasticQuadrature.Run(a, s_options with { BlockSize = 0 }, Backends.Managed)).Message);
        Assert.Throws<ArgumentException>(() =>
            StochasticQuadrature.Run(new DenseOperator(new DenseMatrix(3, 4), false, Backends.Managed), s_options, Backends.Managed));
        var quadrature = StochasticQuadrature.Run(a, s_options, Backends.Managed);
        Assert.Throws<ArgumentOutOfRangeException>(() => quadrature.Trace(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => quadrature.Density(0, 0));
        Assert.Equal(quadrature.Trace(), StochasticQuadrature.Run(a, s_options, Backends.Managed).Trace());
        Check.Close(StochasticQuadrature.Run(a, s_options with { BlockSize = 3 }, Backends.Managed).Trace().Value, quadrature.Trace().Value, 1e-14,
            "trace in blocks of three");
        var bad = new DenseOperator(DenseMatrix.Create(4, 4, double.NaN), true, Backends.Managed);
        Assert.Throws<NumericalException>(() => StochasticQuadrature.Run(bad, s_options, Backends.Managed));
        Assert.Throws<OperationCanceledException>(() => StochasticQuadrature.Run(a, s_options, Backends.Managed, cancellation: new CancellationToken(true)));
    }
}
