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

/// <summary>A token that is cancelled when this process has used so many CPU seconds more: what is given up does not depend on what else runs.</summary>
internal sealed class CpuLimit : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly Timer _timer;

    public CpuLimit(double seconds)
    {
        TimeSpan end = Used() + TimeSpan.FromSeconds(seconds);
        _timer = new Timer(_ => { if (Used() > end) _source.Cancel(); }, null, 100, 100);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        using var stopped = new ManualResetEvent(false);
        if (_timer.Dispose(stopped)) stopped.WaitOne();
        _source.Dispose();
    }

    private static TimeSpan Used()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
