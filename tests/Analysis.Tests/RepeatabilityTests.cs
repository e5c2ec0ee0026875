using System.Collections;
using System.Globalization;
using System.Reflection;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>The same run gives the same numbers and the same words: to the last bit on one backend, to rounding on another, under every culture.</summary>
public class RepeatabilityTests
{
    private static ReservoirAnalysis Tiny(AnalysisOptions options)
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        return Analyze.Reservoir(run.Checkpoints, options);
    }

    /// <summary>A run with p = 2, varying B and a reservoir, so that every kind of sentence is said.</summary>
    private static ReservoirAnalysis Varying(AnalysisOptions options) =>
        Analyze.Reservoir(FlowRecording.Of(FlowPath.Curved(5, 3, 2, 30, 0.6, 1.1, 61).WithVaryingHessian(4, 62), [0, 0.5, 1.5, 2.5, 4], stepsPerInterval: 50)
            .Jacobians(), options);

    /// <summary>Every number and every text of an analysis with its path, performance apart.</summary>
    private static Dictionary<string, object?> Leaves(ReservoirAnalysis analysis)
    {
        var leaves = new Dictionary<string, object?>();
        Walk("", analysis);
        return leaves;

        void Walk(string path, object? value)
        {
            if (path.StartsWith(".Performance", StringComparison.Ordinal)) return;
            switch (value)
            {
                case null or string or double or int or long or bool or Enum: leaves.Add(path, value); break;
                case Matrix<double> m: foreach (var (i, j, v) in m.EnumerateIndexed()) leaves.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{path}[{i},{j}]"), v); break;
                case IEnumerable list: int k = 0; foreach (object? item in list) Walk(string.Create(CultureInfo.InvariantCulture, $"{path}[{k++}]"),
                    item); break;
                case { } known when Reason(known) is { } reason: leaves.Add(path, reason); break;
                default: foreach (var p in value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Where(p => p.GetIndexParameters().Length == 0)) Walk($"{path}.{p.Name}", p.GetValue(value)); break;
            }
        }
    }

    /// <summary>Why a known value is not known; null for everything else.</summary>
    private static string? Reason(object value) =>
        value.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(Known<>)
            ? (string?)type.GetProperty("Reason")!.GetValue(value) : null;

    private static void Identical(ReservoirAnalysis a, ReservoirAnalysis b)
    {
        Dictionary<string, object?> x = Leaves(a), y = Leaves(b);
        Assert.Equal(x.Keys.Order(StringComparer.Ordinal), y.Keys.Order(StringComparer.Ordinal));
        Assert.True(x.Count > 500, $"{x.Count} leaves");
        foreach (var (path, value) in x) Assert.True(Equals(value, y[path]), string.Create(CultureInfo.InvariantCulture, $"{path}: {value} and {y[path]}"));
    }

    [Fact]
    public void TwoAnalysesAreTheSameToTheLastBit()
    {
        Identical(Tiny(TestRuns.Options), Tiny(TestRuns.Options));
        Identical(Varying(TestRuns.Options), Varying(TestRuns.Options));
    }

    [Fact]
    public void TheNumberOfManagedThreadsChangesNothing() => Identical(Tiny(TestRuns.Options), Tiny(TestRuns.Options with { Backend = Backend.Managed(2) }));

    /// <summary>Every native library of this machine against the managed backend; and each with itself.</summary>
    [Fact]
    public void BackendsAgreeToRounding()
    {
        var tight = TestRuns.Options with { RelativeTolerance = 1e-8 };
        ReservoirAnalysis tiny = Tiny(tight), varying = Varying(tight);
        foreach (string name in Backend.Available().Where(b => b.Usable).Select(b => b.Name))
        {
            var options = tight with { Backend = Backend.Resolve(name, 1) };
            Agree(tiny, Tiny(options), name);
            Agree(varying, Varying(options), name);
            Identical(Tiny(options), Tiny(options));
        }

        static void Agree(ReservoirAnalysis expected, ReservoirAnalysis observed, string backend)
        {
            foreach (var ((name, a), (_, b)) in TestRuns.Named(expected.Operators.Value).Zip(TestRuns.Named(observed.Operators.Value)))
                Check.Small(TestRuns.Relative(b, a), 2e-13, $"{backend}: {name}");
            for (int j = 0; j < expected.Spectrum.Eigenvalues.Count; j++)
                Check.Small(Math.Abs(expected.Spectrum.Eigenvalues[j] - observed.Spectrum.Eigenvalues[j]), 1e-13 * expected.Spectrum.Eigenvalues[0],
                    $"{backend}: λ_{j + 1}");
            Check.Close(observed.Inclusion.VisibilityBound, expected.Inclusion.VisibilityBound, 2e-14, $"{backend}: √c");
            Check.Close(observed.KernelEvolution.PeakDrift, expected.KernelEvolution.PeakDrift, 1e-14, $"{backend}: drift");
            Assert.Equal(expected.Inclusion.Verdict, observed.Inclusion.Verdict);
            foreach (var (a, b) in expected.Claims.Zip(observed.Claims))
            {
                Assert.Equal((a.Id, a.Verdict), (b.Id, b.Verdict));
                // The defect of a claim that tests the code is a difference of equal numbers, and its steps follow from estimates: it agrees to a small part of
                // its budget.
                double part = a.Tolerance is null ? 1e-4 * (a.Budget?.Sum ?? 0) : 0;
                if (a.RelativeError.TryGet(out double x))
                    Check.Small(Math.Abs(x - b.RelativeError.Value), 1e-12 + Math.Max(1e-6 * x, part), $"{backend}: {a.Id}");
            }
        }
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    public void NoCultureChangesANumberOrAWord(string culture)
    {
        var wide = TestRuns.Options with { Threshold = 0.995, Tolerance = 1e-4 };
        Identical(Tiny(wide), Cultures.Under(culture, () => Tiny(wide)));
        Identical(Varying(wide), Cultures.Under(culture, () => Varying(wide)));
        string[] texts = [.. Leaves(Tiny(wide)).Where(l => l.Key.Contains("Reason", StringComparison.Ordinal)).Select(l => l.Value).OfType<string>()];
        Assert.Contains(texts, t => t.Contains("0.", StringComparison.Ordinal)); // words with numbers in them were compared
    }

    /// <summary>Messages of refused options, too.</summary>
    [Theory]
    [InlineData("en-US")]
    [InlineData("de-DE")]
    public void RefusalsAreTheSameUnderEveryCulture(string culture) => Cultures.Under(culture, () =>
    {
        Refused(TestRuns.Options with { RelativeTolerance = 0.5 }, "rtol: found 0.5, expected 1E-13 to 0.001.");
        Refused(TestRuns.Options with { RelativeTolerance = double.NaN }, "rtol: found NaN, expected 1E-13 to 0.001.");
        Refused(TestRuns.Options with { Threshold = 1.5 }, "threshold: found 1.5, expected more than 0 and less than 1.");
        Refused(TestRuns.Options with { Tolerance = -0.25 }, "tolerance: found -0.25, expected more than 0.");
        Assert.Equal(
            $"method: found euler, expected one of {string.Join(", ", Integrators.Methods.Names)}.",
            Assert.Throws<ArgumentException>(() => TestRuns.Options with { Method = "euler" }).Message);
        Refused(TestRuns.Options with { Mode = (AnalysisMode)7 }, "mode: found 7, expected auto, flow, descent.");
        Refused(TestRuns.Options with { Interpolation = null! }, "interpolation: found null, expected an interpolation.");
        return 0;
    });

    private static void Refused(AnalysisOptions options, string message) =>
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Tiny(options)).Message);
}
