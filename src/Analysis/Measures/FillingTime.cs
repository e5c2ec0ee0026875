namespace KernelFlow.Analysis.Measures;

/// <summary>When w(t) = vᵀW_S(s,t)v reaches a level, from a few of its values.</summary>
/// <remarks>
/// In the first window w is c(1 − e^{−a(t−s)}) with the slope and the value that it has, which is exact for a mode of a constant kernel and tells modes apart
/// that are full long before the first value; later it is linear between values. Of two modes of a constant kernel the one with the larger κ has the larger
/// w(t) and w(t)/w(T) at every t, exact or interpolated, so its time comes out smaller,
/// whether the level is the same for both or a share of the end.
/// </remarks>
internal static class FillingTime
{
    /// <summary>The time.</summary>
    /// <param name="times">s, and the times of the values.</param>
    /// <param name="values">w at these times but for s, where it is 0.</param>
    /// <param name="slope">w′(s).</param>
    /// <param name="level">Above zero, and not above w at the end.</param>
    public static double Of(double[] times, double[] values, double slope, double level)
    {
        int i = Array.FindIndex(values, w => w >= level);
        double from = times[i], length = times[i + 1] - from;
        if (i > 0) return from + length * (level - values[i - 1]) / (values[i] - values[i - 1]);
        double share = level / values[0], z = Exponent(slope * length / values[0]);
        return from + length * (Math.Abs(z) < 1e-6 ? share : -Math.Log(1 - share * (1 - Math.Exp(-z))) / z);
    }

    // z with z/(1 − e^{−z}) = q, which increases in z and is above z.
    private static double Exponent(double q)
    {
        if (!(q > 0) || !double.IsFinite(q)) return 0;
        double low = -50, high = q;
        for (int i = 0; i < 200 && high - low > 1e-15 * Math.Abs(high); i++)
        {
            double z = 0.5 * (low + high), at = Math.Abs(z) < 1e-8 ? 1 + z / 2 : z / (1 - Math.Exp(-z));
            if (at < q) low = z;
            else high = z;
        }
        return 0.5 * (low + high);
    }
}
