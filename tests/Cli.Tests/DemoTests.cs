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
        int[] at = [.. ((string[])["Is the recording consistent? ", "Does the theory agree? ", "Inclusion ker W_S ⊆ ker G_Q? ", "Is the error budget "])
            .Select(q => result.Out.IndexOf(q, StringComparison.Ordinal))];
        Assert.True(at[0] > 0 && at.Zip(at.Skip(1)).All(p => p.First < p.Second), string.Join(", ", at) + result.Out);
        foreach (string part in (string[])["C2 transport: ", "C4 test transfer: ", "Kernel drift: ",
            $"Report: {Path.Combine(folder, "report", "report.html")}"]) Assert.Contains(part, result.Out);
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
