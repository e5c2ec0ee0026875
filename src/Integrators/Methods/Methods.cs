using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The built-in integration methods.</summary>
public static class Methods
{
    // Measured in docs/work-precision.md.
    // Below these tolerances the longer steps of order 6 outweigh their cost: later where steps end at the knots of a recorded run anyway.
    private const double HighOrder = 3e-6, HighOrderRecorded = 5e-7;
    private const int Recorded = 8; // intervals
    private const double Damped = 1e4, DampedTolerance = 1e-7; // fast modes that have to go: steps that damp them, as long as order 5 is enough
    private const int Iterations = 8;
    private static readonly ThreadBudget s_alone = new(0);

    /// <summary>Gauss–Legendre with one stage (implicit midpoint): order 2, keeps energy.</summary>
    public static IntegrationMethod Gauss2 { get; } = new CollocationMethod(CollocationTableau.Gauss2);

    /// <summary>Gauss–Legendre with two stages: order 4, keeps energy.</summary>
    public static IntegrationMethod Gauss4 { get; } = new CollocationMethod(CollocationTableau.Gauss4);

    /// <summary>Gauss–Legendre with three stages: order 6, keeps energy.</summary>
    public static IntegrationMethod Gauss6 { get; } = new CollocationMethod(CollocationTableau.Gauss6);

    /// <summary>Radau IIA with two stages: order 3, damps.</summary>
    public static IntegrationMethod Radau3 { get; } = new CollocationMethod(CollocationTableau.Radau3);

    /// <summary>Radau IIA with three stages: order 5, damps.</summary>
    public static IntegrationMethod Radau5 { get; } = new CollocationMethod(CollocationTableau.Radau5);

    /// <summary>Dormand–Prince 5(4), explicit.</summary>
    public static IntegrationMethod DormandPrince5 { get; } = new ExplicitMethod(ExplicitTableau.DormandPrince5);

    /// <summary>Tsitouras 5(4), explicit.</summary>
    public static IntegrationMethod Tsitouras5 { get; } = new ExplicitMethod(ExplicitTableau.Tsitouras5);

    /// <summary>Dormand–Prince 8(5,3), explicit.</summary>
    public static IntegrationMethod DormandPrince8 { get; } = new ExplicitMethod(ExplicitTableau.DormandPrince8);

    /// <summary>The exact flow of the kernel at the middle of each step: order 2, keeps energy, damps.</summary>
    public static IntegrationMethod ExponentialMidpoint { get; } = new ExponentialMidpointMethod();

    /// <summary>Magnus method of order 4.</summary>
    public static IntegrationMethod Magnus4 { get; } = new MagnusMethod();

    /// <summary>RKC2, stabilised explicit, order 2: as many stages as the stiffness needs.</summary>
    public static IntegrationMethod Chebyshev2 { get; } = new ChebyshevMethod();

    /// <summary>The built-in methods.</summary>
    public static IReadOnlyList<IntegrationMethod> All { get; } =
        [Gauss2, Gauss4, Gauss6, Radau3, Radau5, DormandPrince5, Tsitouras5, DormandPrince8, ExponentialMidpoint, Magnus4, Chebyshev2];

    /// <summary>The names that a <see cref="MethodChoice"/> is made from: "auto" and those of <see cref="All"/>.</summary>
    public static IReadOnlyList<string> Names { get; } = [MethodChoice.AutoName, .. All.Select(m => m.Name)];

