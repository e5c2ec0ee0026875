using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Coupling;

/// <summary>What the verdict of the coupling table rests on.</summary>
internal static class CouplingCriteria
{
    /// <summary>Limit on C4 where every step was recorded with its midpoint.</summary>
    public const double StepError = 1e-4;

    /// <summary>A control fails visibly when its error is so many times its budget.</summary>
    public const double VisibleFailure = 10;

    private const int FewestRuns = 8;
    private const double LowDrift = 0.1, HighDrift = 10;

    // The claims each control must break. The foreign J_Q leaves C2 alone, which it does not enter.
    private static readonly (string Group, string[] Claims)[] s_controls =
        [(CouplingRows.NoPropagator, [CouplingClaims.Transport, CouplingClaims.Transfer]),
            (CouplingRows.ForeignTest, [CouplingClaims.Transfer, CouplingClaims.Coupling])];

    /// <summary>All of them, those of the claim first.</summary>
    public static IEnumerable<Criterion> Of(IReadOnlyList<ExperimentRow> rows)
    {
        var runs = In(rows, CouplingRows.Recorded);
        yield return Budgets(runs);
        yield return Steps(runs);
        yield return Decided(runs);
        yield return Range(runs);
        foreach (var (group, claims) in s_controls) yield return Control(In(rows, group), group, claims);
        yield return FrozenKernel(In(rows, CouplingRows.Frozen));
    }

    /// <summary>The findings in a few sentences.</summary>
    public static string Conclusion(IReadOnlyList<ExperimentRow> rows)
    {
        var runs = In(rows, CouplingRows.Recorded);
        string Worst(Func<ExperimentRow, bool> which) =>
            runs.Any(which) ? Short(runs.Where(which).Max(r => r.Claim(CouplingClaims.Transfer).RelativeError.OrNull())) : None;
        string Least(string group) => Short(In(rows, group).Min(r => r.Claim(CouplingClaims.Transfer).RelativeError.OrNull()));
        return $"{Count(runs.Length)} recorded runs, kernel drift {Short(runs.Min(Drift))} to {Short(runs.Max(Drift))}. Predicted test displacement "
            + "(C4): relative error at most "
            + $"{Worst(r => !EveryStep(r))} between sparse checkpoints and {Worst(EveryStep)} on recorded steps; without a propagator at least "
            + $"{Least(CouplingRows.NoPropagator)}, "
            + $"with a foreign J_Q at least {Least(CouplingRows.ForeignTest)}. Coupling (C8): error at most "
            + $"{Short(runs.Max(r => r.Claim(CouplingClaims.Coupling).RelativeError.OrNull()))}, "
            + $"correlation at least {Short(runs.Min(r => r.Claim(CouplingClaims.Coupling).Correlation), 6)} (published for a drift that peaks at "
            + $"{Short(CouplingExperiment.PublishedDrift)}, in a setting that is not public: {Short(CouplingExperiment.PublishedError)} and "
            + $"{Short(CouplingExperiment.PublishedCorrelation)}). "
            + "Correlation alone decides nothing: the recorded g integrated without any propagator reaches "
            + $"{Short(runs.Min(r => r.Measured(CouplingRows.IntegratedCorrelation)), 5)} or more.";
    }

    /// <summary>Rows of a group.</summary>
    public static ExperimentRow[] In(IReadOnlyList<ExperimentRow> rows, string group) => [.. rows.Where(r => r.Group == group)];

    /// <summary>Kernel drift of the run that a row belongs to.</summary>
    public static double Drift(ExperimentRow row) => row.Measured(CouplingRows.Drift) ?? double.NaN;

    /// <summary>Whether the row is about recorded steps, not about their limit.</summary>
    public static bool EveryStep(ExperimentRow row) => row.Settings.Any(s => s is { Name: CouplingRows.Mode, Value: "descent" });

    /// <summary>Error relative to the budget; null when a part of it is unknown.</summary>
    public static double? Ratio(ClaimResult claim) => claim.Budget?.Sum is { } sum ? claim.RelativeError.OrNull() / sum : null;

    private static bool IsJudged(ClaimResult claim) => claim.Verdict is Verdict.Holds or Verdict.Violated or Verdict.Undecided;

    private static Criterion Budgets(ExperimentRow[] runs)
    {
        var judged = runs.SelectMany(r => r.Claims.Where(IsJudged).Select(c => (r.Id, Claim: c))).ToArray();
        var broken = judged.Where(j => j.Claim.Verdict == Verdict.Violated).ToArray();
        var (id, claim) = judged.MaxBy(j => Ratio(j.Claim) ?? 0);
        return new(CriterionKind.Claim,
            "On every recorded run the error of C2, C4 and, where the theory implies it, C8 is at most three times its budget", broken.Length == 0,
            broken.Length > 0 ? "violated: " + string.Join("; ", broken.Select(b => $"{b.Claim.Id} on {b.Id} ({b.Claim.Reason})"))
            : $"{Count(judged.Length)} figures; largest error relative to its budget: {Short(Ratio(claim))} ({claim.Id} on {id}: "
                + $"{Short(claim.RelativeError.OrNull())} against {Short(claim.Budget?.Sum)})");
    }

