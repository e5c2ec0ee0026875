using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>What examples take off the loss of each other, to first order: gᵀ(W_S − W_D)g with W_D = ∫PᵀK_D P, K_D the blocks of K_SS on the diagonal by
/// example.</summary>
/// <remarks>
/// gᵀW_S g is what all examples take off the training loss, gᵀW_D g what each one takes off its own. Along u′ = −K(t)∇Φ(u) the two are ∫gᵀKg and ∫gᵀK_D g of
/// g = ∇Φ(u), which are carried beside u: N + 2 numbers, adaptive steps of RKC2, one kernel formed and 2N² flops for each stage.
/// </remarks>
public static class FirstOrderRisk
{
    private const double Growth = 1.1;

    /// <summary>∫gᵀK g and ∫gᵀK_D g over [s, t_k], at every knot.</summary>
    /// <param name="trajectory">K_SS(t), formed.</param>
    /// <param name="loss">Φ, with a formula.</param>
    /// <param name="start">U_S(s), N numbers.</param>
    /// <param name="tolerance">Allowed error of u relative to how far it has moved, and of the integrals relative to the larger one.</param>
    /// <param name="spare">Threads that may help to form kernels; null for none.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">Sizes do not fit, the loss has no formula, or the kernels are not formed.</exception>
    /// <exception cref="NumericalException">The step became too short: a kernel is not finite.</exception>
    public static IReadOnlyList<(double All, double Own)> Run(KernelTrajectory trajectory, LossModel loss, ReadOnlySpan<double> start, double tolerance,
        ThreadBudget? spare = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tolerance);
        if (loss.IsCustom) throw new ArgumentException($"A loss {loss.Kind} has no formula: its gradient at other outputs is not known.", nameof(loss));
        if (trajectory.IsApplied) throw new ArgumentException("The kernels are applied, not formed.", nameof(trajectory));
        int N = trajectory.TrainSize, p = loss.Outputs;
        if (loss.Examples * p != N || start.Length != N)
            throw new ArgumentException($"{loss.Examples} examples of {p} outputs and {start.Length} starting numbers for N = {N}.", nameof(start));
        MatrixView kernel = Buffers.Zero(N, N);
        spare ??= new ThreadBudget(0);
        var (g, hessian) = (new double[N], new OutputHessian(loss.Examples, p));
        double[] first = [.. start, 0, 0];
        int interval = 0;

        void Form(double time) => trajectory.TrainKernel(interval, time, 1, 0, kernel, kernel, lower: false, spare);

        void Slope(double time, double[] x, double[] y)
        {
            Form(time);
            loss.Gradient(x.AsSpan(0, N), g);
            var moved = y.AsSpan(0, N);
            moved.Clear();
            VectorRoutines.AddProduct(kernel, g, moved);
            (y[N], y[N + 1]) = (VectorRoutines.Dot(g, moved), Own(kernel, g, p));
            VectorRoutines.Scale(-1, moved, moved);
        }

        double norm = 0, size = 0;
        double Rate(double[] x)
        {
            loss.Hessian(x.AsSpan(0, N), hessian);
            return Growth * norm * hessian.NormBound();
        }

        double Relative(double[] error, double[] next)
        {
            size = Math.Max(size, VectorRoutines.Distance(next.AsSpan(0, N), first.AsSpan(0, N)));
            double energy = Math.Max(Math.Max(next[N], next[N + 1]), double.Epsilon), wrong = Math.Max(Math.Abs(error[N]), Math.Abs(error[N + 1])) / energy;
            return Math.Max(wrong, size > 0 ? VectorRoutines.Norm(error.AsSpan(0, N)) / size : 0);
        }

        var flow = new StabilisedVector(first, Slope);
        var sums = new List<(double, double)> { (0, 0) };
        for (interval = 0; interval < trajectory.Intervals; interval++)
        {
            double from = trajectory.Knots[interval], to = trajectory.Knots[interval + 1];
            Form(to);
            norm = MatrixNorms.Frobenius(kernel);
            Form(from);
            norm = Math.Max(norm, MatrixNorms.Frobenius(kernel));
            flow.Advance(from, to, tolerance, Rate, Relative, cancellation);
            sums.Add((flow.State[N], flow.State[N + 1]));
        }
        return sums;
    }

    /// <summary>gᵀK_D g, K_D the blocks of K on the diagonal by example.</summary>
    /// <param name="kernel">K, N×N.</param>
    /// <param name="g">N numbers.</param>
    /// <param name="outputs">p, the size of a block.</param>
    public static double Own(in MatrixView kernel, ReadOnlySpan<double> g, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        double sum = 0;
        for (int first = 0; first < g.Length; first += outputs)
            for (int j = first; j < first + outputs; j++) sum += g[j] * VectorRoutines.Dot(kernel.Column(j).Slice(first, outputs), g.Slice(first, outputs));
        return sum;
    }
}
