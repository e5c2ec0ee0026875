using KernelFlow.Numerics;
using KernelFlow.Validation.Coupling;

namespace KernelFlow.Validation.Tests;

/// <summary>Same seed, same bytes; what is kept is a run.</summary>
public sealed class DeterminismTests : IDisposable
{
    private static readonly CouplingRun[] s_cheap =
    [
        new("flow", new RecordingOptions { Train = 10, Test = 6, Layers = [LayerSpec.Dense(5)], Steps = 200, Checkpoints = 10 }),
        new("steps", new RecordingOptions { Train = 8, Test = 5, Layers = [LayerSpec.Dense(5)], Steps = 20, LearningRate = 0.2,
            Schedule = CheckpointSchedule.EveryStep, Midpoints = true }),
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-validation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ExperimentReport Run(long seed, string? keep = null) =>
        new CouplingExperiment(s_cheap).Run(new ExperimentOptions { Quick = true, Seed = seed, Backend = Backend.Managed(1), KeepFolder = keep });

    [Fact]
    public void TheSameSeedGivesTheSameBytes()
    {
        string first = ExperimentReports.Json(Run(3)), second = ExperimentReports.Json(Run(3, _folder)), third = ExperimentReports.Json(Run(4));
        Assert.Equal(first, second);
        Assert.NotEqual(first, third);
        // Two runs cannot cover the drifts: the experiment says so instead of a verdict about the theory.
        Assert.Contains("\"verdict\": \"Undecided\"", first[..first.IndexOf("\"rows\"", StringComparison.Ordinal)]);
    }

    [Fact]
    public void KeptRecordingsAreRuns()
    {
        var report = Run(3, _folder);
        foreach (var run in s_cheap)
        {
            using var recorded = RecordedRun.Open(Path.Combine(_folder, run.Id));
            var analysis = Analyze.Reservoir(recorded.Checkpoints, new AnalysisOptions { Backend = Backend.Managed(1), RelativeTolerance = 1e-8 });
            Assert.Equal(report.Rows.Single(r => r.Id == run.Id).Claim("C4").RelativeError.OrNull(), analysis.Claim("C4").RelativeError.OrNull());
        }
    }

    [Fact]
    public void CancellingEndsItAndKeepsWhatIsComplete()
    {
        using var stop = new CancellationTokenSource();
        var experiment = new CouplingExperiment([s_cheap[0], s_cheap[0] with { Id = "second" }, s_cheap[0] with { Id = "third" }]);
        var progress = new StopAt(stop, 0.3);
        Assert.ThrowsAny<OperationCanceledException>(() =>
            experiment.Run(new ExperimentOptions { Backend = Backend.Managed(1), KeepFolder = _folder }, progress, stop.Token));
        Assert.Equal("second", progress.Stage);
        using var recorded = RecordedRun.Open(Path.Combine(_folder, s_cheap[0].Id));
        Assert.Equal(s_cheap[0].Recording.CheckpointSteps().Count, recorded.Checkpoints.Count);
    }

    [Fact]
    public void ANegativeSeedIsRefused() => Assert.Contains("seed: found -1", Assert.Throws<ArgumentException>(() => Run(-1)).Message);

    private sealed class StopAt(CancellationTokenSource stop, double fraction) : IProgress<ExperimentProgress>
    {
        public string? Stage { get; private set; }

        public void Report(ExperimentProgress value)
        {
            Stage = value.Stage;
            if (value.Fraction >= fraction) stop.Cancel();
        }
    }
}
