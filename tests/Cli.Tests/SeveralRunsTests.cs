using System.Text.Json.Nodes;
using KernelFlow.Tests;

namespace KernelFlow.Cli.Tests;

/// <summary><c>inspect</c> of several runs, and as JSON.</summary>
public sealed class SeveralRunsTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Broken()
    {
        string folder = _folder.Of("broken");
        run.CopyTo(folder);
        File.WriteAllText(Path.Combine(folder, "run.json"), "{");
        return folder;
    }

    private string[] Inspect(params string[] more) => ["inspect", run.Folder, .. more, "--backend", "managed", "--threads", "1"];

    [Fact]
    public void EachRunHasALineAndABadOneDoesNotHideTheOthers()
    {
        string broken = Broken(), missing = _folder.Of("missing");
        var result = Cli.Run(Inspect(broken, missing, run.Folder));
        Assert.True(result.ExitCode == 2, result.ToString());
        string[] lines = result.Out.TrimEnd().Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Matches("^run +loss +n +m +p +D +checkpoints +time +recording +density +mode +memory +forecast", lines[0]);
        Assert.Matches($"^{run.Folder} +squared +12 +6 +1 +331 +9 +0 to 10 +sound +", lines[1]);
        Assert.Matches($"^{broken} +bad$", lines[2].TrimEnd());
        Assert.Matches($"^{missing} +bad$", lines[3].TrimEnd());
        Assert.Equal(lines[1], lines[4]);
        Assert.Equal(2, result.Error.TrimEnd().Split('\n').Length);
        Assert.Contains($"error: {Path.Combine(broken, "run.json")}: not valid JSON", result.Error);
        Assert.Contains($"error: {missing}: run folder not found", result.Error);
    }

    [Fact]
    public void SeveralGoodRunsAreDone()
    {
        var result = Cli.Run(Inspect(run.Folder, "--verify"));
        Assert.True(result.ExitCode == 0 && result.Error.Length == 0, result.ToString());
        // The sums of each run stand under its name.
        Assert.Equal(2, result.Out.Split('\n').Count(l => l.TrimEnd() == run.Folder + ":"));
    }

    [Fact]
    public void EachRunHasTheBackendOfItsSize()
    {
        string[] Backends(params string[] runs) => [.. JsonNode.Parse(Cli.Run(["inspect", .. runs, "--json"]).Out)!["runs"]!.AsArray()
            .Select(r => (string)r!["forecast"]!["backend"]!)];
        string alone = Backends(run.Folder).Single();
        Assert.Equal([alone, alone], Backends(run.Folder, run.Folder));
    }

    [Fact]
    public void AnOptionThatDoesNotExistIsNoRun()
    {
        var result = Cli.Run(Inspect("--jsn"));
        Assert.True(result.ExitCode == 2 && result.Out.Length == 0, result.ToString());
        Assert.Contains("error: unknown option --jsn.", result.Error);
    }

    [Fact]
    public void JsonSaysWhatTheTextSays()
    {
        var result = Cli.Run(Inspect("--json", "--verify"));
        Assert.True(result.ExitCode == 0 && result.Error.Length == 0, result.ToString());
        var one = JsonNode.Parse(result.Out)!["runs"]!.AsArray().Single()!;
        using var recorded = RecordedRun.Open(run.Folder);
        Assert.Equal(recorded.Checkpoints.Select(c => (c.Step, c.Time)),
            one["checkpoints"]!.AsArray().Select(c => (c!["step"]!.GetValue<long>(), c["time"]!.GetValue<double>())));
        Assert.Equal((12, 6, 1, 331), ((int)one["train"]!, (int)one["test"]!, (int)one["outputs"]!, (int)one["parameters"]!));
        Assert.Equal("gradient-descent", (string)one["optimizer"]!["kind"]!);
        Assert.Equal(0.05, (double)one["optimizer"]!["learningRate"]!);
        Assert.Equal(recorded.Verify().Select(s => (s.File, s.Sha256)), one["files"]!.AsArray().Select(f => ((string)f!["file"]!, (string)f["sha256"]!)));
        Assert.Equal(8, one["intervals"]!.AsArray().Count);
        Assert.Equal(one["intervals"]!.AsArray().Count(i => (double)i!["interpolationError"]! > 0.05), (int)one["sparseIntervals"]!);
        Assert.Contains(one["tensors"]!.AsArray(), t => (string)t!["name"]! == "A_S/1" && t["shape"]!.ToJsonString() == "[12,64]");
        Assert.True((double)one["forecast"]!["seconds"]! > 0);
    }

    [Fact]
    public void JsonOfABadRunIsJsonAndExitsWithTwo()
    {
        string missing = _folder.Of("missing");
        foreach (string[] args in (string[][])[["inspect", missing, "--json"], Inspect(missing, "--json")])
        {
            var result = Cli.Run(args);
            Assert.True(result.ExitCode == 2, result.ToString());
            Assert.Equal($"error: {missing}: run folder not found.", result.Error.TrimEnd());
            var bad = JsonNode.Parse(result.Out)!["runs"]!.AsArray()[^1]!;
            Assert.False((bool)bad["good"]!);
            Assert.Equal((missing, $"{missing}: run folder not found."), ((string)bad["folder"]!, (string)bad["error"]!));
        }
    }

    // Each key with the path to it; of an array the keys of all items.
    private static IEnumerable<string> Keys(JsonNode? node, string path) => node switch
    {
        JsonObject o => o.SelectMany(e => Keys(e.Value, $"{path}.{e.Key}").Prepend($"{path}.{e.Key}")),
        JsonArray a => a.SelectMany(item => Keys(item, path + "[]")),
        _ => [],
    };

    /// <summary>docs/cli.md shows a document with every key: also those that stand there only when something is not known.</summary>
    [Fact]
    public void EveryKeyIsDocumented()
    {
        string page = File.ReadAllText(SourceTree.PathOf("docs", "cli.md"));
        string section = page[page.IndexOf("## Inspecting for programs", StringComparison.Ordinal)..];
        string example = section[(section.IndexOf("```json", StringComparison.Ordinal) + 7)..];
        // The constants of an optimizer have keys of its own.
        static HashSet<string> Known(string json) =>
            [.. Keys(JsonNode.Parse(json), "").Where(key => !key.StartsWith(".runs[].optimizer.constants.", StringComparison.Ordinal))];
        var documented = Known(example[..example.IndexOf("```", StringComparison.Ordinal)]);
        string kernels = _folder.Of("kernels"), two = _folder.Of("two");
        Assert.Equal(0, Cli.Run("record", kernels, "--kernels", "--train", "4", "--test", "2", "--layers", "2", "--steps", "3", "--checkpoints", "3", "--quiet",
            "--optimizer", "momentum", "--nesterov").ExitCode);
        Assert.Equal(0, Cli.Run("record", two, "--train", "4", "--test", "2", "--layers", "2", "--steps", "1", "--checkpoints", "2", "--quiet").ExitCode);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(two, "run.json")))!;
        manifest.AsObject().Remove("optimizer");
        manifest["setting"] = new JsonArray("dropout");
        File.WriteAllText(Path.Combine(two, "run.json"), manifest.ToJsonString());
        var printed = Known(Cli.Run(Inspect(kernels, two, _folder.Of("missing"), "--json", "--verify")).Out);
        Assert.Empty(printed.Except(documented));
        Assert.Empty(documented.Except(printed));
    }
}
