namespace KernelFlow.Integrators;

/// <summary>φ₁(z) = (1 − e^{−z})/z and φ₂(z) = (z − 1 + e^{−z})/z², entire; by their series where the formulas cancel.</summary>
internal static class PhiFunctions
{
    private const double Small = 0.5;
    private const int Terms = 18;

    public static double Phi1(double z) => Math.Abs(z) < Small ? Series(z, 1) : (1 - Math.Exp(-z)) / z;

    public static double Phi2(double z) => Math.Abs(z) < Small ? Series(z, 2) : (z - 1 + Math.Exp(-z)) / (z * z);

    // Σ (−z)^k / (k + m)!, by Horner.
    private static double Series(double z, int m)
    {
        double value = 0;
        for (int k = Terms; k >= 1; k--) value = (1 + value) * -z / (k + m);
        return (1 + value) / m;
    }
}
