using System.Diagnostics;
using KernelFlow.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.TorchSharpRuns;

/// <summary><c>kill</c>: a process that records is ended by kill -9 at a random moment; its run must open with every checkpoint that it had
/// completed.</summary>
public static class Kills
{
    private const int Steps = 60;

    /// <summary>The recording that is killed: every step with its midpoint. A line says after each step that its checkpoint is complete.</summary>
    public static void Record(string folder, TextWriter output)
    {
        var training = new DigitsTraining(new RecordingOptions { Train = 80, Test = 40, Seed = 2 }, () => DigitsTraining.Dense(24, 2, 1, () => nn.Tanh()),
            w => optim.Adam(w, 0.001));
        training.Record(new(CheckpointSteps.Every(Steps)) { Midpoints = true }, folder, after: step =>
        {
            output.WriteLine(step);
            output.Flush();
        });
    }

    public static int Run(int count, int seed, TextWriter output)
    {
        string root = Directory.CreateTempSubdirectory("kernelflow-kill-").FullName;
        try
        {
            string whole = Path.Combine(root, "whole");
            var clock = Stopwatch.StartNew();
            Record(whole, TextWriter.Null);
            var step = clock.Elapsed / Steps;
            var random = new Random(seed);
            int defects = 0, late = 0, found = 0;
            var opened = new List<int>();
            for (int k = 0; k < count; late++)
            {
                string folder = Path.Combine(root, $"run{k}-{late}");
                var (reported, ended) = Kill(folder, random.Next(3, Steps - 5), step * random.NextDouble());
                if (ended && late < count) continue;
                late--;
                k++;
                string? defect = ended ? "the recording ended before it was killed" : Defect(folder, whole, reported, out found);
                opened.Add(found);
                if (defect is null) continue;
                defects++;
                output.WriteLine($"kill {k} after {reported} completed checkpoints: {defect}");
            }
            output.WriteLine($"{count} kills ({late} more came too late); {opened.Min()} to {opened.Max()} of {Steps + 1} checkpoints opened; "
                + $"{defects} defects");
            return defects == 0 ? 0 : 1;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    /// <summary>Starts the recording, waits until it has completed so many checkpoints and a moment more, and kills it.</summary>
    /// <returns>The checkpoints that it said to have completed, and whether it had ended by itself.</returns>
    private static (int Reported, bool Ended) Kill(string folder, int completed, TimeSpan moment)
    {
        string[] arguments = ["exec", typeof(Kills).Assembly.Location, "record", folder];
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        int reported = 0;
        var reading = new Thread(() =>
        {
            while (process.StandardOutput.ReadLine() is not null) Interlocked.Increment(ref reported);
        });
        reading.Start();
        while (Volatile.Read(ref reported) < completed && !process.HasExited) Thread.Sleep(1);
        Thread.Sleep(moment);
        bool ended = process.HasExited;
        process.Kill();
        process.WaitForExit();
        reading.Join();
        return (reported, ended);
    }

    /// <summary>What is wrong with the run; null when nothing is.</summary>
    private static string? Defect(string folder, string whole, int reported, out int found)
    {
        found = 0;
        try
        {
            using var run = RecordedRun.Open(folder);
            found = run.Checkpoints.Count;
            if (found < reported) return $"found {found} checkpoints, expected at least {reported}";
            foreach (var file in run.Verify())
                if (file.File != RunManifest.FileName
                    && !File.ReadAllBytes(Path.Combine(folder, file.File)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(whole, file.File))))
                    return $"{file.File} is not that of the recording that was not killed";
            return null;
        }
        catch (Exception e) when (e is InvalidRunException or IOException)
        {
            return e.Message;
        }
    }
}
