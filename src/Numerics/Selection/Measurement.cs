namespace KernelFlow.Numerics.Selection;

/// <summary>What was measured.</summary>
/// <param name="Rates">What each usable library did.</param>
/// <param name="Refused">Libraries that were there and not usable: name, and why.</param>
/// <param name="Settled">Whether the tries agreed in the end and the machine had time for them.</param>
internal sealed record Measurement(IReadOnlyList<LibraryRates> Rates, IReadOnlyList<(string Name, string Reason)> Refused, bool Settled);
