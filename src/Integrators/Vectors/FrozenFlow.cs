using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>The flow of outputs under a kernel that stays as it is: u′ = −K·∇Φ(u), any loss with a formula.</summary>
/// <remarks>
/// What is carried is x(τ) = ∫∇Φ(u) over [0, τ], N numbers: then u = u_0 − K_SS·x, and the test outputs are u_Q − K_QS·x with the same x. Adaptive steps of
/// RKC2, 2N² flops for each stage. For B = βI x has a closed form in the eigenvalues of K, which is better.
/// </remarks>
public static class FrozenFlow
{
    // The curvature of a loss may grow within a step.
    private const double Growth = 1.1;

    /// <summary>∫∇Φ(u) over the duration.</summary>
    /// <param name="kernel">K_SS, N×N, symmetric and positive semidefinite.</param>
    /// <param name="loss">Φ, with a formula.</param>
    /// <param name="start">u_0, N numbers.</param>
    /// <param name="duration">In flow time, not negative.</param>
    /// <param name="tolerance">Allowed error of K·x relative to its size.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">Sizes do not fit, or the loss has no formula.</exception>
    /// <exception cref="NumericalException">The step became too short: the kernel is not finite.</exception>
    public static double[] Run(in MatrixView kernel, LossModel loss, ReadOnlySpan<double> start, double duration, double tolerance,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tolerance);
        ArgumentOutOfRangeException.ThrowIfNegative(duration);
        if (loss.IsCustom) throw new ArgumentException($"A loss {loss.Kind} has no formula: its gradient at other outputs is not known.", nameof(loss));
        int N = loss.Examples * loss.Outputs;
        if (kernel.Rows != N || kernel.Columns != N || start.Length != N)
            throw new ArgumentException($"A kernel of {kernel.Rows}x{kernel.Columns} and {start.Length} outputs, expected N = {N}.", nameof(start));
        if (duration == 0) return new double[N];
        var k = kernel;
        var (from, outputs, moved, hessian) = (start.ToArray(), new double[N], new double[N], new OutputHessian(loss.Examples, loss.Outputs));
        double norm = MatrixNorms.Frobenius(kernel);

        void Outputs(double[] x)
        {
            Array.Clear(moved);
            VectorRoutines.AddProduct(k, x, moved);
            VectorRoutines.Combine(1, from, -1, moved, outputs);
        }

        void Slope(double time, double[] x, double[] y)
        {
            Outputs(x);
            loss.Gradient(outputs, y);
        }

        double Rate(double[] x)
        {
            Outputs(x);
            loss.Hessian(outputs, hessian);
            return Growth * norm * hessian.NormBound();
        }

        // Until the outputs have moved, errors are measured by how far the first slope takes them before it falls.
        var zero = new double[N];
        var slope = new double[N];
        Slope(0, zero, slope);
        double rate = Math.Max(Rate(zero), double.Epsilon);
        Outputs(slope);
        double size = VectorRoutines.Norm(moved) / rate;
        if (size == 0) return VectorRoutines.Norm(slope) == 0 ? zero : [.. slope.Select(g => duration * g)];
        double Relative(double[] error, double[] next)
        {
            Outputs(error);
            double wrong = VectorRoutines.Norm(moved);
            Outputs(next);
            size = Math.Max(size, VectorRoutines.Norm(moved));
            return wrong / size;
        }
        var flow = new StabilisedVector(zero, Slope);
        flow.Advance(0, duration, tolerance, Rate, Relative, cancellation);
        return flow.State;
    }
}
