using KernelFlow.Reporting.Charts;
using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Seeded;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.DriftDiffusion;

/// <summary>Over minibatch steps the mean part of the gradient grows as t, its centred part as √t.</summary>
internal sealed class DriftDiffusionExperiment : SeededExperiment
{
    private const double DriftBand = 0.1, DiffusionBand = 0.05;

    private static readonly string[] s_claimed = [DriftDiffusionRun.FixedStart, DriftDiffusionRun.FixedTrained, DriftDiffusionRun.ShortPath];

    /// <inheritdoc/>
    public override string Id => "drift-diffusion";

    /// <inheritdoc/>
    public override string Title => "Drift and diffusion: over minibatch steps the mean gradient adds up as t, what the batches scatter as √t";

    /// <inheritdoc/>
    public override string Claim => "Over t minibatch steps ‖Σ∇L‖ grows as t and ‖Σ(∇L_batch − ∇L)‖ as √t (C15 of the theory), for batches that "
        + "are drawn independently, as long as "
        + "the gradient stays what it is.";

    /// <inheritdoc/>
    public override string Refutation => "A 95 % interval of an exponent outside of 1 ± 0.1 (drift) or 0.5 ± 0.05 (diffusion) where the parameters do "
        + "not move, or hardly. The "
        + "experiment fails when batches that are not independent pass: whole permutations of the examples, as the trainer of this tool and PyTorch's "
            + "loaders draw them, and one "
        + "batch over and over.";

    /// <inheritdoc/>
    protected override long PublishedSeed => 3_510_000;

    /// <inheritdoc/>
    protected override (int Full, int Quick) Runs => (12, 6);

    /// <inheritdoc/>
    protected override Findings Find(long[] seeds, ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        var items = seeds.SelectMany(seed => DriftDiffusionRun.Settings.Select(s => (Setting: s, Seed: seed))).ToArray();
        var outcomes = StudyRunner.Run(items, options, i => i.Setting,
            (i, backend) => DriftDiffusionRun.Of(i.Setting, i.Seed, options.Quick, backend, cancellation), progress, cancellation);
        MeanInterval Drift(string setting) => MeanInterval.Of([.. outcomes.Where(o => o.Setting == setting).Select(o => o.Drift)]);
        MeanInterval Diffusion(string setting) => MeanInterval.Of([.. outcomes.Where(o => o.Setting == setting).Select(o => o.Diffusion)]);
        MeanInterval Opposed(string setting) => MeanInterval.Of([.. outcomes.Where(o => o.Setting == setting).Select(o => o.Opposed)]);
        var permutations = Diffusion(DriftDiffusionRun.WithoutReplacement);
        var single = Diffusion(DriftDiffusionRun.OneBatch);
        var (lateDrift, lateDiffusion) = (Drift(DriftDiffusionRun.LatePath), Diffusion(DriftDiffusionRun.LatePath));
        return new($"Exponents with 95 % intervals where the parameters hardly move: drift {Drift(DriftDiffusionRun.ShortPath)}, diffusion "
            + $"{Diffusion(DriftDiffusionRun.ShortPath)}. "
            + $"Batches that are whole permutations have diffusion {permutations}: what they scatter cancels within an epoch. On the path of a trained "
                + $"network with "
            + $"ordinary steps the drift has {lateDrift} beside diffusion {lateDiffusion}, and the two sums have a cosine of "
                + $"{Opposed(DriftDiffusionRun.LatePath)} at the end "
            + $"(short steps: {Opposed(DriftDiffusionRun.ShortPath)}): where it is near −1, the mean gradient only undoes what the batches scattered.",
            [
                .. s_claimed.SelectMany(s => (Criterion[])
                [
                    Within($"{s}: the interval of the diffusion exponent meets {Short(0.5)} ± {Short(DiffusionBand)}", Diffusion(s), 0.5, DiffusionBand),
                    Within($"{s}: the interval of the drift exponent meets 1 ± {Short(DriftBand)}", Drift(s), 1, DriftBand),
                ]),
                .. s_claimed.Select(s => new Criterion(CriterionKind.Power, $"{s}: the interval of the diffusion exponent is no wider than ± "
                    + $"{Short(DiffusionBand)}",
                    Diffusion(s).HalfWidth <= DiffusionBand, $"± {Short(Diffusion(s).HalfWidth)}")),
                new(CriterionKind.Power, "whole permutations are told apart: their interval is below 0.4", permutations.High < 0.4, permutations.ToString()),
                new(CriterionKind.Power, "one batch over and over is told apart: its interval is above 0.9", single.Low > 0.9, single.ToString()),
            ],
            [.. outcomes.Select(Row)], [Table(outcomes, Drift, Diffusion, Opposed)], [Figure(outcomes)]);
    }