    /// <summary>The built-in method of a name; null when there is none.</summary>
    /// <param name="name">A name from <see cref="Names"/> other than "auto".</param>
    public static IntegrationMethod? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(m => m.Name == name);
    }

    /// <summary>The method that suits a trajectory and tolerance, and why: what "auto" stands for.</summary>
    /// <param name="trajectory">What is to be integrated.</param>
    /// <param name="relativeTolerance">Bound on the errors.</param>
    /// <param name="seed">Seed of the power iteration that finds the rates.</param>
    public static (IntegrationMethod Method, string Reason) Choose(KernelTrajectory trajectory, double relativeTolerance, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        var (largest, second, oneStep) = Rates(trajectory, seed);
        // Where nothing moves any method is exact; order 4 also to the last digit.
        if (largest > 0 && second <= relativeTolerance)
            return (Gauss2, FormattableString.Invariant($"order 2: one step per interval is enough, h·λ_max(BK) ≤ {largest:g2}"));
        if (oneStep <= relativeTolerance)
            return (Gauss4, FormattableString.Invariant($"order 4: one step per interval is enough, h·λ_max(BK) ≤ {largest:g2}"));
        if (largest >= Damped && relativeTolerance >= DampedTolerance)
            return (Radau5, FormattableString.Invariant($"order 5, damping: h·λ_max(BK) reaches {largest:g2} in one interval"));
        if (relativeTolerance >= (trajectory.Intervals < Recorded ? HighOrder : HighOrderRecorded))
            return (Gauss4, "order 4: cheapest to this tolerance; any stiffness, structure preserving");
        return (Gauss6, "order 6: fewest steps to this tolerance; any stiffness, structure preserving");
    }

    /// <summary>The largest z = h·λ_max(BK) over intervals, and the relative errors to expect of gauss-2 and gauss-4 with one step in each.</summary>
    /// <remarks>
    /// Two half steps are off by 2(z/2)³/12 = z³/48 and 2(z/2)⁵/720 = z⁵/11520 in the fastest mode, of Σz that this mode has dissipated. Beside whole
    /// operators this counts by the share of K
    /// that decays so fast, λ_max(BK)/(‖B‖‖K‖_F), once in P and once in K: nearly 1 for B = βI, a few hundredths for cross-entropy, where most of W_S
    /// and G_Q belongs
    /// to directions in which B hardly acts. λ_max by power iteration at the knots, each starting from the vector of the last.
    /// </remarks>
    private static (double Largest, double Second, double Fourth) Rates(KernelTrajectory trajectory, long seed)
    {
        int n = trajectory.TrainSize;
        MatrixView kernel = Buffers.Zero(n, n), x = Buffers.Zero(n, 1), y = Buffers.Zero(n, 1);
        var hessian = new OutputHessian(n / trajectory.Outputs, trajectory.Outputs);
        var random = Seeds.Generator(1, seed);
        double largest = 0, second = 0, fourth = 0, sum = 0, before = 0, boundBefore = 0;
        for (int k = 0; k <= trajectory.Intervals; k++)
        {
            int interval = Math.Max(0, k - 1);
            trajectory.TrainKernel(interval, trajectory.Knots[k], 1, 0, kernel, kernel, lower: false, s_alone);
            trajectory.Hessian(interval, trajectory.Knots[k], hessian);
            double rate = 0, bound = hessian.NormBound() * MatrixNorms.Frobenius(kernel);
            for (int i = 0; i < Iterations; i++)
            {
                double size = VectorRoutines.Norm(x.Column(0));
                if (size > 0) VectorRoutines.Divide(x.Column(0), size);
                else for (int j = 0; j < n; j++) x[j, 0] = (random.NextDouble() - 0.5) / n; // at first, and after a kernel that vanished
                for (int j = 0; j < n; j++) y[j, 0] = VectorRoutines.Dot(kernel.Column(j), x.Column(0));
                hessian.Apply(1, y, 0, x);
                rate = VectorRoutines.Norm(x.Column(0));
            }
            if (k > 0)
            {
                double h = trajectory.Knots[k] - trajectory.Knots[k - 1], z = 0.5 * h * (before + rate);
                double share = boundBefore + bound == 0 ? 0 : (before + rate) / (boundBefore + bound);
                largest = Math.Max(largest, z);
                sum += z;
                second += Math.Pow(z, 3) / 48 * share * share;
                fourth += Math.Pow(z, 5) / 11520 * share * share;
            }
            (before, boundBefore) = (rate, bound);
        }
        // The figure is NaN where a kernel is not finite, and no choice follows from it.
        return sum == 0 ? (largest, 0, 0) : (largest, second / sum, fourth / sum);
    }
}
