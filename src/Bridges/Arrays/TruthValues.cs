using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>The check of truth values.</summary>
internal static class TruthValues
{
    /// <summary>Other readers make 1 of a byte that is neither 0 nor 1; whoever wrote it meant something else than true.</summary>
    /// <exception cref="InvalidRunException">There is one.</exception>
    public static void Require(ReadOnlySpan<double> values, long first, string location, string name)
    {
        int i = values.IndexOfAnyExcept(0, 1);
        if (i >= 0) throw new InvalidRunException(FormattableString.Invariant(
            $"{location}: {PrintableText.Name(name)}: found byte {values[i]} at index [{first + i}], expected 0 or 1."));
    }
}
