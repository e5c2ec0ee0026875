using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The flow of a recorded run without one training example, for every example at once: u′ = −K_SS(t)·M_i·∇Φ(u), M_i zeroing the block of
/// example i.</summary>
/// <remarks>
/// K(t) is the recorded one, so nothing is trained again; the weight 1/n of the others is kept. The n states and the unmasked one are the columns of one
/// N×(n+1) block: a stage takes one product with K_SS, 2N²(n+1) flops. Steps are RKC2 with as many stages as the stiffness asks for, adaptive, and end at
/// knots. It is exact in the masks: for squared loss and constant K the block i of column i is the prediction for example i of a linear model that is trained
/// without it, by the loss Σ_{j≠i}/n over the same time. Memory: seven N×(n+1) blocks beside the kernel.
/// </remarks>
public static class MaskedFlow
{
    // What the largest stable step may cost: beyond it two shorter steps are no dearer and better conditioned.
    private const int MostStages = 120;

    private const double Safety = 0.8, Least = 0.2, Most = 3, FirstStep = 0.01, Shortest = 1e-10;

    // The curvature of a loss may grow within a step.
    private const double Growth = 1.1;

    /// <summary>Carries the masked states and the unmasked one from s to T.</summary>
    /// <param name="products">K_SS(t) along the run.</param>
    /// <param name="loss">The training loss, with a formula.</param>
    /// <param name="start">U_S(s), N numbers: where all states begin.</param>
    /// <param name="tolerance">Allowed error relative to how far the states have moved, in the Frobenius norm over all of them.</param>
    /// <param name="seed">Starts the random vectors by which λ_max is found.</param>
    /// <param name="cancellation">Honoured between stages.</param>
    /// <exception cref="ArgumentException">Sizes do not fit, or the loss has no formula.</exception>
    /// <exception cref="NumericalException">The step became too short: the kernels or the states are not finite.</exception>
    public static MaskedStates Run(KernelProducts products, LossModel loss, ReadOnlySpan<double> start, double tolerance, long seed = 0,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(products);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tolerance);
        if (loss.IsCustom) throw new ArgumentException($"A loss {loss.Kind} has no formula: its gradient at other outputs is not known.", nameof(loss));
        if (loss.Examples * loss.Outputs != products.TrainSize || start.Length != products.TrainSize)
            throw new ArgumentException($"{loss.Examples} examples of {loss.Outputs} outputs and {start.Length} starting numbers for N = {products.TrainSize}.",
                nameof(start));
        double[] largest = SpectralBounds.Estimates(products, seed, cancellation);
        var path = new MaskedPath(products, loss, start);
        List<double[]> heldOut = [path.HeldOut()], whole = [path.Whole()];
        int steps = 0, rejected = 0;
        double length = double.NaN, allowed = StabilisedStage.Allowed(tolerance);
        for (int k = 0; k < products.Intervals; k++)
        {
            double time = products.Knots[k], end = products.Knots[k + 1];
            path.Begin(k, time, Growth * largest[k]);
            while (time < end)
            {
                cancellation.ThrowIfCancellationRequested();
                double rate = Growth * largest[k] * path.Curvature(), longest = (MostStages - 1.0) * (MostStages - 1) / 1.54 / Math.Max(rate, double.Epsilon);
                if (double.IsNaN(length)) length = FirstStep / Math.Max(rate, FirstStep / (end - time));
                double left = end - time, wanted = Math.Min(length, longest), step = left / Math.Ceiling(left / wanted * (1 - 1e-12));
                if (!(step > Shortest * (products.Knots[^1] - products.Knots[0])))
                    throw new NumericalException(FormattableString.Invariant($"The flow without single examples needs steps below {step:R} at t = {time:R}."));
                bool last = step >= left * (1 - 1e-12);
                double error = path.Try(k, time, step, StabilisedStage.Count(step * rate), last ? end : time + step, cancellation);
                double factor = double.IsFinite(error) ? Safety * Math.Cbrt(allowed / Math.Max(error, 1e-300)) : Least;
                if (error <= allowed)
                {
                    path.Accept();
                    steps++;
                    time = last ? end : time + step;
                    // A step that the end of an interval made shorter says nothing against the longer one.
                    length = last ? Math.Max(length, step * Math.Clamp(factor, Least, Most)) : step * Math.Clamp(factor, Least, Most);
                    if (last) length = Math.Min(length, step * Math.Clamp(factor, Least, Most) * Most);
                }
                else
                {
                    rejected++;
                    length = step * Math.Clamp(factor, Least, 0.9);
                }
            }
            heldOut.Add(path.HeldOut());
            whole.Add(path.Whole());
        }
        return new MaskedStates(heldOut, whole, steps, rejected, path.Products);
    }
}
