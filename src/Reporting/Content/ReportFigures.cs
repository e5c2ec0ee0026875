namespace KernelFlow.Reporting.Content;

/// <summary>The figures of a report, under the questions they answer.</summary>
internal static class ReportFigures
{
    private static readonly ReportFigure[] s_figures =
    [
        new BuiltInFigure("errors", Data, "Errors and what explains them", ClaimFigures.Errors),
        new BuiltInFigure("outputs", Data, "Predicted and recorded outputs", ClaimFigures.Outputs),
        new BuiltInFigure("transport-defect", Data, "Where checkpoints are too sparse", ClaimFigures.Defects),
        new BuiltInFigure(WindowFigures.ErrorId, Data, "How well the windows are predicted", WindowFigures.TestError),
        new BuiltInFigure("training-loss", Training, "Loss over time", TrainingFigures.Loss),
        new BuiltInFigure("training-accuracy", Training, "Accuracy over time", TrainingFigures.Accuracy),
        new BuiltInFigure("population-risk", Training, "What examples that do not train would lose", RiskFigures.PopulationRisk),
        new BuiltInFigure("jump-to-end", Training, "How early the kernel of the end is there", JumpFigures.Errors),
        new BuiltInFigure("spectrum", Spectrum, "Spectrum of the dissipation W_S", SpectrumFigures.Eigenvalues),
        new BuiltInFigure("dissipated-fraction", Spectrum, "Dissipated fraction of each mode", SpectrumFigures.Fraction),
        new BuiltInFigure("threshold", Spectrum, "The reservoir over the threshold", SpectrumFigures.Threshold),
        new BuiltInFigure("threshold-error", Spectrum, "What the reservoir leaves out, over the threshold", SpectrumFigures.SignalOnly),
        new BuiltInFigure("schedule", Spectrum, "What training takes up first", ScheduleFigures.OverEnd),
        new BuiltInFigure("schedule-dimension", Spectrum, "How many directions training has taken up", ScheduleFigures.Dimension),
        new BuiltInFigure(WindowFigures.DimensionId, Spectrum, "What the windows took up", WindowFigures.Dimension),
        new BuiltInFigure("filling-order", Spectrum, "Whether large modes of the kernel are learned first", OrderFigures.Filling),
        new BuiltInFigure("gradient-energy", Spectrum, "Which modes the gradient held at the start", ModeFigures.Energy),
        new BuiltInFigure("slack", Inclusion, "How much of its bound each mode uses", InclusionFigures.Slack),
        new BuiltInFigure("responses", Inclusion, "Which test outputs each mode moves", InclusionFigures.Responses),
        new BuiltInFigure("class-loadings", Signal, "Which classes the modes are made of", ModeFigures.ByClass),
        new BuiltInFigure("example-loadings", Signal, "Which examples the modes are made of", ModeFigures.ByExample),
        new BuiltInFigure("noise-placement", Signal, "Where label noise went", CurveFigures.Noise),
        new BuiltInFigure("noise-response", Signal, "Whether the test outputs see the noise", NoiseFigures.Response),
        new BuiltInFigure("clean-migration", Signal, "What the clean signal did after the examples were fitted", OrderFigures.Migration),
        new BuiltInFigure("risk-gate", Signal, "What the population-risk gate lets through", CurveFigures.Gate),
        new BuiltInFigure("influence", Signal, "What each training example did", CurveFigures.Influence),
        new BuiltInFigure("kernel-drift", Kernel, "Movement of the kernel", KernelFigures.Drift),
        new BuiltInFigure("kernel-direction", Kernel, "Direction of the kernel", KernelFigures.Direction),
        new BuiltInFigure("kernel-spectrum", Kernel, "Spectrum of the kernel", KernelFigures.Spectrum),
        new BuiltInFigure("kernel-density", Kernel, "Spectral density of the kernel", KernelFigures.Density),
        new BuiltInFigure("kernel-gram-start", Kernel, "How alike the kernel made the examples at the start", KernelFigures.GramAtStart),
        new BuiltInFigure("kernel-gram-end", Kernel, "How alike the kernel made the examples at the end", KernelFigures.GramAtEnd),
    ];

    private const string Data = "Does the theory match what was recorded?";
    private const string Training = "How did training go?";
    private const string Spectrum = "What was dissipated, and what was left?";
    private const string Inclusion = "Does what was left stay out of the test outputs?";
    private const string Signal = "Which examples and which parameters carry the signal?";
    private const string Kernel = "How did training move the kernel?";

    /// <summary>The ids in reading order: the names of the files in figures/.</summary>
    public static IReadOnlyList<string> Ids { get; } = Array.ConvertAll(s_figures, f => f.Id);

    /// <summary>All figures in reading order, those without data included. Figures that the results name but nobody here can draw stand in their places as
    /// left out.</summary>
    /// <param name="analysis">What was found.</param>
    /// <param name="own">A user's own figures.</param>
    /// <exception cref="ArgumentException">Two figures have one id.</exception>
    public static IReadOnlyList<(string Section, Figure Figure)> All(ReservoirAnalysis analysis, IReadOnlyList<ReportFigure>? own = null)
    {
        ReportFigure[] all = [.. s_figures.Where(f => analysis.Windows.Count > 0 || !WindowFigures.IsOfWindows(f.Id)), .. own ?? []];
        Check(all);
        (string Section, Figure Figure)[] drawn = [.. all.Select(f => (f.Section, f.Draw(analysis))), .. LeftOut(analysis, all)];
        // A section keeps its figures together, at the place of its first one.
        return [.. drawn.GroupBy(f => f.Section, StringComparer.Ordinal).SelectMany(section => section)];
    }

    /// <summary>What results.json says of a user's own figures: those that it has said already, and new ones.</summary>
    public static IReadOnlyList<FigureNote> Notes(ReservoirAnalysis analysis, IReadOnlyList<ReportFigure> own)
    {
        Check([.. s_figures, .. own]);
        return [.. analysis.Figures, .. own.Where(f => analysis.Figures.All(note => note.Id != f.Id)).Select(f => new FigureNote(f.Id, f.Section, f.Title))];
    }

    private static IEnumerable<(string Section, Figure Figure)> LeftOut(ReservoirAnalysis analysis, ReportFigure[] there) =>
        analysis.Figures.Where(note => there.All(f => f.Id != note.Id)).Select(note => (note.Section,
            Figure.Without(note.Id, note.Title, "It is a figure of a user's own that this program cannot draw: it is left out.")));

    private static void Check(ReportFigure[] figures)
    {
        if (figures.GroupBy(f => f.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new ArgumentException($"figures: there are {twice.Count()} with the id {twice.Key}; ids are names of files.");
    }
}
