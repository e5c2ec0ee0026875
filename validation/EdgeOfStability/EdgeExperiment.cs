using KernelFlow.Reporting;
using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Seeded;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.EdgeOfStability;

/// <summary>Gradient descent whose sharpness reaches 2/η: recorded steps stay exact, the flow says nothing and must say so.</summary>
internal sealed class EdgeExperiment : SeededExperiment
{
    private const double StepError = 1e-4, Tolerance = 0.1, Decidable = 1.5 * EdgeOutcome.Edge;
    private const int FewestAtEdge = 3;

    /// <inheritdoc/>
    public override string Id => "edge-of-stability";

    /// <inheritdoc/>
    public override string Title => "Edge of stability: recorded steps stay exact where the sharpness reaches 2/η; the flow must not be green there";

    /// <inheritdoc/>
    public override string Claim => "For gradient descent with every step and its midpoint recorded, C1 to C4 hold at any learning rate, also where the "
        + "sharpness sits at "
        + "2/η (section 8 of the theory). The flow is the limit of small η: at the edge its analysis is undecided or violated, never green.";

    /// <inheritdoc/>
    public override string Refutation => "On recorded steps: a claim C1 to C4 that is violated, or an error of C4 above 1e-4 where z = η λ_max(B K) "
        + "stays below 3. In flow mode: "
        + "a C4 that holds with an error above 0.1, or that holds on a training that sat at the edge. The experiment fails when fewer than three "
            + "trainings sit at the edge, "
        + "when the flow never holds at small learning rates, or when the kernel of the start passes as the recorded one.";

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_530_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (4, 1);

    /// <inheritdoc/>
    protected override Findings Find(long[] seeds, ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        var rates = options.Quick ? EdgeRun.QuickRates : EdgeRun.Rates;
        var items = seeds.SelectMany(seed => EdgeRun.All.SelectMany(t => rates.Select(z => (t.Name, t.Options, Z: z, Seed: seed)))).ToArray();
        var all = StudyRunner.Run(items, options, i => i.Name,
            (i, backend) => EdgeRun.Of(i.Name, i.Options, i.Z, i.Seed, options.Quick, backend, cancellation), progress, cancellation);
        EdgeOutcome[] outcomes = [.. all.OfType<EdgeOutcome>()], edge = [.. outcomes.Where(o => o.AtEdge)], still = [.. outcomes.Where(o => o.LargestZ < 0.5)],
            decidable = [.. outcomes.Where(o => o.LargestZ < Decidable)], moved = [.. decidable.Where(o => o.Drift >= 0.5)];
        int violated = outcomes.Sum(o => o.Steps.Count(c => c.Verdict == Verdict.Violated));
        double worst = decidable.Length == 0 ? double.NaN : decidable.Max(o => EdgeOutcome.Error(o.Steps));
        EdgeOutcome[] wrong = [.. outcomes.Where(o => EdgeOutcome.Judged(o.Flow) == Verdict.Holds && (o.AtEdge || EdgeOutcome.Error(o.Flow) > Tolerance))];
        int frozen = moved.Count(o => EdgeOutcome.Judged(o.Frozen) == Verdict.Violated);
        string Range(IEnumerable<EdgeOutcome> those, Func<EdgeOutcome, double> number) =>
            those.Any() ? $"{Short(those.Min(number))} to {Short(those.Max(number))}" : "none";
        return new($"{Count(outcomes.Length)} trainings ({Count(all.Length - outcomes.Length)} more diverged), {Count(edge.Length)} of them at the edge: "
            + $"there z of the last third is "
            + $"{Range(edge, o => o.LateZ)} (median each), the error of C4 is {Range(edge, o => EdgeOutcome.Error(o.Steps))} on recorded steps and "
            + $"{Range(edge, o => EdgeOutcome.Error(o.Flow))} in the flow, whose C4 is "
            + $"{string.Join(", ", edge.GroupBy(o => EdgeOutcome.Judged(o.Flow)).Select(g => $"{Narrative.Word(g.Key)} in {Count(g.Count())}"))}.",
            [
                new(CriterionKind.Claim, "no claim C1 to C4 of recorded steps is violated", violated == 0, $"{Count(violated)} of "
                    + $"{Count(4 * outcomes.Length)}"),
                new(CriterionKind.Claim, $"recorded steps: error of C4 at most {Short(StepError)} wherever z stays below {Short(Decidable)}",
                    worst <= StepError, $"largest of {Count(decidable.Length)}: {Short(worst)}"),
                new(CriterionKind.Claim, "flow: C4 never holds at the edge, nor with an error above its tolerance", wrong.Length == 0,
                    wrong.Length == 0 ? "none" : string.Join("; ", wrong.Select(o => $"{o.Name}, z {Short(o.StartZ)}, seed {Count(o.Seed)}"))),
                new(CriterionKind.Power, $"{(options.Quick ? "a training sits" : $"{Count(FewestAtEdge)} trainings or more sit")} at the edge: z beyond "
                    + $"2, back to 2 ± 0.4, and a loss that falls",
                    edge.Length >= (options.Quick ? 1 : FewestAtEdge), Count(edge.Length)),
                new(CriterionKind.Power, "the flow holds in half or more of the trainings with z below 0.5", still.Length > 0
                    && 2 * still.Count(o => EdgeOutcome.Judged(o.Flow) == Verdict.Holds) >= still.Length,
                    $"{Count(still.Count(o => EdgeOutcome.Judged(o.Flow) == Verdict.Holds))} of {Count(still.Length)}"),
                new(CriterionKind.Power, "the kernel of the start is violated wherever the kernel moved by half or more", moved.Length > 0
                    && frozen == moved.Length,
                    $"{Count(frozen)} of {Count(moved.Length)}"),
            ],
            [.. outcomes.Select(Row)], [Table(outcomes)], outcomes.Length > 0 ? [Sharpnesses(outcomes), Errors(outcomes)] : []);
    }

