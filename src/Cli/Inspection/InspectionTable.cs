using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Cli;

/// <summary>Several runs, a line each.</summary>
internal sealed class InspectionTable
{
    private static readonly string[] s_head =
        ["run", "loss", "n", "m", "p", "D", "checkpoints", "time", "recording", "density", "mode", "memory", "forecast"];

    private readonly List<string[]> _rows = [];

    /// <summary>Adds a run that was read.</summary>
    /// <param name="folder">The folder as it was given.</param>
    /// <param name="found">What was found.</param>
    public void Add(string folder, Inspection found)
    {
        var run = found.Checkpoints;
        bool dense = DenseLimit.Obstacle(run) is null;
        string[] against = [.. found.Consistency.Where(c => c.Verdict == Verdict.Violated).Select(c => c.Id)];
        _rows.Add(
        [
            PrintableText.Name(folder), PrintableText.Name(run.Loss.Kind), Count(run.Train), Count(run.Test), Count(run.Outputs),
            run.Parameters is { } d ? Count(d) : "-", Count(run.Count), $"{Short(run[0].Time, 5)} to {Short(run[^1].Time, 5)}",
            against.Length > 0 ? "contradicts " + string.Join(" ", against) : found.Consistency.Count == 0 ? "not checked" : "sound",
            found.Sparse switch { null => "unknown", 0 => "dense", var s => $"{Count(s.Value)} of {Count(found.Intervals.Count)} sparse" },
            found.Mode.Name(), dense ? $"{Short(found.Cost.Bytes / 1e6, 2)} MB" : "too large", dense ? $"{Short(found.Cost.Seconds, 2)} s" : "too large",
        ]);
    }

    /// <summary>Adds a run that could not be read, or is not sound.</summary>
    public void AddBad(string folder) => _rows.Add([PrintableText.Name(folder), "bad"]);

    /// <summary>Writes all of them under one head.</summary>
    public void Write(TextWriter writer)
    {
        string[][] lines = [s_head, .. _rows];
        int[] widths = [.. s_head.Select((_, c) => lines.Where(l => l.Length > c).Max(l => l[c].Length))];
        foreach (string[] line in lines) writer.WriteLine(string.Join("  ", line.Select((cell, c) => cell.PadRight(widths[c]))).TrimEnd());
    }
}
