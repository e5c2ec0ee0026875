using System.Text.Json.Nodes;

namespace KernelFlow.Cli.Tests;

/// <summary>A run is the same run in whatever kind of file its tensors are kept: every number of the results is.</summary>
public sealed class ContainersOfRunsTests
{
    private static readonly string[] s_kinds = ["pt", "pt-legacy", "npz", "npz-deflated", "dat", "shards"];

    private static JsonNode Results(string run)
    {
        var result = Cli.Run("analyze", run, "--json", "--quiet", "--backend", "managed", "--threads", "1");
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonNode.Parse(result.Out)!;
    }

    // What says which files were read, and how long it took, differs; nothing else may.
    private static void Differences(JsonNode? first, JsonNode? second, string path, List<string> found)
    {
        if (path is ".reportId" or ".run.name" or ".run.inputHash" or ".performance") return;
        if (first is JsonObject a && second is JsonObject b)
            foreach (string key in a.Select(e => e.Key).Union(b.Select(e => e.Key))) Differences(a[key], b[key], $"{path}.{key}", found);
        else if (first is JsonArray x && second is JsonArray y && x.Count == y.Count)
            for (int i = 0; i < x.Count; i++) Differences(x[i], y[i], $"{path}[{i}]", found);
        else if (!JsonNode.DeepEquals(first, second)) found.Add($"{path}: {first?.ToJsonString()} and {second?.ToJsonString()}");
    }

    [TorchFact]
    public void EveryKindOfFileGivesTheSameResults()
    {
        using var folder = new TempFolder();
        string source = SourceTree.PathOf("examples", "digits-tiny");
        using var process = SystemPython.Start(SourceTree.PathOf("tests", "Cli.Tests", "run_containers.py"), source, folder.Path);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);
        var expected = Results(source);
        foreach (string kind in s_kinds)
        {
            var found = new List<string>();
            Differences(expected, Results(folder.Of(kind)), "", found);
            Assert.True(found.Count == 0, $"{kind}: {found.Count} differences: {string.Join("; ", found.Take(5))}");
        }
        // The comparison sees a changed number.
        var changed = new List<string>();
        Differences(expected, Results(WithoutTheLastCheckpoint(folder.Of("npz"))), "", changed);
        Assert.NotEmpty(changed);
    }

    private static string WithoutTheLastCheckpoint(string run)
    {
        string manifest = Path.Combine(run, "run.json");
        var json = JsonNode.Parse(File.ReadAllText(manifest))!;
        var checkpoints = json["checkpoints"]!.AsArray();
        checkpoints.RemoveAt(checkpoints.Count - 1);
        File.WriteAllText(manifest, json.ToJsonString());
        return run;
    }
}
