using KernelFlow.Numerics;
using KernelFlow.Tests;

namespace KernelFlow.Analysis.Tests;

/// <summary>How pieces are divided among tasks, and what a job does not take for its own.</summary>
public sealed class JobTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-job-").FullName;

    private static readonly AnalysisOptions s_options = new()
    {
        Mode = AnalysisMode.Flow, ByInterval = true, RelativeTolerance = 1e-6, Backend = Backend.Managed(1),
    };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RecordedRun Run(double? from = null) => RecordedRun.Open(SourceTree.PathOf("examples", "digits-tiny"), from);

    public static TheoryData<double, int?, double> Divisions => new()
    {
        { 60, null, 7 }, { 60, 3, 7 }, { 60, 400, 7 }, { 0, null, 7 }, { 60, null, 0.001 }, { 60, null, 900 }, { 0, 2, 7 },
    };

    [Theory]
    [MemberData(nameof(Divisions))]
    public void EveryPieceIsInOneTaskAndNoTaskIsShort(double shortest, int? nodes, double seconds)
    {
        var pieces = Enumerable.Range(0, 2500).Select(k => (new JobPiece(k, k, 0), seconds * (1 + k % 3))).ToArray();
        double total = pieces.Sum(p => p.Item2);
        var tasks = new JobDivision(1, 1) { ShortestSeconds = shortest, Nodes = nodes }.Tasks(JobStage.Kernels, pieces, 5).ToArray();
        Assert.Equal(pieces.Select(p => p.Item1), tasks.SelectMany(t => t.Pieces));
        Assert.Equal(Enumerable.Range(5, tasks.Length), tasks.Select(t => t.Number));
        Assert.InRange(tasks.Length, 1, nodes is { } n ? 4 * n : 1000);
        Assert.True(tasks.Length == 1 || tasks.Min(t => t.Seconds) >= shortest, $"{tasks.Length} tasks, the shortest of {tasks.Min(t => t.Seconds)} s");
        Assert.True(Math.Abs(tasks.Sum(t => t.Seconds) - total) <= 1e-9 * total, $"{tasks.Sum(t => t.Seconds)} s of {total} s");
    }

    [Fact]
    public void OtherOptionsAnotherBackendAndAnotherWindowAreRefused()
    {
        using var run = Run();
        var job = AnalysisJob.Plan(_folder, run, s_options, ["--mode", "flow"], new JobDivision(1e9, 1e9));
        Assert.Equal([JobStage.Kernels, JobStage.Intervals], job.Tasks.Select(t => t.Stage));
        var opened = AnalysisJob.Open(_folder);
        Refused("the options are not those", s_options with { Seed = 2 });
        Refused("the options are not those", s_options with { IndependentCheck = false });
        Refused("the options are not those", s_options with { KernelRows = 7 });
        Refused("planned for the backend managed", s_options with { Backend = Backend.Managed(2) });
        Assert.Contains("another job", Assert.Throws<InvalidJobException>(() => AnalysisJob.Plan(_folder, run, s_options with { Seed = 2 }, [],
            new JobDivision(1e9, 1e9))).Message, StringComparison.Ordinal);
        using var later = Run(0.1);
        var wrong = Assert.Throws<ArgumentException>(() => opened.Compute(1, run, s_options with { From = 0.1 }));
        Assert.StartsWith("run: opened with other checkpoints", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(SourceTree.PathOf("examples", "digits-tiny"), opened.FindRun());

        void Refused(string message, AnalysisOptions options)
        {
            Assert.Contains(message, Assert.Throws<InvalidJobException>(() => opened.Compute(1, run, options)).Message, StringComparison.Ordinal);
            Assert.Contains(message, Assert.Throws<InvalidJobException>(() => opened.Merge(run, options)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AnOpenToleranceIsRefusedWherePiecesDependOnIt()
    {
        using var run = Run();
        var e = Assert.Throws<ArgumentException>(() => AnalysisJob.Plan(_folder, run, s_options with { RelativeTolerance = ToleranceChoice.Auto }, [],
            new JobDivision(1e9, 1e9)));
        Assert.StartsWith("rtol: found auto", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    [Theory]
    [InlineData("1-3,7,9-10", 1, 2, 3, 7, 9, 10)]
    [InlineData("4", 4)]
    public void TasksAreNamedAsAnArrayIsAskedFor(string expected, params int[] tasks) => Assert.Equal(expected, AnalysisJob.Ranges(tasks));
}
