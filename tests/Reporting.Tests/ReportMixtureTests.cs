using KernelFlow.Files;
using KernelFlow.Reporting.Tests.Support;
using KernelFlow.Results;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>A report is of one analysis: each file says of which, and readers refuse a mixture.</summary>
public sealed class ReportMixtureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-mixture-").FullName;

    private static readonly ReservoirAnalysis s_one = SampleAnalysis.Make(), s_two = s_one with { Run = s_one.Run with { Loss = "logistic" } };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(params string[] parts) => Path.Combine([_folder, .. parts]);

    private static string[] FilesOf(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Fact]
    public void EveryFileHasTheIdOfItsReport()
    {
        string id = ResultsFile.Id(s_one);
        Assert.Matches("^[0-9a-f]{16}$", id);
        s_one.WriteAll(Of("report"));
        foreach (string file in FilesOf(Of("report")))
        {
            string? found = ReportMark.Of(Of("report", file));
            bool empty = file.EndsWith(".csv", StringComparison.Ordinal) && File.ReadAllLines(Of("report", file)).Length == 1;
            Assert.True(found == (empty ? null : id), $"{file}: found id {found}, expected {id}");
        }
        // What it cost and which figures are drawn beside make no other analysis of it; anything that was found does.
        Assert.Equal(id, ResultsFile.Id(s_one with { Performance = s_one.Performance with { Seconds = 77 }, Figures = [new("own", "a", "b")] }));
        Assert.NotEqual(id, ResultsFile.Id(s_two));
        Assert.Equal(id, ResultsFile.Id(ResultsFile.Read(Of("report"))));
    }

    [Fact]
    public void FilesOfAComparisonHaveItsId()
    {
        var comparison = RunComparison.Of([ComparedRun.Of("a", s_one), ComparedRun.Of("b", s_two)]);
        comparison.WriteFolder(Of("both"));
        foreach (string file in FilesOf(Of("both")))
            Assert.True(ReportMark.Of(Of("both", file)) == ComparisonFile.Id(comparison), $"{file}: found id {ReportMark.Of(Of("both", file))}");
    }

    [Theory]
    [InlineData("report.html")]
    [InlineData("report.md")]
    [InlineData("operators.safetensors")]
    [InlineData("tables/spectrum.csv")]
    [InlineData("figures/spectrum.svg")]
    [InlineData("results.json")]
    public void AFileOfAnotherAnalysisIsNamed(string file)
    {
        s_one.WriteAll(Of("report"));
        s_two.WriteAll(Of("other"));
        File.Copy(Of("other", file), Of("report", file), overwrite: true);
        foreach (Action read in (Action[])[() => ResultsFile.Read(Of("report")), () => ComparedRun.Read(Of("report"))])
        {
            string message = Assert.Throws<InvalidResultsException>(read).Message;
            foreach (string part in (string[])[ResultsFile.Id(s_one), ResultsFile.Id(s_two), "write the report again", Of("report", "results.json")])
                Assert.Contains(part, message);
            if (file != "results.json") Assert.Contains(Path.GetFileName(file), message);
        }
        // The results themselves are whole, and the report that is rendered from them is whole again.
        var kept = ResultsFile.Read(Of("report", "results.json"));
        kept.WriteFolder(Of("report"));
        Assert.Equal(kept.Run.Loss, ResultsFile.Read(Of("report")).Run.Loss);
    }

    /// <summary>Killed while it was written file by file into an empty folder.</summary>
    [Fact]
    public void AReportWithoutResultsIsNotFinished()
    {
        s_one.WriteFolder(Of("report"));
        File.Delete(Of("report", "results.json"));
        Assert.Contains("report.html of report " + ResultsFile.Id(s_one) + " is there: writing the report was interrupted",
            Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(Of("report"))).Message);
        s_one.WriteFolder(Of("report"));
        ResultsFile.Read(Of("report"));
    }

    /// <summary>Reports of earlier versions have no ids, and what others put into the folder has none either.</summary>
    [Fact]
    public void FilesWithoutAnIdAreNoMixture()
    {
        s_one.WriteFolder(Of("report"));
        string json = File.ReadAllText(Of("report", "results.json"));
        File.WriteAllText(Of("report", "report.md"), "my own page");
        File.WriteAllText(Of("report", "tables", "spectrum.csv"), "mode\n1\n");
        ResultsFile.Read(Of("report"));
        File.WriteAllText(Of("report", "results.json"), json.Replace($"  \"reportId\": \"{ResultsFile.Id(s_one)}\",\n", "", StringComparison.Ordinal));
        foreach (string file in FilesOf(Of("report")).Where(f => f != "results.json")) File.Delete(Of("report", file));
        ResultsFile.Read(Of("report"));
    }

    [Fact]
    public void TheIdOfATableIsAColumnAndLeavesFieldsWithLineBreaksWhole()
    {
        Assert.Equal("a,b,reportId\n1,\"x\ny \"\"z\"\"\",0123456789abcdef\n2,,0123456789abcdef\n",
            ReportMark.Table("a,b\n1,\"x\ny \"\"z\"\"\"\n2,\n", "0123456789abcdef"));
    }

    [Fact]
    public void AWriterThatFailsLeavesTheEarlierReportWithItsOperators()
    {
        s_one.WriteAll(Of("report"));
        var before = FilesOf(Of("report")).ToDictionary(f => f, f => File.ReadAllBytes(Of("report", f)));
        var full = new ReportOptions { Operators = _ => throw new IOException("No space left on device") };
        Assert.Throws<IOException>(() => s_two.WriteFolder(Of("report"), full));
        Assert.Equal(before.Keys, FilesOf(Of("report")));
        foreach (var (file, bytes) in before) Assert.True(bytes.SequenceEqual(File.ReadAllBytes(Of("report", file))), $"{file} changed");
        Assert.Equal(["report"], Directory.EnumerateFileSystemEntries(_folder).Select(e => Path.GetFileName(e)));
        // A folder that was made for a report that failed is gone.
        Assert.Throws<IOException>(() => s_two.WriteFolder(Of("a", "new"), full));
        Assert.False(Directory.Exists(Of("a")), "an empty folder was left");
    }

    [Fact]
    public void OperatorsAreExchangedWithTheReport()
    {
        s_one.WriteFolder(Of("report"), new ReportOptions { Operators = s_one.WriteOperators });
        Assert.Equal(ResultsFile.Id(s_one), ReportMark.Of(Of("report", "operators.safetensors")));
        ResultsFile.Read(Of("report")).WriteFolder(Of("report"));
        Assert.True(File.Exists(Of("report", "operators.safetensors")), "the operators of the same analysis were removed");
        s_two.WriteFolder(Of("report"));
        Assert.False(File.Exists(Of("report", "operators.safetensors")), "the operators of another analysis are left over");
    }

    [Fact]
    public void ASecondWriterIsRefusedAndReadersAreNot()
    {
        s_one.WriteFolder(Of("report"));
        using var held = FolderLock.Take(Of("report"));
        Assert.Throws<FolderInUseException>(() => s_two.WriteFolder(Of("report")));
        Assert.Equal(s_one.Run.Loss, ResultsFile.Read(Of("report")).Run.Loss);
        s_two.WriteFolder(Of("report"), new ReportOptions { Lock = held });
        Assert.Throws<FolderInUseException>(() => s_one.WriteFolder(Of("report")));
    }
}
