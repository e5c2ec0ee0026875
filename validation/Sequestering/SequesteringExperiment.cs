using KernelFlow.Numerics;
using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.Sequestering.SequesteringRun;

namespace KernelFlow.Validation.Sequestering;

/// <summary>Where label noise goes in networks of one size and different shape.</summary>
internal sealed class SequesteringExperiment : LabExperiment
{
    // About 1,600 parameters each, for 64 inputs and one output.
    private static readonly (string Name, string Layers)[] s_shapes =
        [("24", "24"), ("20,13", "20,13"), ("18,12,12", "18,12,12"), ("conv", "conv:4:3,conv:8:3:2,36")];

    private static readonly ActivationKind[] s_activations = [ActivationKind.Tanh, ActivationKind.Gelu, ActivationKind.Relu];

    /// <inheritdoc/>
    public override string Id => "sequestering";

    /// <inheritdoc/>
    public override string Title => "Noise sequestering at equal size: depth, width, activation, dense and convolution";

    /// <inheritdoc/>
    public override string Claim => SequesteringCriteria.Claim;

    /// <inheritdoc/>
    public override string Refutation => SequesteringCriteria.Refutation;

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_140_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (10, 2);

    /// <inheritdoc/>
    protected override IReadOnlyList<LabTraining> Trainings(bool quick)
    {
        var options = new RecordingOptions
        {
            Train = quick ? 30 : 60, Test = quick ? 60 : 150, Noise = 0.2, Steps = quick ? 600 : 2000, Checkpoints = quick ? 16 : 26,
        };
        LabTraining[] all = [.. s_activations.SelectMany(a => s_shapes.Select(s => new LabTraining($"{SequesteringCriteria.Word(a)} {s.Name}",
            options with { Layers = LayerSpec.ParseList(s.Layers), Activation = a }, 0.06)))];
        LabTraining[] chosen = quick ? [all[0], all[^4]] : all;
        // The controls: the labels are exchanged before the noise is put in, so that the clean signal is no more than noise.
        return [.. chosen, .. (quick ? chosen[..1] : [all[0], all[7]]).Select(t => t with
        {
            Name = SequesteringCriteria.Control + t.Name, ShuffledLabels = true,
        })];
    }

    /// <inheritdoc/>
    protected override LabOutcome Measure(LabTraining training, long seed, Backend backend, CancellationToken cancellation) =>
        R.Of(training, seed, backend, cancellation);

    /// <inheritdoc/>
    protected override IEnumerable<Criterion> Criteria(IReadOnlyList<ExperimentRow> rows, bool quick) => SequesteringCriteria.Of(rows, quick);

    /// <inheritdoc/>
    protected override string Conclusion(IReadOnlyList<ExperimentRow> rows) => SequesteringCriteria.Conclusion(rows);

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentTable> Tables(IReadOnlyList<ExperimentRow> rows)
    {
        yield return LabRows.Table("Response to noise", "Medians over seeds (first to third quartile). Response is how far the test outputs move per unit of a "
            + "direction; below 1 the noise moves them less than the clean signal, or than a random direction, does.", rows,
            (R.Relative, "noise/signal"), (R.ToRandom, "noise/random"), (R.NoiseLeft, "noise left"), (R.CleanLeft, "signal left"),
            (R.NoiseReservoir, "noise in the reservoir"), (R.CleanReservoir, "signal in it"));
        yield return LabRows.Table("Errors", "Mean square errors; test labels are clean.", rows, ("parameters", "parameters"), (R.TrainError, "training error"),
            (R.TestError, "test error"), (R.VisibleNoise, "visible noise"), (R.Channel, "channel"), ("drift", "drift"), (R.Transfer, "C4 error"));
    }

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentFigure> Figures(IReadOnlyList<LabOutcome> outcomes)
    {
        ExperimentRow[] rows = [.. outcomes.Select(o => o.Row)];
        string[] groups = LabRows.Groups(rows);
        var head = new FigureHead("response", "Response to noise beside the clean signal", string.Join("; ", groups.Select(g => $"{g}: noise/signal "
            + $"{LabRows.Spread(LabRows.Values(rows, g, R.Relative))}, noise left {Short(LabRows.Median(rows, g, R.NoiseLeft))}")));
        RangeRow Row(string g) => new(g, LabRows.Median(rows, g, R.NoiseLeft) / LabRows.Median(rows, g, R.CleanLeft), false, null,
            [new RowMark(0, LabRows.Median(rows, g, R.Relative)), new RowMark(1, LabRows.Median(rows, g, R.ToRandom))],
            $"{g}: noise/signal {LabRows.Spread(LabRows.Values(rows, g, R.Relative))}");
        var axis = Axis.Log("ratio, medians over seeds", groups.SelectMany(g => Row(g).Marks.Select(mark => mark.Value).Append(Row(g).Bar ?? 1)).Append(1));
        string drawing = RangeRows.Draw(axis, [.. groups.Select(Row)], [new RowSeries("response: noise/signal", Marker.Diamond, "m s1", 4),
            new RowSeries("response: noise/random", Marker.Circle, "m s3", 4)], "energy left: noise/signal", null,
            (1, "equal"), head);
        yield return new ExperimentFigure(head.Id, head.Title, drawing, head.Description,
            "Left of the line noise moves the test outputs less. Where labels were exchanged first, the clean signal is no better than noise.");

        var left = new FigureHead("left", "Energy that is left of noise and signal in every run", $"{Count(rows.Length)} runs; "
            + string.Join("; ", groups.Select(g => $"{g}: noise {Short(LabRows.Median(rows, g, R.NoiseLeft))}, signal "
            + $"{Short(LabRows.Median(rows, g, R.CleanLeft))}")));
        var chart = new Chart(Axis.Log("energy left of the clean signal", rows.Select(r => LabRows.Value(r, R.CleanLeft))),
            Axis.Log("energy left of the noise", rows.Select(r => LabRows.Value(r, R.NoiseLeft))), left);
        bool IsControl(ExperimentRow r) => r.Group.StartsWith(SequesteringCriteria.Control, StringComparison.Ordinal);
        void Add(string name, int colour, Marker marker, Func<ExperimentRow, bool> which) => chart.Points(name, colour, rows.Where(which).Select(r =>
            new Point(LabRows.Value(r, R.CleanLeft), LabRows.Value(r, R.NoiseLeft), $"{r.Id}: noise {Short(r.Measured(R.NoiseLeft))}, signal "
                + Short(r.Measured(R.CleanLeft)))), marker, 2.8);
        Add("dense", 1, Marker.Circle, r => !IsControl(r) && !r.Group.Contains("conv", StringComparison.Ordinal));
        Add("convolution", 3, Marker.Square, r => !IsControl(r) && r.Group.Contains("conv", StringComparison.Ordinal));
        Add("exchanged labels", 2, Marker.Triangle, IsControl);
        chart.Diagonal("equal");
        yield return LabRows.Figure(left, chart, "Each mark is a run; above the line more is left of the noise than of the signal.");
    }
}
