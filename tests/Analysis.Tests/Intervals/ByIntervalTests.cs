using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Intervals;

/// <summary>Operators that were composed of intervals, each integrated on its own, beside those of other means.</summary>
public class ByIntervalTests
{
    private static readonly Lazy<CheckpointSequence> s_softmax = new(() => SmallNetworks.Record(SmallNetworks.MildKernels));

    private static ReservoirAnalysis OfTiny(double tolerance, Func<AnalysisOptions, AnalysisOptions>? more = null)
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var options = TestRuns.Options with { RelativeTolerance = tolerance, ByInterval = true };
        return Analyze.Reservoir(run.Checkpoints, more is null ? options : more(options));
    }

    /// <summary>P, W_S, G_Q and G_S of SciPy, which knows nothing of intervals.</summary>
    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-6)]
    [InlineData(1e-9)]
    public void TheOperatorsAreThoseOfTheReference(double tolerance)
    {
        var analysis = OfTiny(tolerance);
        Assert.True(analysis.Options.ByInterval);
        foreach (var (name, value) in TestRuns.Named(analysis.Operators.Value))
            Check.Small(TestRuns.Relative(value, TestRuns.Reference(name)), tolerance, $"{name} by interval at {tolerance} against SciPy");
    }

    /// <summary>A loss whose B varies, where W_S and G_S are sums over nodes.</summary>
    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-7)]
    public void OnePieceAndIntervalsAgreeWhereBVaries(double tolerance)
    {
        var whole = Analyze.Reservoir(s_softmax.Value, TestRuns.Options with { RelativeTolerance = 1e-11 });
        var apart = Analyze.Reservoir(s_softmax.Value, TestRuns.Options with { RelativeTolerance = tolerance, ByInterval = true });
        foreach (var ((name, a), (_, b)) in TestRuns.Named(apart.Operators.Value).Zip(TestRuns.Named(whole.Operators.Value)))
            Check.Small(TestRuns.Relative(a, b), tolerance, $"{name} by interval at {tolerance} against one piece at 1e-11");
    }

    [Fact]
    public void VerdictsAreThoseOfOnePiece()
    {
        var apart = OfTiny(1e-8);
        var whole = TestRuns.DigitsTinyAnalysis;
        Assert.Equal(whole.Claims.Select(c => (c.Id, c.Verdict)), apart.Claims.Select(c => (c.Id, c.Verdict)));
        Assert.Equal(whole.Inclusion.Verdict, apart.Inclusion.Verdict);
        Assert.Equal(whole.Spectrum.SignalDimension.Value, apart.Spectrum.SignalDimension.Value);
    }

    [Fact]
    public void TheScheduleHasEveryCheckpoint()
    {
        var apart = OfTiny(1e-8);
        Assert.Equal(apart.Run.Checkpoints - 1, apart.Schedule.Value.OverEnd.Count);
    }

    /// <summary>From the other end: no integration of its own, and the spectra of windows in one piece.</summary>
    [Fact]
    public void TheScheduleOverTheStartIsComposedOfTheSameIntervals()
    {
        var apart = OfTiny(1e-8, o => o with { ScheduleOverStart = true });
        var points = apart.Schedule.Value.OverStart.Value;
        Assert.Equal(apart.Run.Checkpoints - 1, points.Count);
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        foreach (var point in new[] { points[0], points[6], points[^1] })
        {
            var alone = Analyze.Reservoir(run.Checkpoints, TestRuns.Options with { RelativeTolerance = 1e-11, From = point.Time });
            Check.Close(point.Eigenvalues[0], alone.Spectrum.Eigenvalues[0], 1e-7 * alone.Spectrum.Eigenvalues[0], $"λ_1 from {point.Time}");
            Assert.Equal(alone.Spectrum.SignalDimension.Value, point.SignalDimension);
        }
    }

    /// <summary>C10 compares with vectors that pass through the window in one piece: each part of the composition, done wrongly, fails it.</summary>
    [Theory]
    [InlineData("nothing")]
    [InlineData("W_S without what lies before")]
    [InlineData("P in the other order")]
    [InlineData("G_S without what lies before")]
    [InlineData("the last interval left out of G_Q")]
    public void ACompositionThatIsWrongFailsC10(string fault)
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var options = TestRuns.Options with { RelativeTolerance = 1e-6, ByInterval = true };
        var analysis = Faults.Analyse(run.Checkpoints, options, model => Wrong(fault, (FlowModel)model));
        var claim = analysis.Claim("C10");
        Assert.Equal(fault == "nothing" ? Verdict.Holds : Verdict.Violated, claim.Verdict);
        Assert.Contains("15 intervals, in one piece", claim.Reason);
    }

    private static RunModel Wrong(string fault, FlowModel model)
    {
        var p = model.Propagation;
        var parts = Enumerable.Range(0, model.Intervals!.Count).Select(k => model.Intervals.Get(k, default)).ToArray();
        Matrix<double> Product(IEnumerable<Matrix<double>> of) => of.Aggregate((a, b) => a * b);
        return fault switch
        {
            "W_S without what lies before" => model.With(W_S: Dense(parts.Select(i => (Matrix<double>)i.W_S).Aggregate((a, b) => a + b))),
            "P in the other order" => model.With(P: Dense(Product(parts.Select(i => (Matrix<double>)i.P)))),
            "G_S without what lies before" => model.With(G_S: Dense(parts.Select(i => (Matrix<double>)i.G_S).Aggregate((a, b) => a + b))),
            "the last interval left out of G_Q" => model.With(
                G_Q: Dense(p.G_Q - parts[^1].G_Q * Product(parts[..^1].Reverse().Select(i => (Matrix<double>)i.P)))),
            _ => model,
        };
    }

    private static DenseMatrix Dense(Matrix<double> a) => DenseMatrix.OfMatrix(a);

    /// <summary>What the errors of intervals come to is told, and not less than it is.</summary>
    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-5)]
    [InlineData(1e-7)]
    public void TheEstimateCoversTheError(double tolerance)
    {
        var found = Operators(tolerance);
        var error = found.Error;
        Check.Small(error.Largest, tolerance, "estimate");
        Check.Small(TestRuns.Relative(found.P, TestRuns.Reference("P")), error.P + 1e-10, "P");
        Check.Small(TestRuns.Relative(found.W_S, TestRuns.Reference("W_S")), error.W + 1e-10, "W_S");
        Check.Small(TestRuns.Relative(found.G_Q, TestRuns.Reference("G_Q")), error.G + 1e-10, "G_Q");
    }

    private static Integrators.Propagation Operators(double tolerance)
    {
        Integrators.Propagation? found = null;
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        Faults.Analyse(run.Checkpoints, TestRuns.Options with { RelativeTolerance = tolerance, ByInterval = true }, model =>
        {
            found = model.Propagation;
            return model;
        });
        return found!;
    }
}
