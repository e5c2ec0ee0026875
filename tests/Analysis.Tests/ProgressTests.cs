using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests;

/// <summary>What an analysis says while it runs, and how soon it stops when asked to.</summary>
public class ProgressTests
{
    private static readonly string[] s_stages = ["reading", "integrating", "spectrum", "budget"];

    /// <summary>Progress&lt;T&gt; posts to other threads; this one is called in order.</summary>
    private sealed class Recorder(Action<AnalysisProgress>? action = null) : IProgress<AnalysisProgress>
    {
        public List<AnalysisProgress> Seen { get; } = [];

        public void Report(AnalysisProgress value)
        {
            Seen.Add(value);
            action?.Invoke(value);
        }
    }

    private static readonly FlowRecording s_recording = FlowRecording.Of(FlowPath.Curved(8, 5, 1, 40, 0.6, 1.1, 51), [0, 0.5, 1, 1.5, 2, 3, 4],
        stepsPerInterval: 50);

    public static TheoryData<string> Runs => ["digits-tiny", "Jacobians", "kernel blocks", "two checkpoints"];

    private static T With<T>(string name, Func<CheckpointSequence, T> work)
    {
        if (name != "digits-tiny") return work(name switch { "Jacobians" => s_recording.Jacobians(), "kernel blocks" => s_recording.Kernels(cross: true), _ =>
            s_recording.Jacobians().Subset([0, 3]) });
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        return work(run.Checkpoints);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void StagesComeInOrderAndEnd(string name)
    {
        var recorder = new Recorder();
        With(name, run => Analyze.Reservoir(run, TestRuns.Options, recorder));
        Assert.Equal(s_stages, recorder.Seen.Select(p => p.Stage).Aggregate(new List<string>(), (list, s) =>
            { if (list.LastOrDefault() != s) list.Add(s); return list; }));
        Assert.All(recorder.Seen, p => Assert.InRange(p.Fraction, 0, 1));
        foreach (string stage in s_stages) Assert.Equal(0, recorder.Seen.First(p => p.Stage == stage).Fraction);
        Assert.Equal(new AnalysisProgress("budget", 1), recorder.Seen[^1]);
        Assert.Equal(1, recorder.Seen.Last(p => p.Stage == "reading").Fraction);
        Assert.Equal(1, recorder.Seen.Last(p => p.Stage == "integrating").Fraction);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void FractionsNeverGoBack(string name)
    {
        foreach (double rtol in (double[])[1e-4, 1e-8, 1e-11])
        {
            var recorder = new Recorder();
            With(name, run => Analyze.Reservoir(run, TestRuns.Options with { RelativeTolerance = rtol }, recorder));
            foreach (var stage in recorder.Seen.GroupBy(p => p.Stage))
                foreach (var (a, b) in stage.Zip(stage.Skip(1)))
                    Assert.True(b.Fraction >= a.Fraction, $"{stage.Key} at rtol {rtol:G1}: {b.Fraction} after {a.Fraction}");
        }
    }

    public static TheoryData<string, string> RunsAndStages
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (string run in (string[])["digits-tiny", "Jacobians", "kernel blocks"])
                foreach (string stage in s_stages) data.Add(run, stage);
            return data;
        }
    }

    /// <summary>Cancelled at the first word of a stage: the stage does not finish and no later one begins.</summary>
    [Theory]
    [MemberData(nameof(RunsAndStages))]
    public void CancellationEndsTheStage(string name, string stage)
    {
        using var source = new CancellationTokenSource();
        var recorder = new Recorder(p => { if (p.Stage == stage) source.Cancel(); });
        var thrown = Assert.ThrowsAny<OperationCanceledException>(() => With(name, run => Analyze.Reservoir(run, TestRuns.Options, recorder, source.Token)));
        Assert.Equal(source.Token, thrown.CancellationToken);
        Assert.Equal(new AnalysisProgress(stage, 0), recorder.Seen[^1]);
    }

    /// <summary>Cancelled in the middle of the integration: no further interval is finished.</summary>
    [Fact]
    public void CancellationEndsTheInterval()
    {
        using var source = new CancellationTokenSource();
        var recorder = new Recorder(p => { if (p.Stage == "integrating" && p.Fraction is > 0.3 and < 1) source.Cancel(); });
        Assert.ThrowsAny<OperationCanceledException>(() => With("Jacobians", run => Analyze.Reservoir(run, TestRuns.Options, recorder, source.Token)));
        Assert.Single(recorder.Seen, p => p.Stage == "integrating" && p.Fraction > 0.3);
    }

