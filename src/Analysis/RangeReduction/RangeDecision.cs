using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>Whether a flow is reduced, and to what.</summary>
/// <param name="Range">The range; null where the whole flow is integrated.</param>
/// <param name="Limit">What the bound must not exceed once the norms of the operators are known; null where a dimension was asked for.</param>
internal sealed record RangeDecision(RangeReduction? Range, double? Limit)
{
    /// <summary>The whole flow.</summary>
    public static RangeDecision Whole { get; } = new(null, null);

    // A range is chosen by norms that the operators would have if kernels commuted; half of the tolerance leaves room for what they are.
    private const double Margin = 0.5;

    /// <summary>Decides.</summary>
    /// <param name="input">What was read, with the choice.</param>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="tolerance">The tolerance of the integration.</param>
    /// <param name="cancellation">Honoured between kernels.</param>
    /// <param name="worth">Flops of the steps below which the tool does not look for a range.</param>
    /// <exception cref="ArgumentException">A reduction was asked for, and there can be none.</exception>
    public static RangeDecision Of(AnalysisInput input, KernelTrajectory trajectory, double tolerance, CancellationToken cancellation,
        double worth = RangeCost.Worth)
    {
        var choice = input.Options.Reduction;
        if (choice.IsOff) return Whole;
        using var span = WorkSpans.Begin("range reduction");
        if (Obstacle(input, trajectory) is { } obstacle) return choice.IsAsked ? throw Refused(obstacle) : Whole;
        int N = trajectory.TrainSize;
        if (!choice.IsAsked && !RangeCost.MayPay(N, trajectory.Intervals, worth)) return Whole;
        if (choice.Rank >= N) throw Refused(FormattableString.Invariant($"a range of {choice.Rank} is no reduction of N = {N}"));
        var search = new RangeSearch((InterpolatedTrajectory)trajectory, input.Checkpoints.HasJacobians, input.Backend);
        if (choice.Rank is { } asked)
        {
            search.Project(asked, cancellation);
            return new(Refined(search.Reduce(asked)), null);
        }
        double limit = choice.Tolerance ?? tolerance;
        int terms = RangeCost.Terms((InterpolatedTrajectory)trajectory), M = trajectory.TestSize;
        int most = choice.IsAsked ? N - 1 : RangeCost.Largest(N, M, trajectory.Intervals, terms);
        int projected = Math.Min(Math.Max(1, search.NumericalRank), most);
        // What is left out of W_S has a trace of up to d, whatever the rest of the bound is: where that alone is too much nothing needs to be projected.
        if (most < 1 || !choice.IsAsked && search.Least(projected) > Margin * limit) return Whole;
        search.Project(projected, cancellation);
        if (search.Smallest(Margin * limit) is { } rank) return new(Refined(search.Reduce(rank)), limit);
        // Kernels know what is left out to their rounding, which for a tight tolerance is too much; where Jacobians were recorded they know it to its square.
        var largest = Refined(search.Reduce(projected));
        double expected = search.Expected(largest);
        if (expected <= Margin * limit) return new(largest, limit);
        return choice.IsAsked
            ? throw Refused(FormattableString.Invariant($"no range of fewer than N = {N} dimensions is known to leave a relative error of {limit:G2}; ")
                + FormattableString.Invariant($"with {projected} dimensions it may be {expected:G2}"))
            : Whole;

        RangeReduction Refined(RangeReduction range) => input.Checkpoints.HasJacobians && range.Whole.Interpolants is not null
            ? range.WithResiduals(input.Checkpoints, input.Backend, cancellation) : range;
    }

    /// <summary>The refusal of a reduction that was asked for.</summary>
    public static ArgumentException Refused(string reason) => new($"reduce: {reason}; use auto or off.");

    /// <summary>Why a flow was reduced, for the reader.</summary>
    public static string Reason(AnalysisOptions options, double tolerance) => options.Reduction switch
    {
        { Rank: { } rank } => FormattableString.Invariant($"{rank} dimensions were asked for"),
        { Tolerance: { } asked } => FormattableString.Invariant($"a bound of {asked:G2} was asked for"),
        _ => FormattableString.Invariant($"auto: the bound is below the tolerance of the integration, {tolerance:G2}"),
    };

    private static string? Obstacle(AnalysisInput input, KernelTrajectory trajectory)
    {
        if (RangeReduction.Obstacle(trajectory) is { } obstacle) return obstacle;
        if (input.Options.IsByInterval) return "intervals that are integrated on their own are those of the whole flow";
        if (input.Options.Solver == EigenSolver.GolubKahan) return "golub-kahan factors the steps of the whole flow";
        // With cross blocks the interpolant is quadratic in K, and nothing says that it is positive semidefinite between checkpoints.
        return !input.Checkpoints.HasJacobians && input.Kernels.InterpolatesJacobian
            ? "kernel blocks with cross blocks do not show whether K_SS is positive semidefinite between checkpoints" : null;
    }
}
