namespace KernelFlow.Spectral;

/// <summary>How far an eigenspace of a symmetric matrix can be from the one asked for, given how far the matrix or the residual is off.</summary>
/// <remarks>Source: Davis &amp; Kahan 1970, <i>The rotation of eigenvectors by a perturbation III</i>. Angles in radians;
/// π/2 says that nothing can be said.</remarks>
public static class DavisKahan
{
    /// <summary>Bound on the largest principal angle between the eigenspaces of A and A + E for the eigenvalues [first, first + count): ½
    /// arcsin(2‖E‖₂/gap) while 2‖E‖₂ &lt; gap.</summary>
    /// <remarks>The sin 2Θ theorem; eigenvalues on both sides of the chosen ones are allowed. Below that limit the chosen eigenvalues of A +
    /// E are still apart from the others.</remarks>
    /// <param name="values">All eigenvalues of A, descending.</param>
    /// <param name="first">Index of the first chosen one.</param>
    /// <param name="count">Number of chosen ones.</param>
    /// <param name="perturbation">‖E‖₂, the norm of the perturbation.</param>
    /// <exception cref="ArgumentException">The values do not descend or are not finite, the range does not lie inside them, or the
    /// perturbation is negative or NaN.</exception>
    public static double FromPerturbation(IReadOnlyList<double> values, int first, int count, double perturbation)
    {
        if (!(perturbation >= 0))
            throw new ArgumentException(FormattableString.Invariant($"perturbation: found {perturbation}, expected a norm."), nameof(perturbation));
        double gap = Gap(values, first, count);
        if (perturbation == 0) return gap > 0 ? 0 : 0.5 * Math.PI;
        return 2 * perturbation < gap ? 0.5 * Math.Asin(2 * perturbation / gap) : 0.5 * Math.PI;
    }

    /// <summary>Bound on the largest principal angle between span Q and the eigenspace it approximates: arcsin(‖R‖₂/δ), R = AQ − QΘ.</summary>
    /// <param name="residual">‖R‖₂ (‖R‖_F is safe, too).</param>
    /// <param name="separation">δ: the distance from the interval of the values Θ to all other eigenvalues of A.</param>
    /// <exception cref="ArgumentException">An argument is negative or NaN.</exception>
    public static double FromResidual(double residual, double separation)
    {
        if (!(residual >= 0)) throw new ArgumentException(FormattableString.Invariant($"residual: found {residual}, expected a norm."), nameof(residual));
        if (!(separation >= 0))
            throw new ArgumentException(FormattableString.Invariant($"separation: found {separation}, expected a distance."), nameof(separation));
        return residual < separation ? Math.Asin(residual / separation) : 0.5 * Math.PI;
    }

    /// <summary>The distance from the eigenvalues [first, first + count) to the others; infinite when there are no others.</summary>
    /// <param name="values">All eigenvalues, descending.</param>
    /// <param name="first">Index of the first chosen one.</param>
    /// <param name="count">Number of chosen ones.</param>
    /// <exception cref="ArgumentException">The values do not descend or are not finite, or the range does not lie inside them.</exception>
    public static double Gap(IReadOnlyList<double> values, int first, int count)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (first < 0 || count < 1 || first > values.Count - count)
            throw new ArgumentException($"The range [{first}, {first + count}) does not lie inside {values.Count} eigenvalues.", nameof(first));
        for (int j = 0; j < values.Count; j++)
            if (!double.IsFinite(values[j]) || (j > 0 && values[j] > values[j - 1]))
                throw new ArgumentException(FormattableString.Invariant($"Eigenvalue {j} is {values[j]}: expected finite values in descending order."),
                    nameof(values));
        double above = first > 0 ? values[first - 1] - values[first] : double.PositiveInfinity;
        double below = first + count < values.Count ? values[first + count - 1] - values[first + count] : double.PositiveInfinity;
        return Math.Min(above, below);
    }
}
