using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Intervals;

/// <summary>Windows composed of intervals beside analyses of the same windows in one piece.</summary>
public sealed class WindowsTests : IDisposable
{
    private static readonly Lazy<CheckpointSequence> s_steps = new(() => SmallNetworks.Record(SmallNetworks.EveryStep));
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-windows-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ReservoirAnalysis OfTiny(AnalysisOptions options)
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        return Analyze.Reservoir(run.Checkpoints, options);
    }

    private static double[] Times()
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        return [.. run.Checkpoints.Select(c => c.Time)];
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-7)]
    public void AWindowIsThatOfAnAnalysisInOnePiece(double tolerance)
    {
        double[] t = Times();
        TimeWindow[] windows = [new(t[0], t[4]), new(t[3], t[9]), new(t[9], t[^1]), new(t[7], t[8]), new(t[0], t[^1])];
        var found = OfTiny(TestRuns.Options with { RelativeTolerance = tolerance, Windows = windows });
        Assert.True(found.Options.ByInterval);
        Assert.Equal(windows, found.Windows.Select(w => new TimeWindow(w.From, w.To)));
        foreach (var w in found.Windows)
        {
            var alone = OfTiny(TestRuns.Options with { RelativeTolerance = 1e-11, From = w.From, To = w.To });
            Check.Close(w.LargestEigenvalue, alone.Spectrum.Eigenvalues[0], 10 * tolerance * alone.Spectrum.Eigenvalues[0], $"λ_1 of {w.From} to {w.To}");
            Check.Close(w.EffectiveRank, alone.Spectrum.EffectiveRank, 10 * tolerance * alone.Spectrum.EffectiveRank, "effective rank");
            Assert.Equal(alone.Spectrum.SignalDimension.Value, w.SignalDimension.Value);
            Assert.Equal(alone.Spectrum.ReservoirDimension.Value, w.ReservoirDimension.Value);
            Assert.Equal(Verdict.Holds, w.Inclusion);
            Check.Close(w.WorstRatio, alone.Inclusion.Structural.WorstRatio, 1e-2, "worst ratio of check 1");
            foreach (var (id, error) in new[] { ("C1", w.Dissipation), ("C2", w.Transport), ("C3", w.TrainTransfer), ("C4", w.TestTransfer) })
                Check.Close(error.Value, alone.Claim(id).RelativeError.Value, 10 * tolerance + 1e-9, $"{id} of {w.From} to {w.To}");
        }
    }

    /// <summary>One interval more at a time: each window goes on from the one before, and the last is the whole.</summary>
    [Fact]
    public void WindowsAppendedOneByOneEqualTheWhole()
    {
        double[] t = Times();
        var found = OfTiny(TestRuns.Options with { RelativeTolerance = 1e-6, Windows = [.. t.Skip(1).Select(end => new TimeWindow(t[0], end))] });
        var (last, whole) = (found.Windows[^1], found);
        Assert.Equal(whole.Spectrum.Eigenvalues[0], last.LargestEigenvalue);
        Assert.Equal(whole.Spectrum.SignalDimension.Value, last.SignalDimension.Value);
        foreach (var (id, error) in new[] { ("C1", last.Dissipation), ("C2", last.Transport), ("C3", last.TrainTransfer), ("C4", last.TestTransfer) })
            Assert.Equal(whole.Claim(id).RelativeError.Value, error.Value);
        foreach (var claim in last.Claims)
        {
            Assert.Equal((claim.Id, whole.Claim(claim.Id).Verdict), (claim.Id, claim.Verdict));
            Check.Close(claim.Budget!.Sum!.Value, whole.Claim(claim.Id).Budget!.Sum!.Value, 1e-9, $"budget of {claim.Id}");
        }
        // The schedule of the whole is made of the same windows.
        Assert.Equal(found.Windows.Select(w => w.LargestEigenvalue), whole.Schedule.Value.OverEnd.Select(p => p.Eigenvalues[0]));
        Assert.Equal(found.Windows.Select(w => w.SignalDimension.Value), whole.Schedule.Value.OverEnd.Select(p => p.SignalDimension));
    }

    /// <summary>With a cache, a run that has one checkpoint more costs one interval of each integration.</summary>
    [Fact]
    public void ACheckpointMoreCostsOneInterval()
    {
        double[] t = Times();
        var options = TestRuns.Options with { RelativeTolerance = 1e-6 };
        OfTiny(options with { To = t[^2], Cache = AnalysisCache.Open(_folder) });
        int Entries(string kind) => Directory.GetFiles(_folder, kind + "-*").Length;
        var (main, second) = (Entries("interval"), Entries("second"));
        Assert.Equal((t.Length - 2, t.Length - 2), (main, second));
        var longer = OfTiny(options with { Cache = AnalysisCache.Open(_folder) });
        Assert.Equal((main + 1, second + 1), (Entries("interval"), Entries("second")));
        var alone = OfTiny(options with { ByInterval = true });
        foreach (var ((name, a), (_, b)) in TestRuns.Named(longer.Operators.Value).Zip(TestRuns.Named(alone.Operators.Value)))
            Check.Small(TestRuns.Relative(a, b), 1e-13, $"{name} appended against computed as a whole");
    }

    /// <summary>Recorded steps: a window is the recursion over its own steps, and operators compose.</summary>
    [Fact]
    public void WindowsOfRecordedSteps()
    {
        var run = s_steps.Value;
        int middle = run.Count / 3;
        TimeWindow window = new(run[middle].Time, run[^1].Time);
        var options = TestRuns.Options with { Mode = AnalysisMode.Descent, Windows = [window] };
        var found = Assert.Single(Analyze.Reservoir(run, options).Windows);
        var alone = Analyze.Reservoir(run, TestRuns.Options with { Mode = AnalysisMode.Descent, From = window.From, To = window.To });
        Assert.Equal(run.Count - 1 - middle, found.Steps);
        Check.Close(found.LargestEigenvalue, alone.Spectrum.Eigenvalues[0], 1e-12 * alone.Spectrum.Eigenvalues[0], "λ_1");
        foreach (var (id, error) in new[] { ("C1", found.Dissipation), ("C2", found.Transport), ("C3", found.TrainTransfer), ("C4", found.TestTransfer) })
            Check.Small(Math.Abs(error.Value - alone.Claim(id).RelativeError.Value), 1e-13, $"{id} against an analysis of the window alone");
    }

    /// <summary>Steps on the interpolant between sparse checkpoints: the whole as a window is the whole.</summary>
    [Fact]
    public void WindowsOfStepsBetweenSparseCheckpoints()
    {
        double[] t = Times();
        var options = TestRuns.Options with { Mode = AnalysisMode.Descent, Windows = [new(t[0], t[^1]), new(t[5], t[9])] };
        var found = OfTiny(options);
        Assert.Equal(found.Spectrum.Eigenvalues[0], found.Windows[0].LargestEigenvalue);
        Assert.Equal(found.Claim("C2").RelativeError.Value, found.Windows[0].Transport.Value);
        var alone = OfTiny(TestRuns.Options with { Mode = AnalysisMode.Descent, From = t[5], To = t[9] });
        Check.Close(found.Windows[1].LargestEigenvalue, alone.Spectrum.Eigenvalues[0], 1e-11 * alone.Spectrum.Eigenvalues[0], "λ_1");
        Check.Close(found.Windows[1].TestTransfer.Value, alone.Claim("C4").RelativeError.Value, 1e-9, "C4");
    }

    /// <summary>Every part of a window's budget but the integration's is that of an analysis of the window alone, and so is the verdict.</summary>
    [Fact]
    public void AWindowIsJudgedAsIfItWereAnalysedAlone()
    {
        double[] t = Times();
        TimeWindow[] windows = [new(t[0], t[6]), new(t[3], t[12]), new(t[7], t[^1]), new(t[9], t[10])];
        var options = TestRuns.Options with { RelativeTolerance = 1e-6, Interpolation = Interpolation.Linear };
        var found = OfTiny(options with { Windows = windows });
        foreach (var w in found.Windows)
        {
            var alone = OfTiny(options with { From = w.From, To = w.To });
            foreach (var judged in w.Claims)
            {
                var expected = alone.Claim(judged.Id);
                string what = $"{judged.Id} of {w.From} to {w.To}";
                Assert.Equal((what, expected.Verdict), (what, judged.Verdict));
                foreach (var ((name, a), (_, b)) in judged.Budget!.Parts.Zip(expected.Budget!.Parts).Skip(1))
                {
                    Assert.Equal((what, name, b.IsKnown), (what, name, a.IsKnown));
                    if (b.IsKnown) Check.Small(Math.Abs(a.Value - b.Value), 1e-3 * b.Value + 1e-9, $"part {name} of {what}");
                }
            }
        }
    }

    /// <summary>A corruption in one window leaves the others.</summary>
    [Fact]
    public void OnlyTheWindowWithADefectDoesNotHold()
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var honest = run.Checkpoints;
        // The last checkpoint's test outputs are those of a training that went elsewhere.
        var changed = SmallNetworks.Edit(honest, (k, tensor) => k == honest.Count - 1 && tensor.Name == TensorName.U_Q
            ? SmallNetworks.Map(tensor, values => [.. values.Select((v, i) => v + (i % 2 == 0 ? 3 : -3))]) : tensor);
        double[] t = [.. honest.Select(c => c.Time)];
        TimeWindow[] windows = [new(t[0], t[^3]), new(t[0], t[^1])];
        var found = Analyze.Reservoir(changed, TestRuns.Options with { RelativeTolerance = 1e-6, Windows = windows }).Windows;
        Assert.Equal(Verdict.Holds, found[0].Claims[3].Verdict);
        Assert.NotEqual(Verdict.Holds, found[1].Claims[3].Verdict);
    }

    [Fact]
    public void AStepWithAMemoryHasNoIntervalOfItsOwn()
    {
        var run = s_steps.Value;
        var remembering = new CheckpointSequence(run, run.Loss) { Optimizer = new Momentum(0.1, 0.9) };
        var options = TestRuns.Options with { Mode = AnalysisMode.Descent, ByInterval = true };
        var error = Assert.Throws<ArgumentException>(() => Analyze.Reservoir(remembering, options));
        Assert.Contains("with momentum a step depends on all gradients before", error.Message);
    }

    [Fact]
    public void AWindowThatEndsBetweenCheckpointsIsRefused()
    {
        double[] t = Times();
        var error = Assert.Throws<ArgumentException>(() => OfTiny(TestRuns.Options with { Windows = [new(t[0], 0.5 * (t[3] + t[4]))] }));
        Assert.StartsWith("windows: 0:", error.Message);
        Assert.Contains("is not the time of a checkpoint; the nearest is", error.Message);
        Assert.Contains("fewer than two", Assert.Throws<ArgumentException>(() => OfTiny(TestRuns.Options with { Windows = [new(t[4], t[4])] })).Message);
    }
}
