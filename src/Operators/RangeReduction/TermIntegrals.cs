namespace KernelFlow.Operators;

/// <summary>∫c(θ) and a bound of ∫|c(θ)| over the window for every kernel of an interpolant.</summary>
internal static class TermIntegrals
{
    /// <summary>Sums over the intervals.</summary>
    /// <param name="trajectory">The interpolant, gone through at an even speed.</param>
    public static Dictionary<KernelTerm, (double Signed, double Absolute)> Of(InterpolatedTrajectory trajectory)
    {
        var sums = new Dictionary<KernelTerm, (double, double)>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < trajectory.Intervals; i++)
        {
            double length = trajectory.Knots[i + 1] - trajectory.Knots[i];
            foreach (var (term, coefficients) in trajectory.Terms(i)!)
            {
                var (signed, absolute) = sums.GetValueOrDefault(term);
                sums[term] = (signed + length * Mean(coefficients), absolute + length * AbsoluteMean(coefficients));
            }
        }
        return sums;
    }

    /// <summary>∫_0^1 c(θ) dθ.</summary>
    public static double Mean(double[] coefficients) => coefficients.Select((a, j) => a / (j + 1)).Sum();

    /// <summary>A bound of ∫_0^1 |c(θ)| dθ: the mean of the absolute Bernstein coefficients, since Bernstein polynomials are not negative, sum to 1 and
    /// have equal means. Exact where these coefficients have one sign, as those of linear interpolation have.</summary>
    public static double AbsoluteMean(double[] coefficients)
    {
        int n = coefficients.Length - 1;
        double sum = 0;
        for (int i = 0; i <= n; i++)
        {
            double b = 0, ratio = 1; // C(i,j)/C(n,j)
            for (int j = 0; j <= i; j++)
            {
                b += ratio * coefficients[j];
                ratio *= (i - j) / (double)Math.Max(1, n - j);
            }
            sum += Math.Abs(b);
        }
        return sum / (n + 1);
    }
}
