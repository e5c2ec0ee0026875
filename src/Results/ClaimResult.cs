namespace KernelFlow;

/// <summary>One claim of the theory, checked: a number, its error budget and the verdict that follows.</summary>
/// <param name="Id">"C1", or an id of the user's own.</param>
/// <param name="Name">What it says, in words.</param>
/// <param name="Verdict">The conclusion.</param>
public sealed record ClaimResult(string Id, string Name, Verdict Verdict)
{
    /// <summary>What it is confronted with.</summary>
    public ClaimKind Kind { get; init; } = ClaimKind.Measured;

    /// <summary>What it says, as a sentence or a formula; empty when nobody wrote it down.</summary>
    public string Statement { get; init; } = "";

    /// <summary>The defect, relative: ‖predicted − recorded‖₂/‖recorded‖₂ for data claims; the claim's own ratio for claims that test the code. Null when not computed.</summary>
    public double? RelativeError { get; init; }

    /// <summary>Pearson correlation of predicted and recorded values over the stacked outputs; null where it has no meaning.</summary>
    public double? Correlation { get; init; }

    /// <summary>Limit on the sum of the budget above which a data claim is <see cref="Verdict.Undecided"/>; null for claims that test the code.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Why the number may be off; null when nothing was computed.</summary>
    public ErrorBudget? Budget { get; init; }

    /// <summary>Text for the reader; required for Undecided and NotApplicable.</summary>
    public string? Reason { get; init; }
}

/// <summary>The parts of an error, all relative to the same denominator as the error they belong to. Null means unknown; the reason says why.</summary>
/// <param name="Integration">Error of the time integration.</param>
/// <param name="Interpolation">Error of interpolating the kernel between checkpoints.</param>
/// <param name="Descent">Difference between gradient flow and the recorded gradient-descent steps.</param>
/// <param name="Rounding">Rounding of arithmetic and of stored numbers.</param>
public sealed record ErrorBudget(double? Integration, double? Interpolation, double? Descent, double? Rounding)
{
    /// <summary>Why <see cref="Integration"/> is unknown.</summary>
    public string? IntegrationReason { get; init; }

    /// <summary>Why <see cref="Interpolation"/> is unknown.</summary>
    public string? InterpolationReason { get; init; }

    /// <summary>Why <see cref="Descent"/> is unknown.</summary>
    public string? DescentReason { get; init; }

    /// <summary>The sum of the parts; null when one is unknown.</summary>
    public double? Sum => Integration + Interpolation + Descent + Rounding;

    /// <summary>The sum of the known parts.</summary>
    public double Known => (Integration ?? 0) + (Interpolation ?? 0) + (Descent ?? 0) + (Rounding ?? 0);

    /// <summary>Name of the largest known part; null when all of them are 0 or unknown.</summary>
    public string? LargestPart
    {
        get
        {
            (string Name, double? Value)[] parts = [("integration", Integration), ("interpolation", Interpolation), ("descent", Descent), ("rounding", Rounding)];
            var (name, value) = parts.MaxBy(p => p.Value ?? 0);
            return value > 0 ? name : null;
        }
    }
}