    private static Criterion Steps(ExperimentRow[] runs)
    {
        var steps = runs.Where(EveryStep).ToArray();
        string condition = $"Where every step was recorded with its midpoint, the error of C4 is at most {Short(StepError)}";
        if (steps.Length == 0) return new(CriterionKind.Power, condition, false, "no such run");
        var worst = steps.MaxBy(r => r.Claim(CouplingClaims.Transfer).RelativeError.OrNull())!;
        double? error = worst.Claim(CouplingClaims.Transfer).RelativeError.OrNull();
        // An error that is not a number refutes nothing; it decides nothing either.
        return new(error is { } number && double.IsFinite(number) ? CriterionKind.Claim : CriterionKind.Power, condition, error <= StepError,
            $"{Count(steps.Length)} runs; largest {Short(error)} ({worst.Id})");
    }

    private static Criterion Decided(ExperimentRow[] runs)
    {
        static bool IsUndecided(ClaimResult c) =>
            c.Verdict is not (Verdict.Holds or Verdict.Violated) && (c.Id != CouplingClaims.Coupling || c.Verdict == Verdict.Undecided);
        string[] undecided = [.. runs.SelectMany(r => r.Claims.Where(IsUndecided).Select(c => $"{c.Id} on {r.Id} ({c.Reason})"))];
        double? budget = runs.SelectMany(r => r.Claims).Where(IsJudged).Max(c => c.Budget?.Sum);
        return new(CriterionKind.Power, "Every budget is known and small enough to decide C2 and C4", undecided.Length == 0,
            undecided.Length > 0 ? string.Join("; ", undecided)
                : $"largest budget: {Short(budget)}, limit {Short(runs[0].Claim(CouplingClaims.Transfer).Tolerance)}");
    }

    private static Criterion Range(ExperimentRow[] runs) =>
        new(CriterionKind.Power, $"At least {Count(FewestRuns)} runs, with kernel drifts from below {Short(LowDrift)} to above {Short(HighDrift)}",
            runs.Length >= FewestRuns && runs.Min(Drift) <= LowDrift && runs.Max(Drift) >= HighDrift,
            $"{Count(runs.Length)} runs, drifts {Short(runs.Min(Drift))} to {Short(runs.Max(Drift))}");

    private static Criterion Control(ExperimentRow[] rows, string group, string[] claims)
    {
        // C8 is a claim only where the theory implies it.
        var checks = rows.SelectMany(r => r.Claims.Where(c => claims.Contains(c.Id) && c.Verdict != Verdict.Measured).Select(c => (r.Id, Claim: c))).ToArray();
        string[] passing = [.. checks.Where(c => !(c.Claim.Verdict == Verdict.Violated && Ratio(c.Claim) >= VisibleFailure))
            .Select(c => $"{c.Claim.Id} on {c.Id}")];
        return new(CriterionKind.Power,
            $"The control '{group}' fails {string.Join(" and ", claims)} on every run, by {Count((long)VisibleFailure)} times its budget or more",
            passing.Length == 0 && checks.Length > 0,
            passing.Length > 0 ? "not failed: " + string.Join("; ", passing)
            : $"{Count(checks.Length)} figures; smallest error {Short(checks.Min(c => c.Claim.RelativeError.OrNull()))}, smallest multiple of the budget "
                + $"{Short(checks.Min(c => Ratio(c.Claim)))}");
    }

    private static Criterion FrozenKernel(ExperimentRow[] rows)
    {
        var moved = rows.Where(r => Drift(r) >= 1).ToArray();
        string[] passing = [.. moved.Where(r => r.Claim(CouplingClaims.Transfer).Verdict != Verdict.Violated).Select(r => r.Id)];
        return new(CriterionKind.Power,
            "Where the kernel moved by its own size or more, the kernel of the start does not predict C4: the movement matters",
            moved.Length > 0 && passing.Length == 0,
            moved.Length == 0 ? "no kernel moved so far" : passing.Length > 0 ? "predicted by the frozen kernel: " + string.Join("; ", passing)
            : $"{Count(moved.Length)} runs; smallest error of the frozen kernel "
                + $"{Short(moved.Min(r => r.Claim(CouplingClaims.Transfer).RelativeError.OrNull()))}");
    }
}
