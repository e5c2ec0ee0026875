namespace KernelFlow;

/// <summary>Something was asked for that the analysis did not compute, because it was not asked to (<see cref="AnalysisExtent.ClaimsOnly"/>) or
/// forms no matrices (<see cref="AnalysisExtent.MatrixFree"/>).</summary>
public sealed class NotComputedException : InvalidOperationException
{
    /// <summary>Why everything that needs the operators is missing after an analysis of claims only.</summary>
    public const string ClaimsOnly = "only C1 to C4 and the recording were asked for (--claims-only), and the operators were not formed";

    /// <summary>Why everything that needs the operators as matrices is missing after a matrix-free analysis.</summary>
    public const string MatrixFree = "it needs the operators as matrices, and a matrix-free analysis only applies them to vectors";

    /// <summary>With the reason of claims only.</summary>
    public NotComputedException() : this(ClaimsOnly) { }

    /// <summary>With a reason.</summary>
    /// <param name="reason">Why it was not computed.</param>
    public NotComputedException(string reason) : this(reason, null) { }

    /// <summary>With a reason and what led to it.</summary>
    /// <param name="reason">Why it was not computed.</param>
    /// <param name="inner">What led to it.</param>
    public NotComputedException(string reason, Exception? inner) : base($"not computed: {reason}", inner) => Reason = reason;

    /// <summary>Why it was not computed.</summary>
    public string Reason { get; }

    /// <summary>The value, or this exception with the reason why there is none.</summary>
    internal static T Require<T>(Known<T> value)
    {
        const string prefix = "not computed: ";
        if (value.TryGet(out var known)) return known;
        string reason = value.Reason!;
        throw new NotComputedException(reason.StartsWith(prefix, StringComparison.Ordinal) ? reason[prefix.Length..] : reason);
    }
}
