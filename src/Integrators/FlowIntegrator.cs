using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>The one stepping loop: integrates P, W_S, G_S and G_Q over all intervals of a trajectory with step-halving error control.</summary>
/// <remarks>
/// Every step is taken once with h and twice with h/2 from the same state; the halves are kept, the difference measures the local error of P, W and G.
/// Its divisor, 2^p − 1 in the asymptotic range, is lowered where the difference lives at large h·rate (order reduction). The reported error is global:
/// local errors are carried along with the flow on a few random vectors.
/// Initial layers are resolved from h‖BK‖ ≤ 1 upward: a saturated mode stepped over at once would look like a reservoir to any such estimate.
/// </remarks>
public static class FlowIntegrator
{
    // Local tolerance as a share of the global one: most local errors are damped before the end. A pass whose global estimate comes out too large is
    // repeated with less.
    private const double LocalShare = 1;
    private const int MaximumPasses = 5;
    private const double LeastPower = 0.1;

    /// <summary>Integrates over the whole trajectory.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or a vector has the wrong length.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; honoured within one step.</exception>
    /// <exception cref="NumericalException">A step size underflow, a singular stage matrix or a value that is not finite; the message names time and
    /// step.</exception>
    public static Propagation Integrate(KernelTrajectory trajectory, PropagationOptions options, Backend backend, CarriedVectors? carried = null,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(trajectory);
        carried ??= new CarriedVectors();
        PropagationChecks.Require(carried, trajectory.TrainSize, trajectory.TrainSize, trajectory.Intervals);
        return Integrate(trajectory, options, backend, carried, start: null, progress, cancellation);
    }

    /// <summary>The same for one vector: P(t_k,s) v at every knot, G v and vᵀWv, at the cost of factorizations alone.</summary>
    /// <exception cref="ArgumentException">An option is out of range, or the vector has the wrong length.</exception>
    /// <exception cref="NumericalException">As for
    /// <see cref="Integrate(KernelTrajectory, PropagationOptions, Backend, CarriedVectors?, Action{double}?, CancellationToken)"/>.</exception>
    public static VectorTransport Transport(KernelTrajectory trajectory, double[] vector, PropagationOptions options, Backend backend,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(trajectory);
        PropagationChecks.Vector(vector, trajectory.TrainSize, nameof(vector));
        var result = Integrate(trajectory, options, backend, new CarriedVectors([1.0]), new MatrixView(vector, vector.Length, 1), null, cancellation);
        return new VectorTransport(result.Transported, result.G_S.Values, result.G_Q.Values, result.W_S.At(0, 0), result.Error, result.Report);
    }

    /// <summary>The same for the columns of a block.</summary>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="block">V, N×c: the block to carry.</param>
    /// <param name="options">Method and tolerance; the tolerance bounds Frobenius errors of blocks.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    /// <exception cref="NumericalException">As for
    /// <see cref="Integrate(KernelTrajectory, PropagationOptions, Backend, CarriedVectors?, Action{double}?, CancellationToken)"/>.</exception>
    public static BlockTransport Transport(KernelTrajectory trajectory, in MatrixView block, PropagationOptions options, Backend backend,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        PropagationChecks.Block(block, trajectory.TrainSize);
        var first = new double[block.Columns];
        first[0] = 1;
        var result = Integrate(trajectory, options, backend, new CarriedVectors(first), block, null, cancellation);
        return new BlockTransport(result.P, result.G_S, result.G_Q, result.W_S, result.Error, result.Report)
        {
            FirstAtKnots = result.Transported,
            StepsPerInterval = result.StepsPerInterval,
        };
    }

    private static Propagation Integrate(KernelTrajectory trajectory, PropagationOptions options, Backend backend, CarriedVectors carried, MatrixView? start,
        Action<double>? progress, CancellationToken cancellation)
    {
        PropagationChecks.Require(options);
        var (method, reason) = options.Method.Resolve(trajectory, options.RelativeTolerance, options.Seed);
        var problem = new FlowProblem(trajectory, method, reason, options, carried, start, backend);
        double share = LocalShare, shown = 0, before = double.PositiveInfinity, shrink = 1;
        // A repeated pass does not take progress back; only the last one completes it.
        Action<double>? forward = progress is null ? null : f => { if (f > shown && f < 1) progress(shown = f); };
        for (int pass = 1; ; pass++)
        {
            using var run = new FlowPass(problem, options.RelativeTolerance * share, forward, cancellation);
            var estimate = run.Run();
            double error = estimate.Largest;
            if (options.FixedSteps is not null || error <= options.RelativeTolerance)
            {
                progress?.Invoke(1);
                return run.Result(estimate, pass);
            }
            if (pass == MaximumPasses || share < 1e-6)
                throw new NumericalException(FormattableString.Invariant(
                    $"The estimated relative error is {error:G2} after {pass} passes, asked for {options.RelativeTolerance:G2}; ")
                    + "likely cause: P is so small at the end, or the window so stiff, that this relative accuracy is below rounding. "
                    + "Ask for a larger rtol or a shorter window.");
            run.Discard();
            // The error follows the local tolerance in proportion at best. Where most intervals take one step already, it follows a power of it that the last
            // two passes show, and is hardly moved by a slightly smaller one: then the tolerance is made much smaller.
            double power = pass == 1 ? 1 : Math.Clamp(Math.Log(error / before) / Math.Log(shrink), LeastPower, 1);
            shrink = Math.Max(1e-3, Math.Pow(0.7 * options.RelativeTolerance / error, 1 / power));
            (share, before) = (share * shrink, error);
        }
    }
}
