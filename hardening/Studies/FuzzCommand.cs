using System.Diagnostics;
using KernelFlow.Hardening.Fuzzing;

namespace KernelFlow.Hardening.Studies;

/// <summary><c>fuzz</c>: spoilt files for every reader.</summary>
internal static class FuzzCommand
{
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(60);

    /// <summary>Runs it; the exit code.</summary>
    public static int Run(Arguments arguments, TextWriter log)
    {
        int count = arguments.Whole("count", 100_000), seed = arguments.Whole("seed", 1), first = arguments.Whole("first", 0);
        string? only = arguments.Text("reader"), save = arguments.Text("save");
        string python = arguments.Text("python") ?? "/usr/bin/python3";
        arguments.RequireAllRead();
        using var work = new WorkFolder();
        int defects = 0;
        string[] names = ["safetensors", "checkpoint", "run.json", "results.json", "factors", .. ArrayFileReader.Formats, "shards"];
        if (only is not null && !names.Contains(only)) throw new ArgumentException($"--reader: {only} is none of {string.Join(", ", names)}");
        foreach (string name in names.Where(n => only is null || n == only))
        {
            string folder = Directory.CreateDirectory(work.Of(name)).FullName;
            bool isArrays = ArrayFileReader.Formats.Contains(name);
            using var numpy = name == names[0] ? NumPyJudge.Start(python)
                : isArrays ? NumPyJudge.Start(python, name, "arrays_reference.py", name.StartsWith("pt", StringComparison.Ordinal) ? "torch" : "numpy") : null;
            var reader = Of(name, folder, numpy);
            if (save is not null)
            {
                File.WriteAllBytes(save, reader.Input(seed, first));
                continue;
            }
            var findings = new Findings(log);
            long started = Stopwatch.GetTimestamp();
            using (var watch = new Watch(name)) FuzzStudy.Run(reader, seed, first, count, findings, watch.Now);
            numpy?.Finish(findings);
            if ((name == names[0] || isArrays) && numpy is null) log.WriteLine($"{python} with NumPy and PyTorch is not there: they judged no numbers");
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            log.WriteLine(findings.Summary(FormattableString.Invariant($"{name}, {count} inputs, seed {seed}, {seconds:0} s")));
            defects += findings.Defects.Count;
        }
        return defects == 0 ? 0 : 1;
    }

    /// <summary>The reader of that name.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="folder">A folder for its files.</param>
    /// <param name="judge">Another reader beside it, or null.</param>
    public static AttackedReader Of(string name, string folder, NumPyJudge? judge = null) => name switch
    {
        "safetensors" => new SafetensorsReader(folder, judge),
        "checkpoint" => new CheckpointFileReader(folder),
        "factors" => new CheckpointFileReader(folder, factored: true),
        "run.json" => new ManifestReader(folder),
        "results.json" => new ResultsReader(folder),
        "shards" => new ShardIndexReader(folder),
        _ => new ArrayFileReader(name, folder, judge),
    };

    /// <summary>Ends the process when one input takes a minute: a hang must not hide in a study that never ends.</summary>
    private sealed class Watch : IDisposable
    {
        private readonly Timer _timer;
        private long _started = Stopwatch.GetTimestamp();
        private int _number = -1;

        public Watch(string name) => _timer = new Timer(_ =>
        {
            if (Volatile.Read(ref _number) < 0 || Stopwatch.GetElapsedTime(Volatile.Read(ref _started)) < s_hang) return;
            Console.Out.WriteLine(FormattableString.Invariant($"DEFECT {name}, input {_number}: still reading after {s_hang.TotalSeconds:0} s"));
            Console.Out.Flush();
            Environment.FailFast("hang");
        }, null, 1000, 1000);

        public void Now(int number)
        {
            Volatile.Write(ref _started, Stopwatch.GetTimestamp());
            Volatile.Write(ref _number, number);
        }

        public void Dispose() => _timer.Dispose();
    }
}
