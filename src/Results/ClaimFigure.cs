namespace KernelFlow;

/// <summary>A named number that a claim rests on, beside its error: what tells one cause from another.</summary>
/// <param name="Name">What it is, in lower case: one of <see cref="WellKnownFigures"/>, or a name of the claim's own.</param>
/// <param name="Value">The number.</param>
public sealed record ClaimFigure(string Name, double Value);
