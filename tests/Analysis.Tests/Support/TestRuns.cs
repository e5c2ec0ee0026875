using System.Text.Json;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Support;

/// <summary>The shipped run, its independent reference and the backend that tests use.</summary>
internal static class TestRuns
{
    /// <summary>One managed thread: test classes run in parallel already.</summary>
    public static Backend Managed { get; } = Backend.Managed(1);

    /// <summary>Flow mode on <see cref="Managed"/>.</summary>
    public static AnalysisOptions Options { get; } = new() { Mode = AnalysisMode.Flow, Backend = Managed };

    private static readonly Lazy<JsonElement> s_reference = new(() =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Fixtures", "digits-tiny-reference.json"))).RootElement);

    private static readonly Lazy<ReservoirAnalysis> s_digitsTiny = new(() =>
    {
        using var run = RecordedRun.Open(DigitsTiny);
        return Analyze.Reservoir(run.Checkpoints, Options with { RelativeTolerance = 1e-11 });
    });

    private static readonly Lazy<ReservoirAnalysis> s_parity = new(() => Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.Parity), Options));

    /// <summary><see cref="SmallNetworks.Parity"/>, analysed once for all tests that only look at it.</summary>
    public static ReservoirAnalysis ParityAnalysis => s_parity.Value;

    /// <summary>n = 24, m = 16, p = 1, D = 529, 16 checkpoints, squared loss.</summary>
    public static string DigitsTiny => Path.Combine(AppContext.BaseDirectory, "digits-tiny");

    /// <summary>The shipped run at rtol 1e-11, analysed once for all tests.</summary>
    public static ReservoirAnalysis DigitsTinyAnalysis => s_digitsTiny.Value;

    /// <summary>P, W_S, G_Q or G_S of the shipped run by SciPy.</summary>
    public static Matrix<double> Reference(string name) =>
        Matrix<double>.Build.DenseOfRows(s_reference.Value.GetProperty(name).EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble())));

    /// <summary>The figure of a claim by SciPy.</summary>
    public static double ReferenceClaim(string id) => s_reference.Value.GetProperty("claims").GetProperty(id).GetDouble();

    /// <summary>‖a − b‖_F/‖b‖_F.</summary>
    public static double Relative(Matrix<double> a, Matrix<double> b) => (a - b).FrobeniusNorm() / b.FrobeniusNorm();

    /// <summary>The operators of an analysis by name.</summary>
    public static IEnumerable<(string Name, Matrix<double> Value)> Named(OperatorSet o) => [("P", o.P), ("W_S", o.W_S), ("G_Q", o.G_Q), ("G_S", o.G_S)];
}
