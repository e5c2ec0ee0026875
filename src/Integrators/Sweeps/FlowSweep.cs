using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>A frozen sequence of steps along a run: what P, W_S and G are applied with where nothing of size N×N is formed.</summary>
/// <remarks>
/// Forward it carries a block of vectors from the beginning of the window to its end; backward it runs the same steps in opposite order, each transposed. That
/// is the discrete adjoint: ⟨Px, y⟩ = ⟨x, Pᵀy⟩ to rounding at any length of steps. No choice depends on the vectors, so every operator is exactly linear.
/// Nodes of W_S and G are ends of steps, with positive weights, the same ones in both: the inclusion of ker W_S in ker G_Q is exact (theory, section 4).
/// Not thread-safe: operators on one sweep share its buffers, and the products have buffers of their own.
/// </remarks>
public sealed class FlowSweep
{
    private const int MostAttempts = 2;
    private const double Accepted = 0.8; // of the tolerance: two vectors and one round of a power iteration come a little short of the norm

    // Of another run's kernels on these steps: as many neighbouring intervals have its checkpoints, and so much larger may they be.
    private const int Reach = 3;
    private const double Margin = 1.2;

    private readonly SweepRates _rates;

    private FlowSweep(KernelProducts products, SweepScheme scheme, SweepSteps steps, Backend backend, long maxBytes)
    {
        (Products, Scheme, Steps, Backend, MaxBytes) = (products, scheme, steps, backend, maxBytes);
        _rates = new SweepRates(products, backend);
        Nodes = [.. steps.Steps.Where(s => s.Weight > 0).Select(s => new QuadratureNode(s.Interval, s.End, s.Weight))];
    }

    /// <summary>The kernels.</summary>
    public KernelProducts Products { get; }

    /// <summary>The scheme of every step.</summary>
    public SweepScheme Scheme { get; }

    /// <summary>The steps, as data.</summary>
    public SweepSteps Steps { get; }

    /// <summary>τ_i and ω_i, in order of time.</summary>
    public IReadOnlyList<QuadratureNode> Nodes { get; }

    /// <summary>Products with K_SS that all applications took so far, one for each vector.</summary>
    public long ProductsTaken => _rates.Count;

    /// <summary>Limit on the states that one application of W_S keeps.</summary>
    public long MaxBytes { get; }

    internal Backend Backend { get; }

    /// <summary>Receives Y_i, or gives Ȳ_i to be added, at node i.</summary>
    internal delegate void NodeVisit(int node, in MatrixView y);

