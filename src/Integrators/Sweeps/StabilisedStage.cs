using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>What stage j of RKC2 is made of: f at a time of the stage before, and multiples of x, Y_{j−1}, Y_{j−2}, f_{j−1} and f_0.</summary>
/// <remarks>Source: Sommeijer, Shampine, Verwer 1997, <i>RKC: an explicit solver for parabolic PDEs</i>, ε = 2/13.</remarks>
internal readonly record struct StabilisedStage(double Time, double Start, double Old, double Older, double Slope, double First)
{
    /// <summary>ε, by which the argument of the polynomials exceeds 1.</summary>
    public const double Damping = 2.0 / 13;

    private static readonly Dictionary<int, StabilisedStage[]> s_known = [];

    /// <summary>The least number of stages that is stable for a real spectrum up to z = h·λ_max.</summary>
    public static int Count(double z) => Math.Max(2, 1 + (int)Math.Sqrt(1 + 1.54 * z));

    /// <summary>The stages of the rule with s of them.</summary>
    public static StabilisedStage[] Of(int s)
    {
        lock (s_known)
        {
            if (s_known.TryGetValue(s, out var known)) return known;
            var stages = new StabilisedStage[s];
            double w0 = 1 + Damping / ((double)s * s);
            var (_, slopeS, curvatureS) = Chebyshev(s, w0);
            double w1 = slopeS / curvatureS;
            var (_, d1, c1) = Chebyshev(2, w0);
            double b2 = c1 / (d1 * d1), bOlder = b2, bOld = b2, aOld = 1 - b2 * w0, cOld = w1 * c1 / d1 / d1;
            stages[0] = new StabilisedStage(0, 1, 0, 0, b2 * w1, 0);
            for (int stage = 2; stage <= s; stage++)
            {
                var (value, slope, curvature) = Chebyshev(stage, w0);
                double b = curvature / (slope * slope), mu = 2 * b * w0 / bOld, nu = -b / bOlder, muTilde = 2 * b * w1 / bOld;
                stages[stage - 1] = new StabilisedStage(Math.Min(1, cOld), 1 - mu - nu, mu, nu, muTilde, -aOld * muTilde);
                (bOlder, bOld, aOld, cOld) = (bOld, b, 1 - b * value, w1 * curvature / slope);
            }
            return s_known[s] = stages;
        }
    }

    /// <summary>What a step may be wrong by, relative: local errors are of its third power, and their sum over a window of its second.</summary>
    public static double Allowed(double tolerance) => Math.Min(0.25 * tolerance, 10 * tolerance * Math.Sqrt(tolerance));

    /// <summary>Y_1 from x and f_0: this is the first stage.</summary>
    public void Begin(double length, ReadOnlySpan<double> x, ReadOnlySpan<double> first, Span<double> target) =>
        VectorRoutines.Combine(Start + Old + Older, x, length * (Slope + First), first, target);

    /// <summary>Y_j from x, f_0, Y_{j−1} and f_{j−1}, in the place of Y_{j−2}: this is stage j.</summary>
    public void Continue(double length, ReadOnlySpan<double> x, ReadOnlySpan<double> first, ReadOnlySpan<double> old, ReadOnlySpan<double> f,
        Span<double> older)
    {
        StagePasses.Continue(Start, x, Older, Old, old, length * Slope, f, length * First, first, older);
    }

    /// <summary>c of R(z) = 1 − z + z²/2 − c·z³ + …, the factor of a step with s stages; 1/6 in the exponential.</summary>
    public static double Cubic(int s)
    {
        double w0 = 1 + Damping / ((double)s * s);
        var (_, slope, curvature) = Chebyshev(s, w0);
        double t0 = 1, t1 = w0, d0 = 0, d1 = 1, c0 = 0, c1 = 0, e0 = 0, e1 = 0;
        for (int j = 2; j <= s; j++)
        {
            (e0, e1) = (e1, 6 * c1 + 2 * w0 * e1 - e0);
            (c0, c1) = (c1, 4 * d1 + 2 * w0 * c1 - c0);
            (d0, d1) = (d1, 2 * t1 + 2 * w0 * d1 - d0);
            (t0, t1) = (t1, 2 * w0 * t1 - t0);
        }
        double w1 = slope / curvature;
        return curvature / (slope * slope) * w1 * w1 * w1 * e1 / 6;
    }

    /// <summary>T_j, T_j′ and T_j″ by their recurrences.</summary>
    public static (double T, double Slope, double Curvature) Chebyshev(int degree, double x)
    {
        double t0 = 1, t1 = x, d0 = 0, d1 = 1, c0 = 0, c1 = 0;
        for (int j = 2; j <= degree; j++)
        {
            // The second derivative comes first, because each recurrence needs the lower derivatives of the degree before.
            (c0, c1) = (c1, 4 * d1 + 2 * x * c1 - c0);
            (d0, d1) = (d1, 2 * t1 + 2 * x * d1 - d0);
            (t0, t1) = (t1, 2 * x * t1 - t0);
        }
        return (t1, d1, c1);
    }
}
