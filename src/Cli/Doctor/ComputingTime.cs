using System.Diagnostics;

namespace KernelFlow.Cli.Doctor;

/// <summary>How long a piece of work on one thread took, as far as possible without what else the machine does.</summary>
internal static class ComputingTime
{
    // A clock of processor time that is coarser than this against the time that went by says nothing.
    private const double Coarse = 50;

    /// <summary>Seconds of processor time where that is less than the time that went by, otherwise the latter.</summary>
    public static double Of(Action work)
    {
        var before = Spent();
        long start = Stopwatch.GetTimestamp();
        work();
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds, computing = (Spent() - before).TotalSeconds;
        return computing > wall / Coarse ? Math.Min(wall, computing) : wall;
    }

    private static TimeSpan Spent() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsWindows() ? Environment.CpuUsage.TotalTime : TimeSpan.Zero;
}
