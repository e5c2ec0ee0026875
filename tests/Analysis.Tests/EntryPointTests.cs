using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests;

/// <summary>The ways into an analysis from a program: with an optimizer, and as a task.</summary>
public sealed class EntryPointTests
{
    private static readonly FlowRecording s_recording = FlowRecording.Of(FlowPath.Curved(8, 5, 1, 40, 0.6, 1.1, 51),
        [.. Enumerable.Range(0, 17).Select(i => 0.25 * i)], stepsPerInterval: 50);

    private sealed class Recorder(Action<AnalysisProgress> action) : IProgress<AnalysisProgress>
    {
        public void Report(AnalysisProgress value) => action(value);
    }

    [Fact]
    public void TheOptimizerDecidesWhatIsUndecidedWithoutIt()
    {
        var run = s_recording.Jacobians();
        var without = Analyze.Reservoir(run, run.Loss, TestRuns.Options).Claim("C4");
        var with = Analyze.Reservoir(run, run.Loss, new GradientFlow(), TestRuns.Options).Claim("C4");
        Assert.True(without.Verdict == Verdict.Undecided && without.Budget!.Descent.Reason is not null, $"{without.Verdict}: {without.Reason}");
        Assert.True(with.Verdict is Verdict.Holds && with.Budget!.Descent.IsKnown, $"{with.Verdict}: {with.Reason}");
        var sequence = new CheckpointSequence(run, run.Loss, new GradientFlow());
        Assert.Equal(Analyze.Reservoir(sequence, TestRuns.Options).Claim("C4").RelativeError.Value, with.RelativeError.Value);
    }

    [Fact]
    public async Task AsATaskItIsTheSameAnalysisOnAnotherThread()
    {
        int here = Environment.CurrentManagedThreadId, there = here;
        var stages = new List<string>();
        var progress = new Recorder(p => { stages.Add(p.Stage); there = Environment.CurrentManagedThreadId; });
        var analysis = await Analyze.ReservoirAsync(s_recording.Jacobians(), TestRuns.Options, progress);
        var expected = Analyze.Reservoir(s_recording.Jacobians(), TestRuns.Options);
        Assert.Equal(expected.Spectrum.Eigenvalues, analysis.Spectrum.Eigenvalues);
        Assert.Equal(["reading", "integrating", "spectrum", "budget"], stages.Distinct());
        Assert.NotEqual(here, there);
    }

    [Fact]
    public async Task ATaskIsCancelledBeforeAndWhileItRuns()
    {
        using var before = new CancellationTokenSource();
        before.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Analyze.ReservoirAsync(s_recording.Jacobians(), TestRuns.Options, null, before.Token));
        using var during = new CancellationTokenSource();
        var task = Analyze.ReservoirAsync(s_recording.Jacobians(), TestRuns.Options, new Recorder(p => { if (p.Stage == "integrating") during.Cancel(); }),
            during.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(task.IsCanceled);
    }

    [Fact]
    public async Task ATaskFailsWithTheExceptionOfTheAnalysis() => await Assert.ThrowsAnyAsync<ArgumentException>(
        () => Analyze.ReservoirAsync(s_recording.Jacobians(), TestRuns.Options with { Threshold = -1 }));
}
