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

    /// <summary>The defect, relative: ‖predicted − recorded‖₂/‖recorded‖₂ for data claims; the claim's own number for claims about the recording and those
    /// that test the code.
    /// Unknown when not computed.</summary>
    public Known<double> RelativeError { get; init; }

    /// <summary>Pearson correlation of predicted and recorded values over the stacked outputs; null where it has no meaning.</summary>
    public double? Correlation { get; init; }

    /// <summary>Limit on the sum of the budget above which a data claim cannot hold; the limit that the number of a consistency claim must not exceed; null for
    /// claims that test the code.</summary>
    public double? Tolerance { get; init; }

    /// <summary>Why the number may be off; null when nothing was computed.</summary>
    public ErrorBudget? Budget { get; init; }

    /// <summary>Named numbers beside the error, from which causes can be told; empty where there are none.</summary>
    public IReadOnlyList<ClaimFigure> Figures { get; init; } = [];

    /// <summary>The number with that name in <see cref="Figures"/>; null where there is none.</summary>
    public double? Figure(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Figures.FirstOrDefault(f => f.Name == name)?.Value;
    }

    /// <summary>Text for the reader; required for Undecided and NotApplicable.</summary>
    public string? Reason { get; init; }
}
