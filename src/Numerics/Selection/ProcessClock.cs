using System.Diagnostics;

namespace KernelFlow.Numerics.Selection;

/// <summary>The clocks of this process.</summary>
internal sealed class ProcessClock : IMachineClock
{
    public double Wall => Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    public double Computing =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsWindows() ? Environment.CpuUsage.TotalTime.TotalSeconds : 0;
}
