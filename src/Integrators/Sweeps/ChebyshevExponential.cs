namespace KernelFlow.Integrators;

/// <summary>e^{−x} and e^{x} on [0, z] as series of Chebyshev polynomials, whose coefficients are values of Bessel functions.</summary>
/// <remarks>
/// With x = a(1 + s), a = z/2 and s in [−1, 1]: e^{−x} = Σ_k (−1)^k w_k T_k(s) and e^{x} = e^{z} Σ_k w_k T_k(s), w_0 = e^{−a}I_0(a), w_k = 2e^{−a}I_k(a).
/// All w_k are positive and sum to 1, so that what is cut off is at most what they leave. Source: Abramowitz and Stegun 1964, 9.6.34 and 9.6.37; the recurrence
/// runs downwards (9.12, example 1).
/// </remarks>
internal static class ChebyshevExponential
{
    private const double Tiny = 1e-280, Huge = 1e200;

    /// <summary>w_0 … w_d, as many as leave at most <paramref name="rest"/> of their sum.</summary>
    public static double[] Weights(double z, double rest)
    {
        var all = All(0.5 * z);
        double left = 0;
        int last = all.Length - 1;
        while (last > 1 && left + all[last] <= rest) left += all[last--];
        return all[..(last + 1)];
    }

    /// <summary>The first weights, up to a degree.</summary>
    public static double[] First(double z, int degree)
    {
        var all = All(0.5 * z);
        Array.Resize(ref all, degree + 1);
        return all;
    }

    private static double[] All(double a)
    {
        if (!(a > 0)) return [1, 0];
        // Beyond the root of 2a·80 they are below e^{−80}.
        int last = 20 + (int)Math.Ceiling(Math.Sqrt(160 * a));
        var w = new double[last + 1];
        double above = 0, now = Tiny;
        for (int k = last; ; k--)
        {
            w[k] = now;
            if (k == 0) break;
            (above, now) = (now, above + 2 * k / a * now);
            if (now < Huge) continue;
            (above, now) = (above / Huge, now / Huge);
            for (int j = k; j <= last; j++) w[j] /= Huge;
        }
        double sum = w[0];
        for (int k = 1; k <= last; k++) sum += w[k] *= 2;
        for (int k = 0; k <= last; k++) w[k] /= sum;
        return w;
    }
}
