using KernelFlow;
using KernelFlow.Numerics;

namespace Extension.Tests;

/// <summary>The shipped run, n = 24, m = 16, mean squared loss.</summary>
internal static class DigitsTiny
{
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "digits-tiny");

    /// <summary>Flow mode on one thread, for test classes run beside each other.</summary>
    public static AnalysisOptions Options { get; } = new() { Mode = AnalysisMode.Flow, Backend = Backend.Managed(1) };

    public static ReservoirAnalysis Analyse(AnalysisOptions options)
    {
        using var run = RecordedRun.Open(Folder);
        return Analyze.Reservoir(run.Checkpoints, options);
    }
}