    private static ExperimentRow Row(EdgeOutcome o) => new($"{o.Name}/{Short(o.StartZ)}/{Count(o.Seed)}", o.Name, $"{o.Name}, z {Short(o.StartZ)}")
    {
        Settings = [new("seed", Count(o.Seed)), new("startZ", Short(o.StartZ))],
        Measurements =
        [
            new("largestZ", o.LargestZ, "largest η λ_max(B K)"), new("lateZ", o.LateZ, "median over the last third"), new("beyond", o.Beyond, "share of "
                + "steps with z > 2"),
            new("drift", o.Drift, "largest ‖K(t) − K(s)‖/‖K(s)‖"), new("lossRatio", o.Losses[^1] / o.Losses[0], "last loss over first"),
            new("flowError", EdgeOutcome.Error(o.Flow), "error of C4 in flow mode"), new("frozenError", EdgeOutcome.Error(o.Frozen), "the same with the "
                + "kernel of the start"),
        ],
        Claims = o.Steps,
    };

    private static ExperimentTable Table(EdgeOutcome[] outcomes) => new("By learning rate",
        "z = η λ_max(B K); steps beyond z = 2; error and verdict of C4 on recorded steps, in the flow, and with the kernel of the start (a control).",
        ["training", "#seed", "#z at the start", "#largest z", "#late z", "#beyond 2", "#drift", "#loss ratio", "#steps: error", "verdict", "#flow: "
            + "error", "verdict", "#start kernel: error", "verdict"],
        [.. outcomes.OrderBy(o => o.Name).ThenBy(o => o.StartZ).Select(o => (string[])[o.Name, Count(o.Seed), Short(o.StartZ), Short(o.LargestZ),
            Short(o.LateZ), Percent(o.Beyond),
            Short(o.Drift), Short(o.Losses[^1] / o.Losses[0]), Short(EdgeOutcome.Error(o.Steps)), Word(o.Steps), Short(EdgeOutcome.Error(o.Flow)), Word(o.Flow),
            Short(EdgeOutcome.Error(o.Frozen)), Word(o.Frozen)])]);

    private static string Word(IReadOnlyList<ClaimResult> claims) => Narrative.Word(EdgeOutcome.Judged(claims));

    private static ExperimentFigure Sharpnesses(EdgeOutcome[] outcomes)
    {
        EdgeOutcome[] shown = [.. outcomes.Where(o => o.Name == outcomes[0].Name && o.Seed == outcomes[0].Seed).TakeLast(5)];
        var head = new FigureHead("sharpness", "Sharpness rises to 2/η and stays there", $"{outcomes[0].Name}: z of the last third "
            + string.Join("; ", shown.Select(o => $"{Short(o.LateZ)} from {Short(o.StartZ)}")));
        var chart = new Chart(Axis.Linear("step", [0, shown.Max(o => o.Sharpness.Length)]), Axis.Linear("z = η λ_max(B K)", [0, Math.Min(4,
            shown.Max(o => o.LargestZ)), 2.2]), head);
        for (int i = 0; i < shown.Length; i++)
            chart.Line($"z(0) = {Short(shown[i].StartZ)}", i + 1, shown[i].Sharpness.Select((z, k) => new Point(k, z, $"step {Count(k)}: "
                + $"{Short(z)}")).Where((_, k) => k % 2 == 0), markers: false);
        chart.Rule("2", 2);
        return new(head.Id, head.Title, chart.ToString(), head.Description, "One network at growing learning rates. Above 2 a quadratic loss would diverge.");
    }

    private static ExperimentFigure Errors(EdgeOutcome[] outcomes)
    {
        var head = new FigureHead("errors", "Error of C4 by the largest z", $"Recorded steps: {Short(outcomes.Min(o => EdgeOutcome.Error(o.Steps)))} to "
            + $"{Short(outcomes.Max(o => EdgeOutcome.Error(o.Steps)))}; flow: {Short(outcomes.Min(o => EdgeOutcome.Error(o.Flow)))} to "
                + $"{Short(outcomes.Max(o => EdgeOutcome.Error(o.Flow)))}.");
        var chart = new Chart(Axis.Linear("largest z", outcomes.Select(o => Math.Min(o.LargestZ, 6)).Append(0)), Axis.Log("relative error of C4",
            outcomes.SelectMany(o => (double[])[EdgeOutcome.Error(o.Steps), EdgeOutcome.Error(o.Flow), EdgeOutcome.Error(o.Frozen)]).Append(Tolerance)), head);
        void Series(string name, int colour, Marker marker, Func<EdgeOutcome, IReadOnlyList<ClaimResult>> claims) => chart.Points(name, colour,
            outcomes.Select(o => new Point(o.LargestZ, EdgeOutcome.Error(claims(o)), $"{o.Name}: {Word(claims(o))}")), marker, 3);
        Series("recorded steps", 3, Marker.Square, o => o.Steps);
        Series("flow", 1, Marker.Circle, o => o.Flow);
        Series("kernel of the start", 5, Marker.Plus, o => o.Frozen);
        chart.UprightRule("edge", 2);
        return new(head.Id, head.Title, chart.ToString(), head.Description, "Below the edge the recursion of recorded steps has the error of its average "
            + "over a step; past it every step multiplies that error, until nothing is decided.");
    }
}
