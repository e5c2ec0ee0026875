using KernelFlow.Numerics;
using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.DoubleDescent.DoubleDescentRun;

namespace KernelFlow.Validation.DoubleDescent;

/// <summary>Test error over widths around interpolation, and the noise in it.</summary>
internal sealed class DoubleDescentExperiment : LabExperiment
{
    private static readonly int[] s_widths = [1, 2, 4, 8, 20, 40, 100];

    /// <inheritdoc/>
    public override string Id => "double-descent";

    /// <inheritdoc/>
    public override string Title => "Double descent and benign overfitting: the visible noise −G_Q g_noise over widths around interpolation";

    /// <inheritdoc/>
    public override string Claim => "The peak of the test error near interpolation is label noise that the realised path carries to the test outputs: "
        + "U_Q(T) − y_Q "
        + "= [U_Q(s) − G_Q g_clean − y_Q] − G_Q g_noise, and overfitting is benign where G_Q g_noise is small.";

    /// <inheritdoc/>
    public override string Refutation => DoubleDescentCriteria.Refutation;

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_110_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (12, 3);

    /// <inheritdoc/>
    protected override IReadOnlyList<LabTraining> Trainings(bool quick) => [.. s_widths.Where(w => !quick || w is 1 or 8 or 100).Select(w =>
        new LabTraining($"width {Count(w)}", new RecordingOptions
        {
            Train = 60, Test = quick ? 100 : 300, Noise = 0.2, Steps = quick ? 2000 : 6000, Checkpoints = quick ? 20 : 34, Layers = [LayerSpec.Dense(w)],
        }, 0.12) { Components = 5, Place = w })];

    /// <inheritdoc/>
    protected override LabOutcome Measure(LabTraining training, long seed, Backend backend, CancellationToken cancellation) =>
        R.Of(training, seed, backend, cancellation);

    /// <inheritdoc/>
    protected override IEnumerable<Criterion> Criteria(IReadOnlyList<ExperimentRow> rows, bool quick) => DoubleDescentCriteria.Of(rows, quick);

    /// <inheritdoc/>
    protected override string Conclusion(IReadOnlyList<ExperimentRow> rows)
    {
        string peak = DoubleDescentCriteria.Peak(rows, R.TestError);
        string[] groups = LabRows.Groups(rows);
        double At(string group, string name) => LabRows.Median(rows, group, name);
        return $"Medians of {Count(rows.Count / groups.Length)} seeds: the test error peaks at {peak} with {Short(At(peak, R.TestError))} ({groups[0]}: "
            + $"{Short(At(groups[0], R.TestError))}, {groups[^1]}: {Short(At(groups[^1], R.TestError))}); visible noise there "
            + $"{Short(At(peak, R.VisibleNoise))}, "
            + $"without it {Short(At(peak, R.Without))}, trained on clean labels {Short(At(peak, R.CleanError))}. Against the difference to the "
            + "training on clean "
            + $"labels the visible noise has a relative error of {Short(LabStatistics.Median(LabRows.All(rows, R.VisibleError)))} (median of all runs): "
            + "the kernels "
            + "themselves depend on the noise.";
    }

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentTable> Tables(IReadOnlyList<ExperimentRow> rows)
    {
        yield return LabRows.Table("Test error and what is in it", "Medians over seeds (first to third quartile), mean square errors against clean test "
            + "labels. "
            + "'Wrong noise' takes off what noise of the same size on other examples would have done.", rows,
            (R.TrainError, "training error"), (R.TestError, "test error"), (R.VisibleNoise, "visible noise"), (R.Without, "without it"),
            (R.WithoutWrong, "without wrong noise"), (R.CleanError, "trained on clean labels"));
        yield return LabRows.Table("Visible noise and the counterfactual", "The difference of the test outputs to a training on clean labels, and the visible "
            + "noise as an estimate of it; error of C4, and the share of the noise's energy that was dissipated.", rows,
            (R.NoiseMoved, "difference"), (R.VisibleError, "relative error"), (R.VisibleCorrelation, "correlation"), (R.Transfer, "C4 error"),
            (R.Dissipated, "dissipated"), ("drift", "drift"));
        yield return new("Beside the prototype", "Medians of three seeds that were measured before this study, by a program of its own, beside the "
            + "medians here; "
            + "distance in interquartile ranges of the seeds here.",
            ["width", "#test error: prototype", "#here", "#distance", "#visible noise: prototype", "#here", "#distance"],
            [.. LabRows.Groups(rows).Where(g => DoubleDescentCriteria.Prototype.ContainsKey(g)).Select(g => (string[])[g,
                .. Cells(rows, g, R.TestError, DoubleDescentCriteria.Prototype[g].TestError),
                .. Cells(rows, g, R.VisibleNoise, DoubleDescentCriteria.Prototype[g].VisibleNoise)])]);
    }

