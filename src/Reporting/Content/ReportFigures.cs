namespace KernelFlow.Reporting.Content;

/// <summary>The figures of a report, under the questions they answer.</summary>
internal static class ReportFigures
{
    private static readonly (string Id, string Section, Func<ReservoirAnalysis, Figure> Make)[] s_figures =
    [
        ("errors", Data, ClaimFigures.Errors),
        ("outputs", Data, ClaimFigures.Outputs),
        ("transport-defect", Data, ClaimFigures.Defects),
        ("spectrum", Spectrum, SpectrumFigures.Eigenvalues),
        ("dissipated-fraction", Spectrum, SpectrumFigures.Fraction),
        ("threshold", Spectrum, SpectrumFigures.Threshold),
        ("threshold-error", Spectrum, SpectrumFigures.SignalOnly),
        ("schedule", Spectrum, ScheduleFigures.OverEnd),
        ("schedule-dimension", Spectrum, ScheduleFigures.Dimension),
        ("slack", Inclusion, InclusionFigures.Slack),
        ("responses", Inclusion, InclusionFigures.Responses),
        ("noise-placement", Signal, CurveFigures.Noise),
        ("risk-gate", Signal, CurveFigures.Gate),
        ("influence", Signal, CurveFigures.Influence),
        ("kernel-drift", Kernel, KernelFigures.Drift),
        ("kernel-direction", Kernel, KernelFigures.Direction),
    ];

    private const string Data = "Does the theory match what was recorded?";
    private const string Spectrum = "What was dissipated, and what was left?";
    private const string Inclusion = "Does what was left stay out of the test outputs?";
    private const string Signal = "Which examples and which parameters carry the signal?";
    private const string Kernel = "How did training move the kernel?";

    /// <summary>The ids in reading order: the names of the files in figures/.</summary>
    public static IReadOnlyList<string> Ids { get; } = Array.ConvertAll(s_figures, f => f.Id);

    /// <summary>All figures in reading order, those without data included.</summary>
    public static IReadOnlyList<(string Section, Figure Figure)> All(ReservoirAnalysis analysis) => Array.ConvertAll(s_figures, f => (f.Section, f.Make(analysis)));
}
