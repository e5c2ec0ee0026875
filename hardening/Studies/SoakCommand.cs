using System.Diagnostics;
using KernelFlow.Numerics;

namespace KernelFlow.Hardening.Studies;

/// <summary><c>soak</c>: many analyses in one process, with their reports, and several at once. Memory and handles stay flat, and the results
/// are the same.</summary>
internal static class SoakCommand
{
    // What a process holds after its first analyses it may hold for ever; measured growth beyond these is a leak.
    private const double LargestHeapGrowth = 1 << 20, LargestResidentGrowth = 32 << 20;
    private const int Settled = 100, Threads = 8;

    /// <summary>Runs it; the exit code.</summary>
    public static int Run(Arguments arguments, TextWriter log)
    {
        int count = arguments.Whole("count", 500);
        arguments.RequireAllRead();
        using var work = new WorkFolder();
        string run = work.Of("run");
        Recorder.Record(new RecordingOptions { Train = 12, Test = 6, Layers = [LayerSpec.Dense(5)], Steps = 200, Checkpoints = 16 }, run,
            Backend.Resolve("auto", threads: 1));
        var findings = new Findings(log);
        Sequence(run, work.Of("report"), count, findings, log);
        AtOnce(run, work, each: 10, findings);
        log.WriteLine(findings.Summary(FormattableString.Invariant($"soak, {count} analyses")));
        return findings.Defects.Count == 0 ? 0 : 1;
    }

    /// <summary>One analysis after the other, each with its report.</summary>
    public static void Sequence(string run, string report, int count, Findings findings, TextWriter log)
    {
        long started = Stopwatch.GetTimestamp();
        string? first = null;
        Holding settled = default;
        for (int i = 1; i <= count; i++)
        {
            string text = Analysed(run, report, Backend.Resolve("auto", threads: 1));
            if ((first ??= text) != text) findings.Defect(FormattableString.Invariant($"analysis {i}"), "other results than the first");
            if (i == Math.Min(Settled, count)) settled = Holding.Now();
            if (i % Math.Max(1, count / 10) == 0) log.WriteLine(FormattableString.Invariant($"  after {i} analyses: {Holding.Now()}"));
        }
        var end = Holding.Now();
        findings.Count("analyses, one after the other", count);
        findings.Count("of these the same", findings.Defects.Count == 0 ? count : 0);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        log.WriteLine(FormattableString.Invariant($"  settled (after {Math.Min(Settled, count)}): {settled}; end: {end}; {seconds:0} s"));
        if (end.Heap - settled.Heap > LargestHeapGrowth) findings.Defect("soak", "the heap grows", $"{settled} to {end}");
        if (end.Resident - settled.Resident > LargestResidentGrowth) findings.Defect("soak", "the process grows", $"{settled} to {end}");
        if (end.Handles > settled.Handles) findings.Defect("soak", "handles grow", $"{settled} to {end}");
        if (end.Maps > settled.Maps + 20) findings.Defect("soak", "mapped pieces of memory grow", $"{settled} to {end}");
    }

    /// <summary>Several threads, all with the same run, each with a folder of its own.</summary>
    public static void AtOnce(string run, WorkFolder work, int each, Findings findings)
    {
        var texts = new string[Threads * each];
        var threads = Enumerable.Range(0, Threads).Select(t => new Thread(() =>
        {
            for (int i = 0; i < each; i++)
                try
                {
                    texts[t * each + i] = Analysed(run, work.Of(FormattableString.Invariant($"at-once-{t}")), Backend.Resolve("auto", threads: 1));
                }
                catch (Exception e)
                {
                    findings.Defect(FormattableString.Invariant($"thread {t}"), $"an unexpected {e.GetType().Name}", e.Message);
                }
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        findings.Count("analyses by 8 threads at once", texts.Length);
        if (texts.Distinct().Count() is > 1 and var different) findings.Defect("soak", "threads at once give different results",
            FormattableString.Invariant($"{different}"));
        string[] folders = [.. Enumerable.Range(0, Threads).Select(t => work.Of(FormattableString.Invariant($"at-once-{t}")))];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(folders[0], ReservoirReports.TablesFolder)))
            if (folders.Any(f => File.ReadAllText(Path.Combine(f, ReservoirReports.TablesFolder, Path.GetFileName(file))) != File.ReadAllText(file)))
                findings.Defect("soak", "threads at once write different tables", Path.GetFileName(file));
    }

    /// <summary>An analysis with its report; the text of its results but for the time and the memory that it took.</summary>
    private static string Analysed(string folder, string report, Backend backend)
    {
        using var run = RecordedRun.Open(folder);
        var analysis = Analyze.Reservoir(run.Checkpoints, new AnalysisOptions { Backend = backend });
        analysis.WriteFolder(report);
        return ResultsFile.Text(analysis with { Performance = analysis.Performance with { Seconds = 0, PeakBytes = 0 } });
    }

    /// <summary>What the process holds.</summary>
    private readonly record struct Holding(long Heap, long Resident, int Handles, int Maps)
    {
        public static Holding Now()
        {
            for (int i = 0; i < 2; i++)
            {
                GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }
            using var process = Process.GetCurrentProcess();
            bool linux = OperatingSystem.IsLinux();
            return new(GC.GetTotalMemory(forceFullCollection: true), process.WorkingSet64,
                linux ? Directory.GetFileSystemEntries("/proc/self/fd").Length : process.HandleCount, linux ? File.ReadLines("/proc/self/maps").Count() : 0);
        }

        public override string ToString() =>
            FormattableString.Invariant($"heap {Heap / 1048576.0:0.00} MiB, resident {Resident / 1048576.0:0} MiB, handles {Handles}, maps {Maps}");
    }
}
