using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The integration methods by name.</summary>
public static class Methods
{
    // Measured in docs/work-precision.md.
    // Below these tolerances the longer steps of order 6 outweigh their cost: later where steps end at the knots of a recorded run anyway.
    private const double HighOrder = 3e-6, HighOrderRecorded = 5e-7;
    private const int Recorded = 8; // intervals
    private const double Damped = 1e4, DampedTolerance = 1e-7; // fast modes that have to go: steps that damp them, as long as order 5 is enough
    private const int Iterations = 8;

    private delegate StepMethod Maker(KernelTrajectory trajectory, int columns, Backend backend);

    private static readonly IReadOnlyList<(string Name, Maker Make)> _all =
    [
        .. CollocationTableau.All
            .Select(t => (t.Name, (Maker)((trajectory, columns, backend) => new CollocationStep(t, trajectory, columns, backend)))),
        .. new[] { ExplicitTableau.DormandPrince5, ExplicitTableau.Tsitouras5, ExplicitTableau.DormandPrince8 }
            .Select(t => (t.Name, (Maker)((trajectory, columns, backend) => new ExplicitStep(t, trajectory, columns, backend)))),
        ("exponential-midpoint", (trajectory, columns, backend) => new ExponentialMidpointStep(trajectory, columns, backend)),
        ("magnus-4", (trajectory, columns, backend) => new MagnusStep(trajectory, columns, backend)),
        ("rkc2", (trajectory, columns, backend) => new ChebyshevStep(trajectory, columns, backend)),
    ];

    /// <summary>Names accepted by <c>--method</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = ["auto", .. _all.Select(m => m.Name)];

    /// <summary>The method that suits a trajectory and tolerance, and why: what "auto" stands for.</summary>
    /// <param name="trajectory">What is to be integrated.</param>
    /// <param name="relativeTolerance">Bound on the errors.</param>
    public static (string Name, string Reason) Choose(KernelTrajectory trajectory, double relativeTolerance)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        var (largest, second, oneStep) = Rates(trajectory);
        // Where nothing moves any method is exact; order 4 also to the last digit.
        if (largest > 0 && second <= relativeTolerance)
            return (CollocationTableau.Gauss2.Name, FormattableString.Invariant($"order 2: one step per interval is enough, h·λ_max(BK) ≤ {largest:g2}"));
        if (oneStep <= relativeTolerance)
            return (CollocationTableau.Gauss4.Name, FormattableString.Invariant($"order 4: one step per interval is enough, h·λ_max(BK) ≤ {largest:g2}"));
        if (largest >= Damped && relativeTolerance >= DampedTolerance)
            return (CollocationTableau.Radau5.Name, FormattableString.Invariant($"order 5, damping: h·λ_max(BK) reaches {largest:g2} in one interval"));
        if (relativeTolerance >= (trajectory.Intervals < Recorded ? HighOrder : HighOrderRecorded))
            return (CollocationTableau.Gauss4.Name, "order 4: cheapest to this tolerance; any stiffness, structure preserving");
        return (CollocationTableau.Gauss6.Name, "order 6: fewest steps to this tolerance; any stiffness, structure preserving");
    }

    /// <summary>Checks a name.</summary>
    /// <exception cref="ArgumentException">No such method; the message lists those there are.</exception>
    public static string Resolve(string name)
    {
        if (!Names.Contains(name)) throw new ArgumentException($"method: found {name}, expected one of {string.Join(", ", Names)}.");
        return name;
    }

    /// <summary>The largest z = h·λ_max(BK) over intervals, and the relative errors to expect of gauss-2 and gauss-4 with one step in each.</summary>
    /// <remarks>
    /// Two half steps are off by 2(z/2)³/12 = z³/48 and 2(z/2)⁵/720 = z⁵/11520 in the fastest mode, of Σz that this mode has dissipated. Beside whole operators this counts by the share of K
    /// that decays so fast, λ_max(BK)/(‖B‖‖K‖_F), once in P and once in K: nearly 1 for B = βI, a few hundredths for cross-entropy, where most of W_S and G_Q belongs
    /// to directions in which B hardly acts. λ_max by power iteration at the knots, each starting from the vector of the last.
    /// </remarks>
    private static (double Largest, double Second, double Fourth) Rates(KernelTrajectory trajectory)
    {
        int n = trajectory.TrainSize;
        MatrixView kernels = Buffers.Zero(n + trajectory.TestSize, n), x = Buffers.Zero(n, 1), y = Buffers.Zero(n, 1);
        var hessian = new OutputHessian(n / trajectory.Outputs, trajectory.Outputs);
        var random = new Random(1);
        double largest = 0, second = 0, fourth = 0, sum = 0, before = 0, boundBefore = 0;
        for (int k = 0; k <= trajectory.Intervals; k++)
        {
            int interval = Math.Max(0, k - 1);
            trajectory.Kernels(interval, trajectory.Knots[k], kernels);
            trajectory.Hessian(interval, trajectory.Knots[k], hessian);
            double rate = 0, bound = hessian.NormBound() * MatrixNorms.Frobenius(kernels.Slice(0, 0, n, n));
            for (int i = 0; i < Iterations; i++)
            {
                double size = VectorKernels.Norm(x.Column(0));
                if (size > 0) VectorKernels.Divide(x.Column(0), size);
                else for (int j = 0; j < n; j++) x[j, 0] = (random.NextDouble() - 0.5) / n; // at first, and after a kernel that vanished
                for (int j = 0; j < n; j++) y[j, 0] = VectorKernels.Dot(kernels.Column(j)[..n], x.Column(0));
                hessian.Apply(1, y, 0, x);
                rate = VectorKernels.Norm(x.Column(0));
            }
            if (k > 0)
            {
                double h = trajectory.Knots[k] - trajectory.Knots[k - 1], z = 0.5 * h * (before + rate), share = boundBefore + bound == 0 ? 0 : (before + rate) / (boundBefore + bound);
                largest = Math.Max(largest, z);
                sum += z;
                second += Math.Pow(z, 3) / 48 * share * share;
                fourth += Math.Pow(z, 5) / 11520 * share * share;
            }
            (before, boundBefore) = (rate, bound);
        }
        // NaN where a kernel is not finite: no choice follows from it.
        return sum == 0 ? (largest, 0, 0) : (largest, second / sum, fourth / sum);
    }

    internal static StepMethod Create(string name, KernelTrajectory trajectory, int columns, Backend backend)
    {
        string resolved = Resolve(name);
        return _all.Single(m => m.Name == resolved).Make(trajectory, columns, backend);
    }
}
