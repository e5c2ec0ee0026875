using System.Text.Json;
using System.Text.Json.Nodes;

namespace KernelFlow.Cli.Tests;

/// <summary>--by-interval, --windows, --cache and --cache-size.</summary>
public sealed class CacheOptionTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Cli.Result Analyze(params string[] args) =>
        Cli.Run(["analyze", run.Folder, .. args, "--quiet", "--mode", "flow", "--backend", "managed", "--threads", "1"]);

    private static string Results(Cli.Result result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        var json = JsonNode.Parse(result.Out)!.AsObject();
        Assert.True(json.Remove("performance"));
        return json.ToJsonString();
    }

    private static void IsRefused(Cli.Result result, string expected)
    {
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains(expected, result.Error);
    }

    [Fact]
    public void PlainFirstAndSecondHaveOneResult()
    {
        string cache = _folder.Of("cache"), plain = Results(Analyze("--by-interval", "--json"));
        Assert.Equal(plain, Results(Analyze("--cache", cache, "--json")));
        Assert.NotEmpty(Directory.GetFiles(cache, "interval-*.kfc"));
        var second = Analyze("--cache", cache, "--json");
        Assert.Equal(plain, Results(second));
        Assert.Equal("", second.Error);
        Assert.True(JsonDocument.Parse(second.Out).RootElement.GetProperty("options").GetProperty("byInterval").GetBoolean());
    }

    [Fact]
    public void ACacheThatCannotBeMadeIsNamedInOneSentence()
    {
        string file = _folder.Of("file"), cache = Path.Combine(file, "cache");
        File.WriteAllText(file, "no folder");
        var result = Analyze("--cache", cache, "--json");
        IsRefused(result, $"cache: {cache} cannot be made or written; name a folder that can");
        Assert.Single(result.Error.Trim().Split('\n'));
    }

    [Fact]
    public void WindowsByTimeAndByCheckpointStandInResultsAndReport()
    {
        string report = _folder.Of("report");
        var result = Analyze("--windows", "@0:@3", "@2:@8", "--json", "--out", report);
        var windows = JsonDocument.Parse(result.Out).RootElement.GetProperty("windows").EnumerateArray().ToArray();
        Assert.Equal([(0, 3), (2, 8)],
            windows.Select(w => (w.GetProperty("firstCheckpoint").GetInt32(), w.GetProperty("lastCheckpoint").GetInt32())));
        string second = $"{windows[1].GetProperty("from").GetDouble():R}:{windows[1].GetProperty("to").GetDouble():R}";
        var byTime = JsonDocument.Parse(Analyze("--windows", second, "--json").Out).RootElement.GetProperty("windows");
        Assert.Equal(windows[1].ToString(), Assert.Single(byTime.EnumerateArray()).ToString());
        Assert.Contains("## Windows", File.ReadAllText(Path.Combine(report, "report.md")));
        Assert.Equal(3, File.ReadAllLines(Path.Combine(report, "tables", "windows.csv")).Length);
        // Rendered again from the file, without the run.
        string again = _folder.Of("again");
        Assert.Equal(0, Cli.Run("report", Path.Combine(report, "results.json"), "--out", again, "--quiet").ExitCode);
        Assert.Equal(File.ReadAllText(Path.Combine(report, "tables", "windows.csv")), File.ReadAllText(Path.Combine(again, "tables", "windows.csv")));
    }

    [Theory]
    [InlineData("0", "--cache-size: found 0, expected a number of bytes above 0")]
    [InlineData("-5", "--cache-size: found -5, expected a number of bytes above 0")]
    [InlineData("20X", "--cache-size: found 20X, expected a number of bytes above 0")]
    [InlineData("1e400G", "--cache-size: found 1e400G, expected a number of bytes above 0")]
    public void ASizeThatIsNoneIsRefused(string size, string expected) =>
        IsRefused(Analyze("--cache", _folder.Of("cache"), "--cache-size", size, "--json"), expected);

    [Theory]
    [InlineData("500", 500L)]
    [InlineData("1.5k", 1500L)]
    [InlineData("20G", 20_000_000_000L)]
    [InlineData("2T", 2_000_000_000_000L)]
    [InlineData("0.0001", null)]
    [InlineData("G", null)]
    [InlineData("", null)]
    public void SizesAreRead(string text, long? bytes) => Assert.Equal(bytes, IntervalOptions.Parse(text));

    [Theory]
    [InlineData("3", "--windows: found 3, expected FROM:TO")]
    [InlineData("0:1:2", "--windows: found 0:1:2, expected FROM:TO")]
    [InlineData("@a:@3", "--windows: found @a:@3, expected FROM:TO")]
    [InlineData("@0:@99", "--windows: found @99, expected a checkpoint from @0 to @8")]
    [InlineData("@3:@3", "holds fewer than two checkpoints")]
    [InlineData("0:0.123", "0.123 is not the time of a checkpoint")]
    public void AWindowThatIsNoneIsRefused(string window, string expected) => IsRefused(Analyze("--windows", window, "--json"), expected);

    [Fact]
    public void AFolderOfSomethingElseIsRefusedAndLeftAlone()
    {
        string other = _folder.Of("other");
        Directory.CreateDirectory(other);
        File.WriteAllText(Path.Combine(other, "thesis.tex"), "");
        IsRefused(Analyze("--cache", other, "--json"), "holds thesis.tex and is no cache of this tool");
        Assert.Single(Directory.GetFileSystemEntries(other));
        IsRefused(Analyze("--cache", Path.Combine(other, "thesis.tex"), "--json"), "is a file, expected a folder");
        IsRefused(Analyze("--cache", run.Folder, "--json"), "is no cache of this tool");
        IsRefused(Analyze("--cache", _folder.Of("one"), "--out", _folder.Of("one")), "--cache and --out name one folder");
        IsRefused(Analyze("--cache-size", "5M", "--json"), "--cache-size needs --cache FOLDER.");
        IsRefused(Analyze("--claims-only", "--by-interval", "--json"), "--claims-only forms no operators, so that --by-interval cannot be had");
    }

    /// <summary>A cache smaller than an interval keeps what fits, says so, and changes nothing.</summary>
    [Fact]
    public void ACacheThatIsTooSmallIsAWarning()
    {
        string cache = _folder.Of("cache");
        var small = Analyze("--cache", cache, "--cache-size", "2K", "--json");
        Assert.Equal(Results(Analyze("--by-interval", "--json")), Results(small));
        Assert.Contains("warning: cache: an entry of ", small.Error);
        Assert.True(Directory.GetFiles(cache, "*.kfc").Sum(f => new FileInfo(f).Length) <= 2000);
    }

    /// <summary>One warning, and the results: as on a full disk.</summary>
    [Fact]
    public void WhereNothingCanBeWrittenThereIsAWarning()
    {
        string cache = _folder.Of("cache");
        Results(Analyze("--cache", cache, "--json"));
        foreach (string entry in Directory.GetFiles(cache, "*.kfc"))
        {
            File.Delete(entry);
            Directory.CreateDirectory(entry); // no file can be put where a folder is
        }
        var full = Analyze("--cache", cache, "--json");
        Assert.Equal(Results(Analyze("--by-interval", "--json")), Results(full));
        Assert.Contains("nothing more is kept in the cache", full.Error);
    }
}
