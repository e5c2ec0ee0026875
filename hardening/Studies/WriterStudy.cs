using System.Diagnostics;
using KernelFlow.Hardening.Writers;

namespace KernelFlow.Hardening.Studies;

/// <summary>What the studies of writers share: the commands, prepared once, and one case after the other.</summary>
internal static class WriterStudy
{
    /// <summary>The commands by name, in a fixed order.</summary>
    public static Writer[] Writers(Tool tool, Inputs inputs) =>
        [new RecordWriter(tool, inputs), new AnalyzeWriter(tool, inputs), new KernelsWriter(tool, inputs), new CompareWriter(tool, inputs),
            new ValidateWriter(tool, inputs)];

    /// <summary>Runs a study; the exit code.</summary>
    /// <param name="name">Its command.</param>
    /// <param name="count">Cases by default.</param>
    /// <param name="arguments">--count, --seed, --first, --writer, --tool, --work.</param>
    /// <param name="log">Receives the findings.</param>
    /// <param name="one">One case: the command, a folder for it, the case in reports, its choices, the findings.</param>
    public static int Run(string name, int count, Arguments arguments, TextWriter log, Action<Writer, string, string, Dice, Findings> one)
    {
        count = arguments.Whole("count", count);
        int seed = arguments.Whole("seed", 1), first = arguments.Whole("first", 0);
        string? only = arguments.Text("writer");
        var tool = new Tool(arguments.Text("tool"));
        using var work = new WorkFolder(arguments.Text("work"));
        arguments.RequireAllRead();
        long started = Stopwatch.GetTimestamp();
        var writers = Writers(tool, new Inputs(tool, work.Of("inputs"))).Where(w => only is null || w.Name == only).ToArray();
        if (writers.Length == 0) throw new ArgumentException($"--writer: {only} is no command that writes");
        foreach (var writer in writers) writer.Prepare();
        var findings = new Findings(log);
        for (int i = first; i < first + count; i++)
        {
            string folder = work.Of(FormattableString.Invariant($"case-{i}"));
            one(writers[i % writers.Length], folder, FormattableString.Invariant($"{name} {i}"), Dice.Of(seed, i), findings);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        log.WriteLine(findings.Summary(FormattableString.Invariant($"{name}, {count} cases, seed {seed}, {seconds:0} s")));
        return findings.Defects.Count == 0 ? 0 : 1;
    }
}
