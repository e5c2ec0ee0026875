namespace KernelFlow;

/// <summary>What a check concluded. A verdict follows from its number and its budget alone.</summary>
public enum Verdict
{
    /// <summary>The claim holds within its error budget.</summary>
    Holds,

    /// <summary>The claim fails by more than its error budget can explain.</summary>
    Violated,

    /// <summary>The error budget is unknown or too large to decide; the reason says which part.</summary>
    Undecided,

    /// <summary>Inclusion only: no mode is in the reservoir at the chosen threshold.</summary>
    Vacuous,

    /// <summary>A quantity that is reported, not judged.</summary>
    Measured,

    /// <summary>The run does not allow this check; the reason says what is missing.</summary>
    NotApplicable,

    /// <summary>The analysis was not asked for it: nothing is said of it, neither for nor against.</summary>
    NotComputed,
}
