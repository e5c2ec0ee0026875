using KernelFlow.Files;

namespace KernelFlow.Cli.Tests;

/// <summary>Folders of reports: one writer, nothing mixed, nothing foreign touched.</summary>
public sealed class ReportFolderTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Cli.Result Analyze(string folder, params string[] more) =>
        Cli.Run(["analyze", run.Folder, "--out", folder, "--quiet", "--backend", "managed", "--threads", "1", .. more]);

    private void Done(Cli.Result result) => Assert.True(result.ExitCode == 0, result.ToString());

    private static string[] In(string folder) => [.. Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [InlineData("analyze")]
    [InlineData("compare")]
    [InlineData("report")]
    public void TheSecondWriterExitsWithTwoAndNamesTheHolder(string command)
    {
        string folder = _folder.Of("out");
        if (command == "report") Done(Analyze(_folder.Of("first")));
        using var held = FolderLock.Make(folder);
        var refused = command switch
        {
            "analyze" => Analyze(folder),
            "compare" => Cli.Run("compare", run.Folder, "--every", "1", "--every", "2", "--out", folder, "--quiet"),
            _ => Cli.Run("report", _folder.Of("first"), "--out", folder, "--quiet"),
        };
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains($"{folder}: another process is writing this folder: process {Environment.ProcessId} on ", refused.Error);
        Assert.Equal([FolderLock.FileName], In(folder));
    }

    [Fact]
    public void AFailedAnalysisLeavesNoFolderAndAnEarlierReportAsItWas()
    {
        Assert.Equal(2, Analyze(_folder.Of("deep", "new"), "--to", "0.1234").ExitCode);
        Assert.Empty(In(_folder.Path));
        Done(Analyze(_folder.Of("report")));
        byte[] before = File.ReadAllBytes(_folder.Of("report", "results.json"));
        Assert.Equal(2, Analyze(_folder.Of("report"), "--to", "0.1234").ExitCode);
        Assert.Equal(before, File.ReadAllBytes(_folder.Of("report", "results.json")));
        Assert.DoesNotContain(FolderLock.FileName, In(_folder.Of("report")));
    }

    /// <summary>What file managers leave, a mark at the start of the file by an editor, and what killed processes left do not make a folder
    /// foreign.</summary>
    [Fact]
    public void LitterAndLeftoversDoNotMakeAFolderForeign()
    {
        string folder = _folder.Of("report");
        Done(Analyze(folder));
        string json = File.ReadAllText(Path.Combine(folder, "results.json"));
        File.WriteAllText(Path.Combine(folder, "results.json"), "\uFEFF" + json);
        string[] litter = [".DS_Store", "Thumbs.db", "tables/desktop.ini"];
        foreach (string file in litter) File.WriteAllText(Path.Combine(folder, file), "litter");
        string stage = Path.Combine(folder, $"kernelflow-{7:x32}.part");
        Directory.CreateDirectory(stage);
        foreach (string file in (string[])[Path.Combine(stage, "report.html"), Path.Combine(folder, "results.json.probe.part"),
            Path.Combine(folder, "report.html.part"), Path.Combine(folder, FolderLock.FileName)]) File.WriteAllText(file, "");
        Done(Analyze(folder));
        Assert.Equal(litter.Order(StringComparer.Ordinal), In(folder).Except(ReservoirReports.Files).Except(["tables", "figures"]));
        Assert.All(litter, file => Assert.Equal("litter", File.ReadAllText(Path.Combine(folder, file))));
    }

    /// <summary>Killed while it was written file by file: results.json comes last, so the folder is a mixture or has none; it is named and the next
    /// run mends it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnInterruptedReportIsNamedAndMendedByTheNextRun(bool first)
    {
        string folder = _folder.Of("report"), other = _folder.Of("other");
        Done(Analyze(folder));
        Done(Analyze(other, "--threshold", "0.25"));
        if (first) File.Delete(Path.Combine(folder, "results.json"));
        else File.Copy(Path.Combine(other, "report.html"), Path.Combine(folder, "report.html"), overwrite: true);
        foreach (var refused in (Cli.Result[])[Cli.Run("report", folder, "--out", _folder.Of("again")), Cli.Run("compare", folder, other, "--json")])
        {
            Assert.True(refused.ExitCode == 2, refused.ToString());
            // compare takes a folder without results.json for neither a run nor a report.
            if (!first || refused.Error.Contains("report.html", StringComparison.Ordinal))
                Assert.Contains("writing the report was interrupted", refused.Error);
        }
        Assert.False(Directory.Exists(_folder.Of("again")), "a folder was made");
        Done(Analyze(folder));
        Done(Cli.Run("report", folder, "--out", _folder.Of("again"), "--quiet"));
    }

    [Fact]
    public void AMixtureIsMendedFromItsResults()
    {
        string folder = _folder.Of("report"), other = _folder.Of("other");
        Done(Analyze(folder));
        Done(Analyze(other, "--threshold", "0.25"));
        File.Copy(Path.Combine(other, "results.json"), Path.Combine(folder, "results.json"), overwrite: true);
        Assert.Equal(2, Cli.Run("report", folder, "--out", folder).ExitCode);
        Done(Cli.Run("report", Path.Combine(folder, "results.json"), "--out", folder, "--quiet"));
        Assert.Equal(File.ReadAllBytes(Path.Combine(other, "report.html")), File.ReadAllBytes(Path.Combine(folder, "report.html")));
    }

    [Fact]
    public void ALinkUnderTheNameOfATemporaryIsNotFollowed()
    {
        string folder = _folder.Of("report"), victim = _folder.Of("victim");
        Done(Analyze(folder));
        File.WriteAllText(victim, "precious");
        File.CreateSymbolicLink(Path.Combine(folder, "results.json.part"), victim);
        Assert.Contains("holds results.json.part", Analyze(folder).Error);
        Done(Analyze(folder, "--overwrite"));
        Assert.Equal("precious", File.ReadAllText(victim));
        Assert.Null(new FileInfo(Path.Combine(folder, "results.json")).LinkTarget);
        Assert.Equal(victim, new FileInfo(Path.Combine(folder, "results.json.part")).LinkTarget);
    }
}
