using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Carries;

/// <summary>The second carry of gradient flow: another method on its own grid, W by quadrature over its nodes (the operators take W from P where energy is
/// conserved).</summary>
internal static class FlowCarry
{
    // Costs factorizations only, and sees what is wrong by more than this; a tighter one would cost more than it tells.
    private const double Tolerance = 1e-4;

    /// <summary>Carries a block through [s,τ] and [τ,T], each on its own.</summary>
    /// <param name="trajectory">What is integrated.</param>
    /// <param name="main">Method, tolerance and seed of the operators; the carry takes another method.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="block">V, N×c: the block to carry.</param>
    /// <param name="split">Checkpoint index of τ; null for one piece.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static CarriedBlock Run(KernelTrajectory trajectory, PropagationOptions main, Backend backend, DenseMatrix block, int? split,
        CancellationToken cancellation)
    {
        var other = main.Method.Method!.PartnerForColumns;
        var options = main with { Method = other, RelativeTolerance = Math.Max(main.RelativeTolerance, Tolerance) };
        var first = FlowIntegrator.Transport(split is { } k ? new WindowTrajectory(trajectory, 0, k) : trajectory, block, options, backend, cancellation);
        var error = Absolute(first);
        string how = FormattableString.Invariant($"{other} at {options.RelativeTolerance:G2}");
        if (split is not { } middle) return new CarriedBlock(first.End, first.Train, first.Test, first.Dissipated, error, how);
        var second = FlowIntegrator.Transport(new WindowTrajectory(trajectory, middle, trajectory.Intervals), first.End, options, backend, cancellation);
        return new CarriedBlock(second.End, (DenseMatrix)(first.Train + second.Train), (DenseMatrix)(first.Test + second.Test),
            (DenseMatrix)(first.Dissipated + second.Dissipated),
            Sum(first, error, second), how);
    }

    // What is wrong with P(τ,s)V goes through the second window with it: by at most its own size relative to the block there.
    private static CarryError Sum(BlockTransport first, CarryError before, BlockTransport second)
    {
        double carried = first.Error.P;
        var then = Absolute(second);
        return new CarryError(
            then.P + Math.Min(before.P, carried * MatrixNorms.Frobenius(first.End)),
            before.W + then.W + 2 * carried * MatrixNorms.Frobenius(second.Dissipated),
            before.GS + then.GS + carried * MatrixNorms.Frobenius(second.Train),
            before.GQ + then.GQ + carried * MatrixNorms.Frobenius(second.Test));
    }

    // No carry is taken to be much better than what was asked of it: an estimate from a few steps may come out small by accident.
    private static CarryError Absolute(BlockTransport t) => new(AtLeast(t.Error.P) * MatrixNorms.Frobenius(t.End),
        AtLeast(t.Error.W) * MatrixNorms.Frobenius(t.Dissipated), AtLeast(t.Error.G) * MatrixNorms.Frobenius(t.Train),
        AtLeast(t.Error.G) * MatrixNorms.Frobenius(t.Test));

    private static double AtLeast(double estimate) => Math.Max(estimate, 0.5 * Tolerance);
}
