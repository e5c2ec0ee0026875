using KernelFlow.Reporting.Tests.Support;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>The report of an analysis and the one rendered from its results.json are the same bytes.</summary>
public sealed class RenderAgainTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-again-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(string name) => Path.Combine(_folder, name);

    private static string[] FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f =>
            Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    private void AreTheSame(ReservoirAnalysis analysis, int least)
    {
        analysis.WriteFolder(Of("first"));
        ResultsFile.Read(Of("first")).WriteFolder(Of("again"));
        string[] files = FilesOf(Of("first"));
        Assert.True(files.Length >= least, $"{files.Length} files: {string.Join(' ', files)}");
        Assert.Equal(files, FilesOf(Of("again")));
        foreach (string file in files)
            Assert.True(File.ReadAllBytes(Path.Combine(Of("first"), file)).SequenceEqual(File.ReadAllBytes(Path.Combine(Of("again"), file))),
                $"{file} differs");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheShippedRunIsRenderedTheSame(bool descent)
    {
        var options = TestRuns.Options with { RelativeTolerance = 1e-6, ScheduleOverStart = !descent, Mode = descent ? AnalysisMode.Descent
            : AnalysisMode.Flow };
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        AreTheSame(Analyze.Reservoir(run.Checkpoints, options), 28);
    }

    [Fact]
    public void ARunOfKernelBlocksIsRenderedTheSame()
    {
        using (var run = RecordedRun.Open(TestRuns.DigitsTiny)) KernelBlocks.Convert(run.Checkpoints, Of("blocks"), TestRuns.Options.Backend!);
        using var blocks = RecordedRun.Open(Of("blocks"));
        AreTheSame(Analyze.Reservoir(blocks.Checkpoints, TestRuns.Options with { RelativeTolerance = 1e-6, IndependentCheck = false }), 26);
    }

    [Fact]
    public void SamplesAreRenderedTheSame()
    {
        foreach (var sample in (ReservoirAnalysis[])[SampleAnalysis.Make(), SampleAnalysis.Descent(), SampleAnalysis.Full()]) AreTheSame(sample, 20);
    }

    /// <summary>Rendered into its own folder, a report keeps its operators; those of another analysis are removed.</summary>
    [Fact]
    public void OperatorsStayWithTheirResults()
    {
        SampleAnalysis.Make().WriteAll(Of("report"));
        ResultsFile.Read(Of("report")).WriteFolder(Of("report"));
        Assert.True(File.Exists(Path.Combine(Of("report"), ReservoirReports.OperatorsFile)));
        SampleAnalysis.Descent().WriteFolder(Of("report"));
        Assert.False(File.Exists(Path.Combine(Of("report"), ReservoirReports.OperatorsFile)));
    }
}
