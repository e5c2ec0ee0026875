using System.Text.Json.Nodes;

namespace KernelFlow.Cli.Tests;

/// <summary>What is printed cannot be turned into commands to a terminal or into lines that the tool did not write, and a stream that fails
/// ends no work.</summary>
public sealed class TerminalTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private const string Hostile = "\u001b[2J\u001b]0;pwn\u0007\nerror: fake line\u202e";
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Spoilt(Action<JsonNode> spoil)
    {
        string folder = _folder.Of("spoilt");
        run.CopyTo(folder);
        string manifest = Path.Combine(folder, "run.json");
        var json = JsonNode.Parse(File.ReadAllText(manifest))!;
        spoil(json);
        File.WriteAllText(manifest, json.ToJsonString());
        return folder;
    }

    private static void IsPrintable(Cli.Result result)
    {
        Assert.DoesNotContain(result.Out + result.Error, c => char.IsControl(c) && c is not ('\n' or '\r'));
        Assert.DoesNotContain('\u202e', result.Out + result.Error);
        Assert.DoesNotMatch("(?m)^error: fake", result.Out + result.Error);
        Assert.DoesNotContain((result.Out + result.Error).Split('\n'), line => line.Length > 2100);
    }

    [Fact]
    public void ACheckpointsNameIsEscapedInTheMessage()
    {
        var result = Cli.Run("inspect", Spoilt(json => json["checkpoints"]![0]!["file"] = Hostile));
        Assert.True(result.ExitCode == 2, result.ToString());
        IsPrintable(result);
        Assert.Contains(@"\u001b[2J\u001b]0;pwn\u0007\nerror: fake line\u202e", result.Error);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("loss")]
    [InlineData("format")]
    [InlineData("reduction")]
    public void AValueOfTheManifestIsEscapedInTheMessage(string key)
    {
        var result = Cli.Run("inspect", Spoilt(json => json[key] = Hostile));
        Assert.True(result.ExitCode == 2, result.ToString());
        IsPrintable(result);
    }

    [Fact]
    public void NamesThatAreNoDefectAreEscapedInEverySummary()
    {
        string folder = Spoilt(json =>
        {
            json["optimizer"] = new JsonObject { ["kind"] = Hostile, ["learningRate"] = 0.1, [Hostile] = 1, [new string('k', 50_000)] = 2 };
            json["setting"] = new JsonArray(Hostile, new string('s', 50_000));
            json["metadata"] = new JsonObject { [Hostile] = Hostile, ["layers"] = Hostile + "=3" };
        });
        var inspected = Cli.Run("inspect", folder, "--backend", "managed");
        Assert.True(inspected.ExitCode == 0, inspected.ToString());
        IsPrintable(inspected);
        var analysed = Cli.Run("analyze", folder, "--out", _folder.Of("report"), "--json", "--backend", "managed");
        Assert.True(analysed.ExitCode == 0, analysed.ToString());
        IsPrintable(analysed with { Out = "" });
        Assert.Equal(Hostile, JsonNode.Parse(analysed.Out)!["run"]!["metadata"]![Hostile]!.GetValue<string>());
        var compared = Cli.Run("compare", folder, _folder.Of("report"), "--out", _folder.Of("both"), "--backend", "managed");
        Assert.True(compared.ExitCode == 0, compared.ToString());
        IsPrintable(compared);
    }

    private sealed class FullDevice : StringWriter
    {
        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");

        public override void Flush() => throw new IOException("No space left on device");
    }

    private async Task<int> RunOn(TextWriter output, TextWriter error, params string[] args)
    {
        using var signals = Signals.From(CancellationToken.None);
        return await Application.RunAsync(args, new CliTerminal(output, error, interactive: false), signals);
    }

    [Fact]
    public async Task AFullErrorStreamDoesNotEndTheWork()
    {
        using var full = new FullDevice();
        using var output = new StringWriter();
        string report = _folder.Of("report");
        Assert.Equal(0, await RunOn(output, full, "analyze", run.Folder, "--out", report, "--verbose", "--backend", "managed"));
        Assert.True(File.Exists(Path.Combine(report, "results.json")));
        Assert.Equal(2, await RunOn(output, full, "analyze", "nothing-here", "--json"));
    }

    [Fact]
    public async Task OutputThatCannotBeWrittenIsNamed()
    {
        using var error = new StringWriter();
        using var full = new FullDevice();
        Assert.Equal(2, await RunOn(full, error, "analyze", run.Folder, "--json", "--quiet", "--backend", "managed"));
        Assert.Equal("error: standard output cannot be written: No space left on device", error.ToString().TrimEnd());
        error.GetStringBuilder().Clear();
        using var closed = new ClosedWriter();
        Assert.Equal(2, await RunOn(closed, error, "analyze", run.Folder, "--json", "--quiet", "--backend", "managed"));
        Assert.Equal("error: standard output cannot be written: it is closed", error.ToString().TrimEnd());
    }
}
