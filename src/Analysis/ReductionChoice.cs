using System.Globalization;

namespace KernelFlow;

/// <summary>Whether the flow is integrated on the range that the kernels have in common (docs/theory/factor.md, section 7): left to the tool, not at all, on a
/// range of given dimension, or on the smallest one whose bound of truncation is below a tolerance.</summary>
public sealed record ReductionChoice
{
    /// <summary>The names of <see cref="Auto"/> and <see cref="Off"/> on the command line.</summary>
    public const string AutoName = "auto", OffName = "off";

    private ReductionChoice(int? rank, double? tolerance, bool isOff) => (Rank, Tolerance, IsOff) = (rank, tolerance, isOff);

    /// <summary>Reduced where the bound is below the tolerance of the integration and the range small enough to save time.</summary>
    public static ReductionChoice Auto { get; } = new(null, null, false);

    /// <summary>Never reduced.</summary>
    public static ReductionChoice Off { get; } = new(null, null, true);

    /// <summary>The dimension asked for; null where none was.</summary>
    public int? Rank { get; }

    /// <summary>The bound asked for, of the relative Frobenius errors of P, W_S, G_S and G_Q; null where none was.</summary>
    public double? Tolerance { get; }

    /// <summary>Whether it is <see cref="Off"/>.</summary>
    public bool IsOff { get; }

    /// <summary>Whether a reduction was asked for; it is refused with the reason where there can be none.</summary>
    public bool IsAsked => Rank is not null || Tolerance is not null;

    /// <summary>A range of a dimension.</summary>
    /// <param name="rank">r, at least 1.</param>
    public static ReductionChoice OfRank(int rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rank);
        return new(rank, null, false);
    }

    /// <summary>The smallest range whose bound is below a tolerance.</summary>
    /// <param name="tolerance">Above 0 and below 1.</param>
    public static ReductionChoice OfTolerance(double tolerance) => tolerance is > 0 and < 1
        ? new(null, tolerance, false)
        : throw new ArgumentOutOfRangeException(nameof(tolerance), tolerance, "A tolerance of the reduction is above 0 and below 1.");

    /// <summary>The number, "auto" or "off".</summary>
    public override string ToString() => Rank?.ToString(CultureInfo.InvariantCulture) ?? Tolerance?.ToString("R", CultureInfo.InvariantCulture)
        ?? (IsOff ? OffName : AutoName);
}