    private static string[] Cells(IReadOnlyList<ExperimentRow> rows, string group, string name, double prototype) =>
        [Short(prototype), Short(LabRows.Median(rows, group, name)), Short(DoubleDescentCriteria.Distance(rows, group, name, prototype), 2)];

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentFigure> Figures(IReadOnlyList<LabOutcome> outcomes)
    {
        ExperimentRow[] rows = [.. outcomes.Select(o => o.Row)];
        string[] groups = LabRows.Groups(rows);
        (string Name, string Title, string Dash)[] curves =
        [
            (R.TestError, "test error", ""), (R.VisibleNoise, "visible noise", ""), (R.Without, "without it", "dash"), (R.CleanError, "clean labels", "dash"),
            (R.TrainError, "training error", "dots"),
        ];
        var head = new FigureHead("widths", "Test error over widths", "Medians over seeds of mean square errors. "
            + string.Join("; ", groups.Select(g => $"{g}: " + string.Join(", ", curves.Select(c => $"{c.Title} {Short(LabRows.Median(rows, g, c.Name))}")))));
        var x = Axis.Log("width", rows.Select(r => LabRows.Value(r, R.Width)));
        var chart = new Chart(x, Axis.Linear("mean square, medians over seeds",
            groups.SelectMany(g => curves.Select(c => LabRows.Median(rows, g, c.Name))).Append(0)), head);
        for (int i = 0; i < curves.Length; i++)
        {
            var c = curves[i];
            chart.Line(c.Title, i + 1, groups.Select(g => new Point(LabRows.Median(rows, g, R.Width), LabRows.Median(rows, g, c.Name),
                $"{g}: {c.Title} {LabRows.Spread(LabRows.Values(rows, g, c.Name))}")), (Marker)i, c.Dash);
        }
        yield return LabRows.Figure(head, chart, "The visible noise peaks with the test error; trained on clean labels the peak is gone or much lower.");

        var scatter = new FigureHead("runs", "Visible noise in every run", $"Test error against visible noise of {Count(rows.Length)} runs; rank correlation "
            + Short(LabStatistics.RankCorrelation([.. rows.Select(r => LabRows.Value(r, R.TestError))],
                [.. rows.Select(r => LabRows.Value(r, R.VisibleNoise))])));
        var points = new Chart(Axis.Log("visible noise ‖G_Q g_noise‖²/m", rows.Select(r => LabRows.Value(r, R.VisibleNoise))),
            Axis.Log("test error", rows.Select(r => LabRows.Value(r, R.TestError))), scatter);
        for (int i = 0; i < groups.Length; i++)
            points.Points(groups[i], i % 5 + 1, rows.Where(r => r.Group == groups[i]).Select(r => new Point(LabRows.Value(r, R.VisibleNoise),
                LabRows.Value(r, R.TestError), $"{r.Id}: visible noise {Short(r.Measured(R.VisibleNoise))}, test error {Short(r.Measured(R.TestError))}")),
                (Marker)(i % 5), 3);
        yield return LabRows.Figure(scatter, points, "Each mark is a training.");
    }
}
