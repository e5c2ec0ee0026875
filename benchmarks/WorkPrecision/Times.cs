using System.Diagnostics;

namespace KernelFlow.WorkPrecision;

/// <summary>Seconds of one action.</summary>
/// <param name="Wall">By the clock.</param>
/// <param name="Cpu">Of all threads of this process, user and system: steadier where other programs run.</param>
internal readonly record struct Times(double Wall, double Cpu)
{
    public static Times Of(Action action)
    {
        using var process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        long start = Stopwatch.GetTimestamp();
        action();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        return new Times(wall, (process.TotalProcessorTime - before).TotalSeconds);
    }
}

/// <summary>Sample statistics.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : 0.5 * (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]);
    }
}