    private static Criterion Within(string condition, MeanInterval found, double expected, double band) =>
        new(CriterionKind.Claim, condition, found.Low <= expected + band && found.High >= expected - band, found.ToString());

    private static ExperimentRow Row(GrowthOutcome o) => new($"{o.Setting}/{Count(o.Seed)}", o.Setting, o.Setting)
    {
        Settings = [new("seed", Count(o.Seed))],
        Measurements =
        [
            new("drift", o.Drift, "exponent of ‖Σ∇L‖"),
            new("diffusion", o.Diffusion, "exponent of the root mean square of ‖Σ(∇L_batch − ∇L)‖"),
            new("opposed", o.Opposed, "cosine between the two sums at the end"),
        ],
    };

    private static ExperimentTable Table(GrowthOutcome[] outcomes, Func<string, MeanInterval> drift, Func<string, MeanInterval> diffusion,
        Func<string, MeanInterval> opposed) => new("Exponents",
        "Slopes in log-log over powers of two, mean over networks with 95 % interval (Student). At fixed parameters the drift is 1 by definition. "
        + "The last column is the number of steps after which drift exceeds diffusion.",
        ["batches and parameters", "#networks", "#drift", "#diffusion", "#cosine of the sums", "#steps until drift leads"],
        [.. DriftDiffusionRun.Settings.Select(s => (string[])[s, Count(outcomes.Count(o => o.Setting == s)), drift(s).ToString(),
            diffusion(s).ToString(), opposed(s).ToString(),
            Short(Quantiles.Median(outcomes.Where(o => o.Setting == s).Select(Crossing)))])]);

    private static double Crossing(GrowthOutcome o)
    {
        for (int i = 0; i < o.MeanSums.Length; i++)
            if (o.MeanSums[i] > o.CentredSums[i]) return 1 << i;
        return 1 << o.MeanSums.Length;
    }

    private static ExperimentFigure Figure(GrowthOutcome[] outcomes)
    {
        string[] shown = [DriftDiffusionRun.ShortPath, DriftDiffusionRun.LatePath, DriftDiffusionRun.WithoutReplacement, DriftDiffusionRun.OneBatch];
        GrowthOutcome[] first = [.. shown.Select(s => outcomes.First(o => o.Setting == s))];
        var head = new FigureHead("growth", "Sums of the two parts over steps", "Centred sums relative to one step after "
            + string.Join("; ", first.Select(o => $"{Count(1 << (o.CentredSums.Length - 1))} steps, {o.Setting}: "
                + $"{Short(o.CentredSums[^1] / o.CentredSums[0])}")));
        var chart = new Chart(Axis.Log("steps t", [1, 1024]), Axis.Log("sum, relative to one step", first.SelectMany(o => o.CentredSums.Select(v =>
            v / o.CentredSums[0])).Append(1024)), head);
        chart.Line("mean part, short steps", 1, Points(first[0].MeanSums), Marker.Square);
        for (int i = 0; i < first.Length; i++) chart.Line((i < 2 ? "centred, " : "") + shown[i], i + 2, Points(first[i].CentredSums), dash: i < 2 ? ""
            : "dash");
        return new(head.Id, head.Title, chart.ToString(), head.Description,
            "One network each. Independent batches scatter as √t; whole permutations cancel at the end of every epoch (12 steps); one batch is a drift "
                + "of its own.");
    }

    private static IEnumerable<Point> Points(double[] sums) => sums.Select((v, i) => new Point(1 << i, v / sums[0], $"t = {Count(1 << i)}: "
        + $"{Short(v / sums[0])}"));
}
