using KernelFlow.Numerics;
using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.RandomLabels.RandomLabelsRun;

namespace KernelFlow.Validation.RandomLabels;

/// <summary>Labels that are more and more random: channel, reservoir and visible noise.</summary>
internal sealed class RandomLabelsExperiment : LabExperiment
{
    private const double Half = 0.5;

    private static readonly double[] s_fractions = [0, 0.25, 0.5, 0.75, 1];

    private static readonly (string Name, string Layers, ActivationKind Activation)[] s_networks =
        [("tanh 24", "24", ActivationKind.Tanh), ("GELU 16,16", "16,16", ActivationKind.Gelu)];

    /// <inheritdoc/>
    public override string Id => "random-labels";

    /// <inheritdoc/>
    public override string Title => "Random labels: channel, reservoir and visible noise as the labels become random";

    /// <inheritdoc/>
    public override string Claim => RandomLabelsCriteria.Claim;

    /// <inheritdoc/>
    public override string Refutation => RandomLabelsCriteria.Refutation;

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_120_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (10, 4);

    /// <inheritdoc/>
    protected override IReadOnlyList<LabTraining> Trainings(bool quick)
    {
        var options = new RecordingOptions
        {
            Train = quick ? 30 : 60, Test = quick ? 50 : 150, Steps = quick ? 800 : 3000, Checkpoints = quick ? 16 : 26,
        };
        // A random label of a parity is false in half of all cases.
        LabTraining[] all = [.. s_networks.Take(quick ? 1 : s_networks.Length).SelectMany(n => s_fractions.Where(f => !quick || f is 0 or 0.5 or 1).Select(f =>
            new LabTraining($"{n.Name}, {Short(f)}", options with { Layers = LayerSpec.ParseList(n.Layers), Activation = n.Activation, Noise = f / 2 }, 0.06)
            {
                Place = f,
            }))];
        return [.. all, .. all.Where(t => t.Place == Half).Select(t => t with { Name = RandomLabelsCriteria.Control + t.Name, ShuffledLabels = true })];
    }

    /// <inheritdoc/>
    protected override LabOutcome Measure(LabTraining training, long seed, Backend backend, CancellationToken cancellation) =>
        R.Of(training, seed, backend, cancellation);

    /// <inheritdoc/>
    protected override IEnumerable<Criterion> Criteria(IReadOnlyList<ExperimentRow> rows, bool quick) => RandomLabelsCriteria.Of(rows, quick);

    /// <inheritdoc/>
    protected override string Conclusion(IReadOnlyList<ExperimentRow> rows) => string.Join(" ", RandomLabelsCriteria.Networks(rows).Select(n =>
    {
        string[] groups = RandomLabelsCriteria.Groups(rows, n);
        string Ends(string name) => $"{Short(LabRows.Median(rows, groups[0], name))} to {Short(LabRows.Median(rows, groups[^1], name))}";
        return $"{n}, true labels to random ones (medians): filled modes {Ends(R.Filled)}, modes below the threshold {Ends(R.Reservoir)}, visible noise "
            + $"{Ends(R.VisibleNoise)}, test error {Ends(R.TestError)}.";
    }));

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentTable> Tables(IReadOnlyList<ExperimentRow> rows)
    {
        yield return LabRows.Table("Channel and reservoir", "Medians over seeds (first to third quartile): modes of W_S that lost half of their energy, "
            + "those at or "
            + "above the threshold and below it, effective rank; how far parameters and kernel moved.", rows,
            (R.Filled, "filled"), (R.Channel, "channel"), (R.Reservoir, "reservoir"), (R.Rank, "effective rank"), (R.Moved, "‖Δw‖/‖w‖"), ("drift", "drift"),
            (R.Path, "gᵀWg"));
        yield return LabRows.Table("Errors and visible noise", "Mean square errors; test labels are clean.", rows,
            (R.TrainError, "training error"), (R.TestError, "test error"), (R.VisibleNoise, "visible noise"), (R.Without, "without it"));
        yield return LabRows.Table("Where noise and signal went", "Share of the energy of noise and clean signal that is still there at the end, and "
            + "the response of "
            + "the test outputs to a unit of each and of a random direction.", rows,
            (R.NoiseReservoir, "noise left"), (R.CleanReservoir, "signal left"), (R.NoiseResponse, "response: noise"), (R.CleanResponse, "signal"),
            (R.RandomResponse, "random"));
    }

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentFigure> Figures(IReadOnlyList<LabOutcome> outcomes)
    {
        ExperimentRow[] rows = [.. outcomes.Select(o => o.Row)];
        yield return Figure(rows, "channel", "Filled modes and effective rank", "modes", [(R.Filled, "filled"), (R.Rank, "effective rank")],
            "Modes of W_S that lost half of their energy, and the effective rank; medians over seeds.");
        yield return Figure(rows, "noise", "Test error and visible noise", "mean square", [(R.TestError, "test error"), (R.VisibleNoise, "visible noise"),
            (R.Without, "without it")], "Medians over seeds; test labels are clean.");
        yield return Figure(rows, "left", "What is left of noise and signal", "share of energy "
            + "left", [(R.NoiseReservoir, "noise"), (R.CleanReservoir, "signal")],
            "What the reservoir keeps at the end of training, of the noise and of the clean signal.");
    }

    private static ExperimentFigure Figure(ExperimentRow[] rows, string id, string title, string axis, (string Name, string Title)[] curves, string caption)
    {
        string[] networks = RandomLabelsCriteria.Networks(rows);
        var head = new FigureHead(id, title, string.Join("; ", LabRows.Groups(rows).Select(g => $"{g}: "
            + string.Join(", ", curves.Select(c => $"{c.Title} {Short(LabRows.Median(rows, g, c.Name))}")))));
        double[] shown = [.. LabRows.Groups(rows).SelectMany(g => curves.Select(c => LabRows.Median(rows, g, c.Name))).Where(double.IsFinite)];
        var chart = new Chart(Axis.Linear("fraction of random labels", [0, 1]), Axis.Linear(axis, shown.Append(0)), head);
        for (int n = 0; n < networks.Length; n++)
            for (int i = 0; i < curves.Length; i++)
            {
                var c = curves[i];
                chart.Line($"{c.Title}, {networks[n]}", i + 1, RandomLabelsCriteria.Groups(rows, networks[n]).Select(g => new Point(
                    LabRows.Median(rows, g, R.Fraction), LabRows.Median(rows, g, c.Name), $"{g}: {c.Title} {LabRows.Spread(LabRows.Values(rows, g, c.Name))}"))
                    .Where(p => double.IsFinite(p.Y)), n == 0 ? Marker.Circle : Marker.Square, n == 0 ? "" : "dash");
            }
        return LabRows.Figure(head, chart, caption);
    }
}
