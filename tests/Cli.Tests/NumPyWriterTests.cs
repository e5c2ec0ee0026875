using System.Text.Json;

namespace KernelFlow.Cli.Tests;

/// <summary>The complete writer that docs/run-format.md shows: short, and what it writes is a consistent run that the theory agrees with.</summary>
public sealed class NumPyWriterTests
{
    private const string Heading = "## A complete writer in NumPy";

    private static string WriterOfTheDocs()
    {
        string page = File.ReadAllText(SourceTree.PathOf("docs", "run-format.md"));
        int begin = page.IndexOf("```python", page.IndexOf(Heading, StringComparison.Ordinal), StringComparison.Ordinal) + "```python\n".Length;
        return page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    [Fact]
    public void TheWriterHasThirtyLinesAtMost()
    {
        int lines = WriterOfTheDocs().Split('\n').Count(l => l.Trim().Length > 0);
        Assert.True(lines is > 10 and <= 30, $"found {lines} lines, expected 11 to 30");
    }

    [NumPyFact]
    public void WhatTheWriterWritesIsConsistentAndExplained()
    {
        using var folder = new TempFolder();
        string script = folder.Of("writer.py"), run = folder.Of("run");
        File.WriteAllText(script, WriterOfTheDocs());
        using var process = SystemPython.Start(script, run);
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error);

        var result = Cli.Run("analyze", run, "--json", "--quiet", "--strict", "--backend", "managed", "--threads", "1");
        Assert.True(result.ExitCode == 0, result.ToString());
        var claims = JsonDocument.Parse(result.Out).RootElement.GetProperty("claims").EnumerateArray().ToList();
        foreach (string id in (string[])["C1", "C2", "C3", "C4", "R2", "R5"])
        {
            var claim = claims.Single(c => c.GetProperty("id").GetString() == id);
            Assert.True(claim.GetProperty("verdict").GetString() == "Holds", $"{id}: {claim}");
        }
        // A rate that is stated wrongly in the manifest, as a writer who forgets it would, is found.
        string manifest = Path.Combine(run, "run.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("\"learningRate\": 0.1", "\"learningRate\": 0.2", StringComparison.Ordinal));
        var broken = Cli.Run("analyze", run, "--json", "--quiet", "--strict", "--backend", "managed", "--threads", "1");
        Assert.True(broken.ExitCode == 1, broken.ToString());
    }
}