    /// <summary>What runs beside the integration ends with it: nothing of a cancelled analysis, the hash of its files say, is still computed after the
    /// call.</summary>
    [Fact]
    public void NothingOutlivesACancelledAnalysis()
    {
        using var source = new CancellationTokenSource();
        var recorder = new Recorder(p => { if (p.Stage == "integrating") source.Cancel(); });
        using var hashed = new ManualResetEventSlim();
        var run = new CheckpointSequence(s_recording.Jacobians(), s_recording.Jacobians().Loss) { InputHash = new Lazy<string>(() =>
            { hashed.Set(); return "sha256:"; }) };
        Assert.ThrowsAny<OperationCanceledException>(() => Analyze.Reservoir(run, TestRuns.Options, recorder, source.Token));
        Assert.False(hashed.Wait(300), "the files were hashed after the call had returned");
        Assert.Equal("sha256:", Analyze.Reservoir(run, TestRuns.Options).Run.InputHash);
    }

    /// <summary>Cancelled while J_S of the second checkpoint is read: nothing of a third is touched.</summary>
    [Fact]
    public void CancellationEndsTheReading()
    {
        using var source = new CancellationTokenSource();
        var read = new List<string>();
        var run = s_recording.Jacobians();
        var watched = new CheckpointSequence(run.Select((c, k) => c with
        {
            Tensors = c.Tensors.ToDictionary(t => t.Key, t =>
                t.Key[0] == 'J' ? new StreamedTensor(t.Key, StorageType.Float64, t.Value.Shape, (first, destination) =>
            {
                read.Add($"{t.Key} {k}");
                if (t.Key == "J_S" && k == 1) source.Cancel();
                t.Value.Read(first, destination);
            }) : t.Value),
        }), run.Loss);
        Assert.ThrowsAny<OperationCanceledException>(() => Analyze.Reservoir(watched, TestRuns.Options, null, source.Token));
        Assert.Equal(["J_S 0", "J_Q 0", "J_S 1", "J_Q 1"], read.Distinct());
    }

    /// <summary>Cancelled from another thread within one long interval, which takes thousands of steps: the interval is not finished.</summary>
    [Fact]
    public void CancellationDoesNotWaitForTheInterval()
    {
        var random = new Random(52);
        const int N = 40;
        Checkpoint At(double t) =>
            new(t, (long)t, FlowRecording.Tensor("J_S", 40 * FlowPath.Gaussian(random, N, 60)), FlowRecording.Tensor("J_Q", FlowPath.Gaussian(random, 5, 60)),
            new MemoryTensor("U_S", new double[N], N, 1), new MemoryTensor("U_Q", new double[5], 5, 1));
        var run = new CheckpointSequence([At(0), At(1000)], LossModel.Squared(Enumerable.Range(0, N).Select(i => i % 2 * 2.0 - 1).ToArray(), 1));
        using var source = new CancellationTokenSource();
        // A thread of its own: a timer of a busy pool may come after the end.
        var later = new Thread(() => { Thread.Sleep(30); source.Cancel(); });
        var recorder = new Recorder(p => { if (p is { Stage: "integrating", Fraction: 0 } && later.ThreadState == ThreadState.Unstarted) later.Start(); });
        Assert.ThrowsAny<OperationCanceledException>(() =>
            Analyze.Reservoir(run, TestRuns.Options with { RelativeTolerance = 1e-12, Method = "gauss-4" }, recorder, source.Token));
        later.Join();
        Assert.Equal(new AnalysisProgress("integrating", 0), recorder.Seen[^1]);
    }

    [Fact]
    public void ATokenCancelledBeforehandStopsAtOnce()
    {
        var recorder = new Recorder();
        Assert.ThrowsAny<OperationCanceledException>(() =>
            With("digits-tiny", run => Analyze.Reservoir(run, TestRuns.Options, recorder, new CancellationToken(true))));
        Assert.All(recorder.Seen, p => Assert.Equal(new AnalysisProgress("reading", 0), p));
    }
}
