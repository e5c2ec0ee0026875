using KernelFlow.Numerics;

namespace KernelFlow.Reporting.Tests.Support;

/// <summary>The shipped run, analysed.</summary>
internal static class TestRuns
{
    /// <summary>Flow mode on one managed thread: test classes run in parallel already.</summary>
    public static AnalysisOptions Options { get; } = new() { Mode = AnalysisMode.Flow, Backend = Backend.Managed(1) };

    private static readonly Lazy<ReservoirAnalysis> s_digitsTiny = new(() =>
    {
        using var run = RecordedRun.Open(DigitsTiny);
        return Analyze.Reservoir(run.Checkpoints, Options with { RelativeTolerance = 1e-8 });
    });

    /// <summary>n = 24, m = 16, p = 1, D = 529, 16 checkpoints, squared loss.</summary>
    public static string DigitsTiny => Path.Combine(AppContext.BaseDirectory, "digits-tiny");

    /// <summary>The shipped run, analysed once for all tests.</summary>
    public static ReservoirAnalysis DigitsTinyAnalysis => s_digitsTiny.Value;

    /// <summary>The report folder with the operators, as the command line writes it with --save-operators.</summary>
    public static void WriteAll(this ReservoirAnalysis analysis, string folder)
    {
        analysis.WriteFolder(folder);
        analysis.WriteOperators(Path.Combine(folder, ReservoirReports.OperatorsFile));
    }
}
