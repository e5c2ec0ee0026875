using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting;

/// <summary>The sentences that every report and the command line share.</summary>
public static class Narrative
{
    /// <summary>A number of modes, or "an unknown number".</summary>
    public static string Count(Known<int> number) => number.TryGet(out int known) ? NumberText.Count(known) : "an unknown number";

    /// <summary>What a claim is confronted with: recorded data, the recording itself, the code's own mathematics, or nothing.</summary>
    public static string Tests(ClaimResult claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return claim.Verdict == Verdict.Measured ? "measured" : claim.Kind switch { ClaimKind.Data => "data",
            ClaimKind.Consistency => "recording", ClaimKind.Code or ClaimKind.Inclusion => "code", _ => "measured" };
    }

    /// <summary>What the recorded data say about the prediction of the test outputs, in one sentence; null when that claim was not computed.</summary>
    public static string? Prediction(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        if (analysis.Claims.FirstOrDefault(c => c.Id == WellKnownClaims.TestTransfer) is not { } claim || !claim.RelativeError.TryGet(out double error))
            return null;
        string sources = claim.Budget is { Sum: { } sum } known
            ? $"known error sources add up to {Percent(sum)}" + (known.LargestPart is { } largest ? $", most of it {Source(analysis, largest)}" : "")
            : claim.Budget is { } budget ? $"known error sources add up to {Percent(budget.SumOfKnown)}, and one is unknown" : "its error sources are "
                + "unknown";
        return $"Predicted against recorded test outputs: relative error {Percent(error)} ({sources}; {claim.Id} {Word(claim.Verdict)})"
            + (analysis.KnownEvolution.TryGet(out var evolution) ? $", while the kernel {Moved(evolution.PeakDrift)}." : ".");
    }

    /// <summary>Flow or descent, why, and what that means, in one or two sentences.</summary>
    public static string Mode(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        string why = analysis.Options.ModeReason is { } reason ? $", chosen because {reason}" : ", as asked for";
        return analysis.Descent is { } d
            ? $"Descent mode{why}. The operators are those of the recorded steps of {d.Optimizer} themselves, "
                + $"not of their continuous limit. {Quadrature(d.Quadrature)}"
            : $"Flow mode{why}. Training is taken as gradient flow, the limit of small steps; what that leaves out is the part of each budget called "
                + "descent.";
    }

    /// <summary>Descent mode: how near the steps came to the edge of stability, and what that does to errors; null in flow mode.</summary>
    public static string? Stability(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        if (analysis.Descent is not { } d) return null;
        string z = $"The largest z = η λ_max(BK) is {Short(d.LargestZ)}, at step {NumberText.Count(d.LargestZStep)} of the window; the edge of stability "
            + $"is {Short(d.StabilityEdge)}. ";
        string growth = d.Amplification > 1 ? $"Errors made early can grow by a factor of {Short(d.Amplification)} in the stiffest direction"
            : "Errors made early do not grow";
        string end = !d.Decidable ? ": too far past the edge for claims against data to be decided." : ".";
        return z + growth + end + (d.PeakPropagator > 1 ? $" The propagator itself grew to {Short(d.PeakPropagator)} times its initial norm." : "");
    }

    private static string Quadrature(DescentQuadrature rule) => rule switch
    {
        DescentQuadrature.Midpoint => "Their Jacobians are averaged along each step by Simpson's rule, with the recorded midpoints.",
        DescentQuadrature.Trapezium => "Their Jacobians are averaged along each step by the trapezium rule; "
            + "recorded midpoints would make that far more accurate.",
        _ => "Not every step was recorded: the Jacobian at each step's time is interpolated between checkpoints.",
    };

    /// <summary>What W_S and G_Q have in common: quadrature nodes, or steps.</summary>
    public static string Shared(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        return analysis.Descent is null ? "quadrature nodes" : "steps";
    }

    // In exact descent nothing is interpolated: the quadrature along the steps takes that place.
    private static string Source(ReservoirAnalysis analysis, string part) =>
        part == "interpolation" && analysis.Descent is { Quadrature: not DescentQuadrature.Interpolated } ? "the average of the Jacobian along each step"
            : part == "descent" ? "the difference between descent and flow" : part;

    private static string Moved(double drift) => drift < 1 ? $"changed by {Percent(drift)} of its initial norm"
        : $"changed by {Short(drift)} times its initial norm";

    /// <summary>The sum of a budget: "3.1 %", "≥ 3.1 % (one part unknown)", or a dash.</summary>
    public static string Sum(ErrorBudget? budget) => budget is null ? None : budget.Sum is { } sum ? Short(sum) : $"≥ {Short(budget.SumOfKnown)}";

    /// <summary>The reasons of a claim and of unknown parts of its budget, joined.</summary>
    public static string Reasons(ClaimResult claim)
    {
        ArgumentNullException.ThrowIfNull(claim);
        var parts = new List<string>();
        void Add(string? label, string? reason)
        {
            // The claim's own reason may already quote that of the part.
            if (!string.IsNullOrWhiteSpace(reason) && !parts.Any(p => p.Contains(reason.Trim(), StringComparison.Ordinal)))
                parts.Add(label is null ? reason.Trim() : $"{label}: {reason.Trim()}");
        }
        Add(null, claim.Reason);
        foreach (var (name, value) in claim.Budget?.Parts ?? []) Add(name, value.Reason);
        return string.Join("; ", parts);
    }

    /// <summary>What the threshold applies to.</summary>
    public static string Measure(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        return !analysis.Spectrum.DissipatedFraction.IsKnown ? "λ_j/λ_1" : "dissipated fraction 2βλ_j";
    }

    /// <summary>A verdict in words.</summary>
    public static string Word(Verdict verdict) => verdict switch
    {
        Verdict.NotApplicable => "not applicable",
        Verdict.NotComputed => "not computed",
        _ => verdict.ToString().ToLowerInvariant(),
    };

    /// <summary>What each verdict means.</summary>
    public static IReadOnlyList<(Verdict Verdict, string Meaning)> Meanings { get; } =
    [
        (Verdict.Holds, "the figure is within its bound; for claims against data, at most three times the sum of an error budget within the tolerance"),
        (Verdict.Violated, "the figure exceeds its bound; for claims against data, three times the sum of its error budget"),
        (Verdict.Undecided, "a part of the budget is unknown, the budget is larger than the tolerance, or the recording contradicts itself: this run "
            + "cannot tell"),
        (Verdict.Vacuous, "inclusion only: no mode is in the reservoir at this threshold, so nothing was tested"),
        (Verdict.Measured, "reported, not judged"),
        (Verdict.NotApplicable, "the run does not allow this check"),
        (Verdict.NotComputed, "the analysis was not asked for it, so nothing is said of it"),
    ];
}
