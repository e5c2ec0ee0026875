using KernelFlow.Numerics;
using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Seeded;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Relabelling;

/// <summary>Labels that are changed along the reservoir change nothing of the training.</summary>
internal sealed class RelabellingExperiment : SeededExperiment
{
    private const double Same = 1e-10, Changed = 1e-3;

    /// <inheritdoc/>
    public override string Id => "relabelling";

    /// <inheritdoc/>
    public override string Title => "Counterfactual relabelling: labels changed along the reservoir leave the whole training as it is";

    /// <inheritdoc/>
    public override string Claim => "Let v be in ker W_S. Targets that add v to g(s) give the same parameters at every step, for a change of any size "
        + "(C9, section 9 of the "
        + "theory). Planted: an input that occurs twice, with the labels of its copies exchanged.";

    /// <inheritdoc/>
    public override string Refutation => "Parameters or test outputs that differ by more than 1e-10 of how far they move, anywhere on a path whose "
        + "labels were changed along a "
        + "planted reservoir. The experiment itself fails when the same change at two different inputs moves the test outputs by less than 1e-3.";

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_521_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (6, 1);

    /// <inheritdoc/>
    protected override Findings Find(long[] seeds, ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        var items = seeds.SelectMany(seed => RelabellingRun.All.Select(t => (t.Name, t.Options, Seed: seed))).ToArray();
        var outcomes = StudyRunner.Run(items, options, i => i.Name,
            (i, backend) => RelabellingRun.Of(i.Name, i.Options, i.Seed, options.Quick, backend, cancellation), progress, cancellation);
        double planted = outcomes.Max(o => Math.Max(o.Planted.Outputs, o.Planted.Parameters)), control = outcomes.Min(o => o.Control.Outputs);
        var soft = outcomes.SelectMany(o => o.Soft).ToArray();
        RelabellingOutcome[] measured = [.. outcomes.Where(o => o.Soft.Count > 2)];
        double[] ranks = [.. measured.Select(o => RankCorrelation.Of([.. o.Soft.Select(m => m.Share)], [.. o.Soft.Select(m => m.Moved)]) ?? double.NaN)];
        double[] ratios = [.. soft.Where(m => m.Predicted > 0).Select(m => m.Moved / m.Predicted)];
        return new($"{Count(outcomes.Length)} trainings: with labels changed along a planted reservoir, paths differ by at most {Short(planted)} of "
            + $"their length; the same "
            + $"change at two different inputs moves the test outputs by {Short(control)} or more. Along single modes of a short training, λ_j/λ_1 down to "
            + $"{Short(soft.Select(m => m.Share).DefaultIfEmpty(double.NaN).Min())}, retraining moves the test outputs "
            + $"by {Short(Quantiles.Of(ratios, 0.1))} to {Short(Quantiles.Of(ratios, 0.9))} times (median {Short(Quantiles.Median(ratios))}) what the "
                + $"recorded G_Q says, with a rank "
            + $"correlation of {Short(Quantiles.Median(ranks))} (median) between λ_j and the movement.",
            [
                new(CriterionKind.Claim, $"every path with labels changed along a planted reservoir is the same to {Short(Same)}, parameters and test outputs",
                    planted <= Same, $"largest difference {Short(planted)}"),
                new(CriterionKind.Power, $"the same change at two different inputs moves the test outputs by more than {Short(Changed)} in every training",
                    control > Changed, $"smallest {Short(control)}"),
            ],
            [.. outcomes.Select(Row)], [Table(outcomes), SoftTable(measured)], soft.Length > 0 ? [Figure(soft)] : []);
    }

    private static ExperimentRow Row(RelabellingOutcome o) => new($"{o.Name}/{Count(o.Seed)}", o.Name, o.Name)
    {
        Settings = [new("seed", Count(o.Seed))],
        Measurements =
        [
            new("plantedOutputs", o.Planted.Outputs, "largest distance of the test outputs, planted, relative to their displacement"),
            new("plantedParameters", o.Planted.Parameters, "the same of the parameters"),
            new("controlOutputs", o.Control.Outputs, "the test outputs where the labels of two different inputs were changed"),
            new("controlParameters", o.Control.Parameters, "the same of the parameters"),
            .. o.Soft.SelectMany((m, j) => (Measurement[])
            [
                new($"soft{Count(j)}Share", m.Share, "λ_j/λ_1 of a soft mode"),
                new($"soft{Count(j)}Moved", m.Moved, "movement of U_Q(T) by retraining, relative"),
                new($"soft{Count(j)}Predicted", m.Predicted, "‖G_Q v‖ on the recorded path, relative"),
            ]),
        ],
    };

    private static ExperimentTable Table(RelabellingOutcome[] outcomes) => new("Planted reservoirs",
        "Largest difference over the seeds, relative to how far the training without a change moves: labels of two copies exchanged (squared loss with "
            + "one output: and moved "
        + "apart by five more), and the same at two different inputs (smallest).",
        ["training", "#seeds", "#test outputs", "#parameters", "#two inputs: test outputs"],
        [.. outcomes.GroupBy(o => o.Name).Select(g => (string[])[g.Key, Count(g.Count()), Short(g.Max(o => o.Planted.Outputs)),
            Short(g.Max(o => o.Planted.Parameters)), Short(g.Min(o => o.Control.Outputs))])]);

    private static ExperimentTable SoftTable(RelabellingOutcome[] outcomes) => new("Soft directions",
        "Labels moved by half their size along single modes of W_S over 75 steps, and trained again. Nothing bounds this: √(c λ_j) bounds what the mode "
            + "shows along "
            + "the recorded path.",
        ["training", "#seed", "#modes", "#rank correlation λ_j and movement", "#median movement/G_Q", "#smallest movement"],
        [.. outcomes.Select(o => (string[])[o.Name, Count(o.Seed), Count(o.Soft.Count),
            Short(RankCorrelation.Of([.. o.Soft.Select(m => m.Share)], [.. o.Soft.Select(m => m.Moved)]) ?? double.NaN),
            Short(Quantiles.Median(o.Soft.Select(m => m.Moved / m.Predicted))), Short(o.Soft.Min(m => m.Moved))])]);

    private static ExperimentFigure Figure(SoftMode[] soft)
    {
        var head = new FigureHead("soft", "Retraining with labels moved along single modes",
            $"Movement of the test outputs by retraining against λ_j/λ_1, {Count(soft.Length)} modes: from {Short(soft.Min(m => m.Moved))} to "
                + $"{Short(soft.Max(m => m.Moved))} of the "
            + $"displacement; G_Q says {Short(soft.Min(m => m.Predicted))} to {Short(soft.Max(m => m.Predicted))}.");
        var chart = new Chart(Axis.Log("λ_j/λ_1", soft.Select(m => m.Share)), Axis.Log("movement of U_Q(T), relative",
            soft.SelectMany(m => (double[])[m.Moved, m.Predicted])), head);
        chart.Points("retrained", 1, soft.Select(m => new Point(m.Share, m.Moved, $"retrained {Short(m.Moved)}, G_Q {Short(m.Predicted)}")), Marker.Circle, 3);
        chart.Points("‖G_Q v‖ on the recorded path", 2, soft.Select(m => new Point(m.Share, m.Predicted, $"G_Q {Short(m.Predicted)}")), Marker.Triangle, 3);
        return new(head.Id, head.Title, chart.ToString(), head.Description,
            "Labels moved by half their size along one mode. Where the kernel moves, retraining takes another path than the recorded one, and its "
                + "movement is not what G_Q says.");
    }
}
