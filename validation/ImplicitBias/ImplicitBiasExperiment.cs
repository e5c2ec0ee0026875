using KernelFlow.Numerics;
using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.ImplicitBias.ImplicitBiasRun;

namespace KernelFlow.Validation.ImplicitBias;

/// <summary>Whether training takes the shortest way: E* beside gᵀWg, and what the shortest way would do to the test outputs.</summary>
internal sealed class ImplicitBiasExperiment : LabExperiment
{
    /// <inheritdoc/>
    public override string Id => "implicit-bias";

    /// <inheritdoc/>
    public override string Title => "Implicit bias: how far training is from the shortest way through its own kernels";

    /// <inheritdoc/>
    public override string Claim => "E* = ΔU_Sᵀ(∫K_SS)⁺ΔU_S ≤ gᵀWg for any training, and a linear model meets ΔU_Q = ∫K_QS(∫K_SS)⁺ΔU_S exactly: its "
        + "training is the "
        + "minimum-norm solution. Networks whose kernel hardly moves are near it, others are not.";

    /// <inheritdoc/>
    public override string Refutation => ImplicitBiasCriteria.Refutation;

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_130_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (10, 2);

    /// <inheritdoc/>
    protected override IReadOnlyList<LabTraining> Trainings(bool quick)
    {
        var small = new RecordingOptions
        {
            Train = quick ? 24 : 40, Test = quick ? 40 : 100, Noise = 0.2, Steps = quick ? 1000 : 4000, Checkpoints = quick ? 18 : 30,
        };
        return
        [
            new(ImplicitBiasCriteria.Linear, small with { Layers = [] }, 0.06),
            new(ImplicitBiasCriteria.Wide, small with
            {
                Layers = [LayerSpec.Dense(quick ? 100 : 200)], Train = quick ? 24 : 60, Test = 30, Checkpoints = quick ? 12 : 16,
            }, 0.06),
            new("tanh 24", small with { Layers = [LayerSpec.Dense(24)], Steps = quick ? 1000 : 6000 }, 0.06),
            new("GELU 16,16", small with { Layers = LayerSpec.ParseList("16,16"), Activation = ActivationKind.Gelu }, 0.06),
            new(ImplicitBiasCriteria.Kinked, small with { Layers = LayerSpec.ParseList("16,16"), Activation = ActivationKind.Relu }, 0.06),
        ];
    }

    /// <inheritdoc/>
    protected override LabOutcome Measure(LabTraining training, long seed, Backend backend, CancellationToken cancellation) =>
        R.Of(training, seed, backend, cancellation);

    /// <inheritdoc/>
    protected override IEnumerable<Criterion> Criteria(IReadOnlyList<ExperimentRow> rows, bool quick) => ImplicitBiasCriteria.Of(rows, quick);

    /// <inheritdoc/>
    protected override string Conclusion(IReadOnlyList<ExperimentRow> rows) =>
        $"{Count(rows.Count)} trainings. Medians of the miss of ΔU_Q by the shortest way: "
        + string.Join(", ", LabRows.Groups(rows).Select(g => $"{g} {Short(LabRows.Median(rows, g, R.Miss))}")) + "; of E*/gᵀWg: "
        + string.Join(", ", LabRows.Groups(rows).Select(g => $"{g} {Short(LabRows.Median(rows, g, R.EnergyRatio))}")) + ".";

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentTable> Tables(IReadOnlyList<ExperimentRow> rows)
    {
        yield return LabRows.Table("The shortest way", "Medians over seeds (first to third quartile). The miss is that of ∫K_QS(∫K_SS)⁺ΔU_S as a "
            + "prediction of ΔU_Q; "
            + "'frozen' has the kernel of the start throughout, 'next' is compared with the outputs of the next test example.", rows,
            (R.EnergyRatio, "E*/gᵀWg"), (R.Miss, "miss of ΔU_Q"), (R.FrozenMiss, "frozen"), (R.PermutedMiss, "next"), (R.Straightness, "straightness"),
            (R.LinearEnergy, "E*T/‖Δw‖²"), ("drift", "drift"));
        yield return LabRows.Table("Jump to the end", "The kernel frozen at a checkpoint, and the outputs carried to the end with it: the first step from "
            + "which the test outputs arrive to a tenth of their way, and the step at which they are that near by themselves.", rows,
            (R.JumpStep, "jump from step"), (R.WaitStep, "by themselves"));
        yield return LabRows.Table("What it rests on", "Rank of ∫K_SS and the error of C4.", rows, (R.Rank, "rank"), (R.Transfer, "C4 error"));
    }

    /// <inheritdoc/>
    protected override IEnumerable<ExperimentFigure> Figures(IReadOnlyList<LabOutcome> outcomes)
    {
        ExperimentRow[] rows = [.. outcomes.Select(o => o.Row)];
        string[] groups = LabRows.Groups(rows);
        yield return Figure("miss", "The shortest way and the test outputs", "miss of ΔU_Q", R.Miss,
            "A linear model is on the shortest way to rounding, off the lower end here; the further kernels move, the further training is from it.");
        yield return Figure("energy", "Energy of the shortest way", "E*/gᵀWg", R.EnergyRatio,
            "Even on the shortest way most energy is spent early: a path of constant speed would have a ratio of 1.");

        ExperimentFigure Figure(string id, string title, string axis, string name, string caption)
        {
            // A linear model's kernel does not move at all: it has no place on a logarithmic axis.
            ExperimentRow[] moved = [.. rows.Where(r => r.Group != ImplicitBiasCriteria.Linear)];
            var head = new FigureHead(id, title, string.Join("; ", groups.Select(g => $"{g}: {LabRows.Spread(LabRows.Values(rows, g, name))}")));
            var chart = new Chart(Axis.Log("kernel drift", moved.Select(r => LabRows.Value(r, "drift"))),
                Axis.Log(axis, moved.Select(r => LabRows.Value(r, name))), head);
            int i = 0;
            foreach (string group in groups.Where(g => g != ImplicitBiasCriteria.Linear))
                chart.Points(group, ++i, moved.Where(r => r.Group == group).Select(r => new Point(LabRows.Value(r, "drift"), LabRows.Value(r, name),
                    $"{r.Id}: drift {Short(r.Measured("drift"))}, {axis} {Short(r.Measured(name))}")), (Marker)(i - 1), 3.2);
            return LabRows.Figure(head, chart, caption);
        }
    }
}
