using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Budgets;

/// <summary>The tolerance of the integration where it is left to the tool: a share of the smallest part that interpolation and finite steps have in the
/// budget of a claim, both known as vectors before anything is integrated as a matrix (docs/methods.md derives the share).</summary>
/// <param name="Value">Bound on the estimated relative Frobenius error of P, W_S and G_Q.</param>
/// <param name="Reason">Why, where it was left to the tool; null where it was asked for.</param>
internal readonly record struct BudgetTolerance(double Value, string? Reason)
{
    /// <summary>The tolerance wherever nothing allows a larger one.</summary>
    public const double Tight = 1e-8;

    // From here on steps are as long as the initial layer and the interval allow, so that a larger tolerance saves nothing.
    private const double Loosest = 1e-4;

    // The integration part of a claim comes out near the tolerance (0.7 to 1.5 times), so that it stays near one hundredth of the budget.
    private const double Share = 0.01;

    // The error of P is largest in modes that are nearly dissipated, of which W_S is a constant less PᵀP: gᵀW_S g is known so much better than P, or more.
    private const double KnownBetter = 10;

    /// <summary>The tight tolerance, for a stated reason.</summary>
    public static BudgetTolerance TightBecause(string reason) => new(Tight, reason);

    /// <summary>The tolerance that leaves the budgets of C1 to C4 what they are.</summary>
    /// <param name="input">What was read.</param>
    /// <param name="interpolation">The estimate of interpolation.</param>
    /// <param name="steps">The recorded steps on the interpolant.</param>
    public static BudgetTolerance Of(AnalysisInput input, Known<InterpolationEstimate> interpolation, Known<Prediction> steps)
    {
        // What an inconsistent recording adds to a budget says nothing of how well the flow must be known.
        if (input.FailingIntervals.Count > 0 || input.InconsistentReason is not null) return TightBecause("auto: recorded outputs contradict each other");
        if (!interpolation.TryGet(out var estimate)) return TightBecause($"auto: {interpolation.Reason}");
        var (least, where) = Smallest(input, estimate, steps);
        if (!double.IsFinite(least)) return TightBecause("auto: nothing moved");
        return new BudgetTolerance(Decade(Math.Clamp(Share * least, Tight, Loosest)), FormattableString.Invariant(
            $"auto: {Share} of what interpolation and finite steps leave unknown, {least:G2} ({where}), as a decade from {Tight:0e-0} to {Loosest:0e-0}"));
    }

    // Estimates that differ by rounding, as with another backend, give the same steps.
    private static double Decade(double value)
    {
        double[] decades = [1e-4, 1e-5, 1e-6, 1e-7];
        foreach (double decade in decades)
            if (value >= decade) return decade;
        return Tight;
    }

    /// <summary>The smallest part that interpolation and finite steps have in the budget of C1 to C4, and which claim it is.</summary>
    public static (double Part, string Claim) Smallest(AnalysisInput input, InterpolationEstimate estimate, Known<Prediction> steps)
    {
        var main = estimate.Prediction;
        (double, string) least = (double.PositiveInfinity, "");
        foreach (var (claim, distance) in Distances(input, main))
        {
            double part = estimate.Error(main, distance) + (steps.TryGet(out var replayed) ? distance(replayed) : 0);
            // A part that is no number leaves the claim undecided whatever the tolerance is.
            if (part < least.Item1) least = (part, claim);
        }
        return least;
    }

    // As in the claims: distances relative to what was recorded.
    private static IEnumerable<(string Claim, Func<Prediction, double> Distance)> Distances(AnalysisInput input, Prediction main)
    {
        var outputs = input.Outputs;
        if (outputs.Losses[0] is { } start && outputs.Losses[^1] is { } end && end != start)
            yield return ("C1", other => KnownBetter * Math.Abs(other.LossChange - main.LossChange) / Math.Abs(end - start));
        double gradient = VectorMath.Norm(input.StartGradient);
        if (gradient > 0)
            yield return ("C2", other => other.Gradients.Max(p => VectorMath.Distance(p.Value, main.Gradients[p.Key])) / gradient);
        double train = VectorMath.Distance(outputs.TrainOutputs[^1], outputs.TrainOutputs[0]);
        if (train > 0) yield return ("C3", other => VectorMath.Distance(other.Train, main.Train) / train);
        double test = VectorMath.Distance(outputs.TestOutputs[^1], outputs.TestOutputs[0]);
        if (test > 0) yield return ("C4", other => VectorMath.Distance(other.Test, main.Test) / test);
    }
}