    /// <summary>Chooses steps for a tolerance and freezes them.</summary>
    /// <param name="products">The kernels along the run; flow only.</param>
    /// <param name="options">Tolerance, scheme and limits.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Stops the choice of steps.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static FlowSweep Create(KernelProducts products, SweepOptions options, Backend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        if (!(options.Tolerance is >= 1e-8 and <= 0.1))
            throw new ArgumentException(FormattableString.Invariant($"The tolerance of a sweep lies between 1e-8 and 0.1; found {options.Tolerance}."),
                nameof(options));
        if (options.Probes is { } probes && probes.Rows != products.TrainSize)
            throw new ArgumentException($"Probe vectors have {products.TrainSize} rows; found {probes.Rows}.", nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxBytes, nameof(options));
        if (options.ExponentialUntil is not null)
            throw new ArgumentException("Exponentials leave no nodes while modes decay: they serve P alone (OfPropagator).", nameof(options));
        return Chosen(products, SpectralBounds.Of(products, options.Seed, cancellation), options, propagator: false, backend, cancellation);
    }

    /// <summary>Steps along the same kernels by which P alone is as accurate as asked: several times fewer products, since modes need not be followed
    /// while they decay.</summary>
    /// <param name="options">Tolerance, of P in the 2-norm, scheme and limits; until which time steps are exponentials.</param>
    /// <param name="cancellation">Stops the choice of steps.</param>
    public FlowSweep OfPropagator(SweepOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var bounds = new double[Products.Intervals];
        foreach (var step in Steps.Steps) bounds[step.Interval] = Math.Max(bounds[step.Interval], step.Rate);
        return Chosen(Products, bounds, options, propagator: true, Backend, cancellation);
    }

    /// <summary>An orthonormal basis of P(t, s)⁻¹X, t the end of the exponential steps: what they make fade. A mode that decays by e^{−a} until t is left
    /// with e^{−a} of its length by these very steps, so that it lies in the leading eigenspace of (I − PᵀP)/2β to e^{−a}, without any iteration.</summary>
    /// <param name="x">X, near the fast modes at the time t; the basis in its place.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">X has another number of rows.</exception>
    public void Undo(in MatrixView x, CancellationToken cancellation = default)
    {
        if (x.Rows != Products.TrainSize) throw new ArgumentException($"Found {x.Rows} rows, expected {Products.TrainSize}.", nameof(x));
        for (int k = Steps.Steps.Count - 1; k >= 0; k--)
        {
            cancellation.ThrowIfCancellationRequested();
            var step = Steps.Steps[k];
            if (step.Length > 0 && Scheme.At(step.Time) is ExponentialScheme) ExponentialScheme.Undo(_rates, step, x);
        }
    }

    private static FlowSweep Chosen(KernelProducts products, double[] bounds, SweepOptions options, bool propagator, Backend backend,
        CancellationToken cancellation)
    {
        var scheme = options.Scheme ?? SweepScheme.Find(SweepChoice.Cheapest(products, bounds, options).Scheme)!;
        if (options.ExponentialUntil is { } until) scheme = new EarlyExponentials(scheme, until);
        var planner = new SweepPlanner(products, scheme, options, backend, propagator, cancellation);
        var layout = planner.Plan(bounds);
        MatrixView worst = default;
        for (int attempt = 0; ; attempt++)
        {
            var sweep = new FlowSweep(products, scheme, layout.Steps(products.Knots), backend, options.MaxBytes);
            double error = SweepErrors.OfOne(sweep, propagator, options, ref worst, cancellation);
            if (error <= Accepted * options.Tolerance || attempt == MostAttempts)
                return new FlowSweep(products, scheme, sweep.Steps with { EstimatedError = error }, backend, options.MaxBytes);
            // The choice saw a few vectors only; the operator is off by more, and most of it in few of the intervals.
            layout = planner.Shorter(layout, worst);
        }
    }

    /// <summary>Estimates the errors of P, W_S, G_S and G_Q by the sweep with halved steps and a power iteration on the differences.</summary>
    /// <param name="options">Seed and probes.</param>
    /// <param name="rounds">Rounds of the power iteration; 0 for the errors on the probes alone.</param>
    /// <param name="cancellation">Stops it.</param>
    public SweepError EstimateError(SweepOptions options, int rounds = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(rounds);
        return SweepErrors.Of(this, Halved(), options, rounds, cancellation);
    }

    /// <summary>The sweep whose steps are half as long, node for node with half the weight.</summary>
    public FlowSweep Halved() => new(Products, Scheme, SweepHalves.Of(Steps, Scheme), Backend, MaxBytes);

    /// <summary>The sweep that takes several panels as one: fewer products, for what needs fewer digits.</summary>
    /// <param name="panels">How many panels are joined.</param>
    public FlowSweep Joined(int panels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(panels, 1);
        return new(Products, Scheme, SweepHalves.Joined(Steps, Scheme, panels), Backend, MaxBytes);
    }

    /// <summary>Takes steps that were frozen before, for the same products or others along the same knots.</summary>
    /// <param name="products">The kernels along the run.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="maxBytes">Limit on the states that one application of W_S keeps.</param>
    /// <exception cref="ArgumentException">The scheme is unknown, or a step does not lie in its interval.</exception>
    public static FlowSweep Along(KernelProducts products, SweepSteps steps, Backend backend, long maxBytes = SweepOptions.DefaultMaxBytes)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        var scheme = SweepScheme.Find(steps.Scheme) ?? throw new ArgumentException(
            $"Unknown scheme \"{steps.Scheme}\" of a sweep; known: {string.Join(", ", SweepScheme.Names)}.", nameof(steps));
        foreach (var step in steps.Steps)
        {
            double slack = 1e-9 * (products.Knots[^1] - products.Knots[0]);
            if (step.Interval >= 0 && step.Interval < products.Intervals && step.Length >= 0 && step.Weight >= 0 && step.Degree >= 0
                && step.Time >= products.Knots[step.Interval] - slack && step.End <= products.Knots[step.Interval + 1] + slack) continue;
            throw new ArgumentException(FormattableString.Invariant($"The step at t = {step.Time} does not lie in interval {step.Interval} of the products."),
                nameof(steps));
        }
        return new FlowSweep(products, scheme, steps, backend, maxBytes);
    }

    /// <summary>The steps of some intervals, for other kernels between their ends: a variant of the run, whose result differs from that of this one by what the
    /// kernels differ, as far as both take the same steps.</summary>
    /// <param name="products">The other kernels, on a single interval between the knots that the first and the last of these begin and end at.</param>
    /// <param name="first">The first interval.</param>
    /// <param name="last">The interval after the last one.</param>
    /// <exception cref="ArgumentException">There are no such intervals, or the products have other knots.</exception>
    public FlowSweep Over(KernelProducts products, int first, int last)
    {
        ArgumentNullException.ThrowIfNull(products);
        if (first < 0 || last <= first || last > Products.Intervals)
            throw new ArgumentException($"Intervals {first} to {last} of {Products.Intervals}.", nameof(first));
        if (products.Intervals != 1 || products.TrainSize != Products.TrainSize || products.Knots[0] != Products.Knots[first]
            || products.Knots[1] != Products.Knots[last])
            throw new ArgumentException($"Products between the knots {first} and {last} have one interval with these ends.", nameof(products));
        var taken = new List<SweepStep>();
        foreach (var step in Steps.Steps)
        {
            if (step.Interval < first || step.Interval >= last) continue;
            // Kernels that leave checkpoints out are as large as those of the nearest that are left, and a little larger on the way.
            double rate = 0;
            foreach (var near in Steps.Steps)
                if (Math.Abs(near.Interval - step.Interval) <= Reach) rate = Math.Max(rate, Margin * near.Rate);
            taken.Add(step with { Interval = 0, Rate = rate, Degree = step.Length > 0 ? Scheme.At(step.Time).Degree(step.Length * rate) : step.Degree });
        }
        return new FlowSweep(products, Scheme, Steps with { Steps = taken }, Backend, MaxBytes);
    }

    internal static FlowSweep Given(FlowSweep sweep)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        return sweep;
    }

    /// <summary>Carries X along the steps [first, last), in place; <paramref name="visit"/> sees Y at every node in turn.</summary>
    internal void Forward(in MatrixView x, int first, int last, NodeVisit? visit)
    {
        for (int k = first; k < last; k++)
        {
            var step = Steps.Steps[k];
            if (step.Length > 0) Scheme.Forward(_rates, step, x);
            if (step.Weight > 0) visit?.Invoke(k, x);
        }
    }

    /// <summary>The transpose over the steps [first, last): X̄ at their end on entry, at their beginning on return; <paramref name="add"/> adds Ȳ to it at
    /// every node, last node first.</summary>
    internal void Backward(in MatrixView x, int first, int last, NodeVisit? add)
    {
        for (int k = last - 1; k >= first; k--)
        {
            var step = Steps.Steps[k];
            if (step.Weight > 0) add?.Invoke(k, x);
            if (step.Length > 0) Scheme.Backward(_rates, step, x);
        }
    }

    /// <summary>Y ← ω·K_SS·X at the node that ends a step.</summary>
    internal void TrainAt(int step, in MatrixView x, in MatrixView y)
    {
        var s = Steps.Steps[step];
        Products.ApplyTrain(s.Interval, s.End, x, y);
        SweepRates.Scale(s.Weight, y);
    }

    /// <summary>Train ← ω·K_SS·X and Test ← ω·K_QS·X at the node that ends a step, by way of one JᵀX.</summary>
    internal void BothAt(int step, in MatrixView x, in MatrixView train, in MatrixView test)
    {
        var s = Steps.Steps[step];
        Products.ApplyBoth(s.Interval, s.End, x, train, test);
        SweepRates.Scale(s.Weight, train);
        SweepRates.Scale(s.Weight, test);
    }
}
