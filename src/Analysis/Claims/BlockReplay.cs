using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>A block V carried through the window once more, by other means than the operators: what C6 and C10 compare them with.</summary>
/// <param name="End">P(T,τ) P(τ,s) V.</param>
/// <param name="Train">G_S(τ,s) V + G_S(T,τ) P(τ,s) V.</param>
/// <param name="Test">The same with G_Q.</param>
/// <param name="Dissipated">VᵀW(s,τ)V + (P(τ,s)V)ᵀ W(τ,T) P(τ,s)V.</param>
/// <param name="Error">Estimated absolute Frobenius errors of the four.</param>
/// <param name="How">Method, for the reader.</param>
internal sealed record BlockReplay(DenseMatrix End, DenseMatrix Train, DenseMatrix Test, DenseMatrix Dissipated, BlockError Error, string How);

/// <summary>Absolute Frobenius errors of a block.</summary>
internal sealed record BlockError(double P, double W, double GS, double GQ);

/// <summary>Carries a block through the window, [s,τ] and [τ,T] each on its own. <paramref name="split"/> is the checkpoint index of τ; null for one piece.</summary>
internal delegate BlockReplay CarryBlock(DenseMatrix block, int? split, CancellationToken cancellation);

/// <summary>Gradient flow: another method on its own grid, W by quadrature over its nodes (the operators take W from P where energy is conserved).</summary>
internal static class FlowReplay
{
    // Costs factorizations only, and sees what is wrong by more than this; a tighter one would cost more than it tells.
    private const double Tolerance = 1e-4;

    public static BlockReplay Run(KernelTrajectory trajectory, IntegrationMethod method, double tolerance, Backend backend, DenseMatrix block, int? split, CancellationToken cancellation)
    {
        var other = method.PartnerForColumns;
        var options = new PropagationOptions { Method = other, RelativeTolerance = Math.Max(tolerance, Tolerance) };
        int last = trajectory.Intervals;
        var first = FlowIntegrator.Transport(split is { } k ? new WindowTrajectory(trajectory, 0, k) : trajectory, block, options, backend, cancellation);
        var error = Absolute(first);
        string how = FormattableString.Invariant($"{other} at {options.RelativeTolerance:G2}");
        if (split is not { } middle) return new BlockReplay(first.End, first.Train, first.Test, first.Dissipated, error, how);
        var second = FlowIntegrator.Transport(new WindowTrajectory(trajectory, middle, last), first.End, options, backend, cancellation);
        var then = Absolute(second);
        // What is wrong with P(τ,s)V goes through the second window with it: by at most its own size relative to the block there.
        double carried = first.Error.P;
        return new BlockReplay(second.End, (DenseMatrix)(first.Train + second.Train), (DenseMatrix)(first.Test + second.Test), (DenseMatrix)(first.Dissipated + second.Dissipated),
            new BlockError(then.P + Math.Min(error.P, carried * MatrixNorms.Frobenius(first.End)), error.W + then.W + 2 * carried * MatrixNorms.Frobenius(second.Dissipated),
                error.GS + then.GS + carried * MatrixNorms.Frobenius(second.Train), error.GQ + then.GQ + carried * MatrixNorms.Frobenius(second.Test)), how);
    }

    private static BlockError Absolute(BlockTransport t) => new(t.Error.P * MatrixNorms.Frobenius(t.End), t.Error.W * MatrixNorms.Frobenius(t.Dissipated),
        t.Error.G * MatrixNorms.Frobenius(t.Train), t.Error.G * MatrixNorms.Frobenius(t.Test));
}

/// <summary>Gradient descent: the recursion of a block, step by step from the kernels of each step.</summary>
internal static class DescentReplay
{
    public static BlockReplay Run(DescentKernels kernels, Backend backend, DenseMatrix block, CancellationToken cancellation)
    {
        int N = kernels.TrainSize, M = kernels.TestSize, c = block.ColumnCount;
        var step = new DescentStep(N, M);
        var hessian = new ChordHessian(N / kernels.Outputs, kernels.Outputs);
        DenseMatrix x = (DenseMatrix)block.Clone(), y = new(N + M, c), kx = new(N, c), sum = new(N + M, c), w = new(c, c);
        double[] none = new double[N];
        for (int k = 0; k < kernels.Steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            double eta = kernels.LearningRates[k];
            kernels.Fill(k, none, step);
            kernels.Hessians(k, hessian);
            backend.Gemm(Op.None, Op.None, 1, step.Start, x, 0, kx);
            backend.Gemm(Op.Transpose, Op.None, eta, x, kx, 1, w);
            backend.Gemm(Op.None, Op.None, eta, step.Average, x, 0, y);
            VectorKernels.Axpy(1, y.Values, sum.Values);
            hessian.Average.Apply(-1, ((MatrixView)y).Slice(0, 0, N, c), 1, x);
        }
        MatrixView g = sum;
        return new BlockReplay(x, g.Slice(0, 0, N, c).ToMatrix(), g.Slice(N, 0, M, c).ToMatrix(), w, new BlockError(0, 0, 0, 0), "the recursion of vectors");
    }
}
