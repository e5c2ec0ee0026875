namespace KernelFlow.Spectral;

/// <summary>The dimension of the null space of a positive semidefinite matrix known to rounding, with the gap in its spectrum that justifies it.</summary>
/// <param name="Dimension">Number of eigenvalues at or below the floor; negative ones (rounding) are among them.</param>
/// <param name="Floor">What rounding alone can make of an eigenvalue 0, in the units of the eigenvalues.</param>
/// <param name="SmallestKept">Smallest eigenvalue above the floor; null when there is none.</param>
/// <param name="LargestDropped">Largest eigenvalue at or below the floor; null when the null space is {0}.</param>
public sealed record NumericalNullSpace(int Dimension, double Floor, double? SmallestKept, double? LargestDropped)
{
    private const double Clearance = 10;

    /// <summary>SmallestKept/max(LargestDropped, Floor): by how much the spectrum steps down to the null space. Null when
    /// nothing is kept or the floor is 0.</summary>
    public double? GapRatio => SmallestKept is { } kept && Math.Max(LargestDropped ?? 0, Floor) is > 0 and var dropped ? kept / dropped : null;

    /// <summary>Whether the dimension does not depend on where exactly the floor lies: no eigenvalue within a factor of ten above it.</summary>
    public bool IsClear => SmallestKept is not { } kept || kept >= Clearance * Floor;

    /// <summary>The null space of a matrix with the given eigenvalues.</summary>
    /// <param name="values">Eigenvalues in any order.</param>
    /// <param name="floor">Rounding, N·ε·λ_1 for a dense solver with ε of the stored type.</param>
    /// <exception cref="ArgumentException">A value is not finite, or the floor is negative or NaN.</exception>
    public static NumericalNullSpace Of(IReadOnlyList<double> values, double floor)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (!(floor >= 0) || !double.IsFinite(floor))
            throw new ArgumentException(FormattableString.Invariant($"floor: found {floor}, expected a finite number from 0."), nameof(floor));
        int dimension = 0;
        double? kept = null, dropped = null;
        for (int j = 0; j < values.Count; j++)
        {
            double v = values[j];
            if (!double.IsFinite(v)) throw new ArgumentException(FormattableString.Invariant($"Eigenvalue {j} is {v}."), nameof(values));
            if (v <= floor)
            {
                dimension++;
                dropped = Math.Max(v, dropped ?? v);
            }
            else kept = Math.Min(v, kept ?? v);
        }
        return new NumericalNullSpace(dimension, floor, kept, dropped);
    }
}
