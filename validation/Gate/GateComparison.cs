using KernelFlow.Validation.Seeded;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Gate;

/// <summary>The variants of one task beside AdamW, each at the best of the same learning rates.</summary>
/// <param name="Task">What was trained.</param>
/// <param name="Outcomes">All its trainings.</param>
/// <param name="Grid">The learning rates.</param>
/// <param name="Limit">Steps that count where the accuracy is not reached.</param>
internal sealed record GateComparison(GateTask Task, GateOutcome[] Outcomes, double[] Grid, int Limit)
{
    /// <summary>The trainings of a variant at a rate, by seed.</summary>
    public GateOutcome[] At(string variant, double rate) => [.. Outcomes.Where(o => o.Variant == variant && o.Rate == rate).OrderBy(o => o.Seed)];

    /// <summary>The rate with the largest mean score.</summary>
    public double Best(string variant) => Grid.MaxBy(rate => At(variant, rate).Average(Score));

    /// <summary>Trainings of AdamW at its best rate that do not reach the accuracy.</summary>
    public int Never => At(GateRun.Adam, Best(GateRun.Adam)).Count(o => o.Steps is null);

    /// <summary>Score of a variant less that of AdamW on the same seeds: the logarithm of the ratio of steps, or a difference of accuracies.</summary>
    public MeanInterval Against(string variant) => Against(variant, Best(GateRun.Adam));

    /// <summary>The ratio of steps where AdamW has the rate that suits it least.</summary>
    public double AgainstWorst(string variant) => Math.Exp(Against(variant, Grid.MinBy(rate => At(GateRun.Adam, rate).Average(Score))).Mean);

    /// <summary>The comparison with its interval, as a ratio or a difference.</summary>
    public string Text(string variant)
    {
        var score = Against(variant);
        double Shown(double x) => Task.ByAccuracy ? x : Math.Exp(x);
        return double.IsFinite(score.HalfWidth) ? $"{Short(Shown(score.Mean))} ({Short(Shown(score.Low))} to {Short(Shown(score.High))})"
            : $"{Short(Shown(score.Mean))} (one run)";
    }

    private MeanInterval Against(string variant, double baseline) =>
        MeanInterval.Of([.. At(variant, Best(variant)).Zip(At(GateRun.Adam, baseline), (a, b) => Score(a) - Score(b))]);

    private double Score(GateOutcome o) => Task.ByAccuracy ? o.Accuracy : -Math.Log(Math.Max(1, o.Steps ?? Limit));
}
