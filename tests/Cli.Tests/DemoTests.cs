using KernelFlow.Reporting;

namespace KernelFlow.Cli.Tests;

public sealed class DemoTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DemoRecordsAnalysesAndReports()
    {
        string folder = _folder.Of("demo");
        var result = Cli.Run("demo", "--out", folder, "--backend", "managed");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(result.Error);
        string[] lines = result.Out.TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
        Assert.True(lines.Length == 8, result.Out);
        var analysis = ResultsFile.Read(Path.Combine(folder, "report", "results.json"));
        Assert.StartsWith($"{Headline.Of(analysis).Sentence}.", lines[0]);
        Assert.Equal(Verdict.Holds, analysis.InclusionVerdict);
        var story = NoiseStory.Of(analysis).Value;
        Assert.Equal(story.Verdict, lines[1]);
        Assert.True(story.IsShown, lines[1]);
        for (int k = 0; k < 5; k++) Assert.StartsWith($"{k + 1}. ", lines[k + 2]);
        Assert.Equal(story.Sentences, lines[2..6].Select(l => l[3..]));
        Assert.StartsWith("5. The recorded mean square error", lines[6]);
        Assert.Equal($"Report: {Path.Combine(folder, "report", "report.html")} (the figure of this story: #noise-response)", lines[7]);
        Assert.Contains("id=\"noise-response\"", File.ReadAllText(Path.Combine(folder, "report", "report.html")));
        Assert.True(File.Exists(Path.Combine(folder, "report", "report.html")));
        using (var run = RecordedRun.Open(Path.Combine(folder, "run"))) Assert.Equal(DemoRun.Options.CheckpointSteps().Count, run.Checkpoints.Count);

        // Its own output is replaced; a file beside it is a reason to refuse, before anything is touched.
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "mine");
        var refused = Cli.Run("demo", "--out", folder, "--backend", "managed");
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains("holds notes.txt, which this tool did not write", refused.Error);
    }

    [Fact]
    public void AForeignReportFolderIsRefusedBeforeTraining()
    {
        Directory.CreateDirectory(_folder.Of("demo", "report"));
        File.WriteAllText(_folder.Of("demo", "report", "chapter.md"), "mine");
        var refused = Cli.Run("demo", "--out", _folder.Of("demo"));
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains("chapter.md", refused.Error);
        Assert.False(Directory.Exists(_folder.Of("demo", "run")));
    }
}
