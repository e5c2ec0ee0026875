using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Carries;

/// <summary>The second carry of gradient flow: another method on its own grid, W by quadrature over its nodes (the operators take W from P where energy is
/// conserved).</summary>
internal static class FlowCarry
{
    // Costs little, and sees what is wrong by more than this; a tighter one would cost more than it tells.
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
        double tolerance = Math.Max(main.RelativeTolerance, Tolerance);
        KernelTrajectory Part(int from, int to) => new WindowTrajectory(trajectory, from, to);
        KernelTrajectory[] parts = split is { } at ? [Part(0, at), Part(at, trajectory.Intervals)] : [trajectory];
        var options = main with { Method = main.Method.Method!.PartnerForColumns, RelativeTolerance = tolerance };
        return (IsOfProducts(main.Method.Method!) ? null
                : Along(parts, block, tolerance, (part, v) => ColumnFlow.TryCarry([new ColumnStart(part, v)], tolerance, backend, cancellation)?[0]))
            ?? Along(parts, block, tolerance, (part, v) => FlowIntegrator.Transport(part, v, options, backend, cancellation))!;
    }

    // Products go by rules of Radau and the pair of Tsitouras: where the operators come from one of these, another method has to do it.
    private static bool IsOfProducts(IntegrationMethod main) => main.Tableau is { Symplectic: false } || ReferenceEquals(main, Methods.Tsitouras5);

    private static CarriedBlock? Along(KernelTrajectory[] parts, DenseMatrix block, double tolerance,
        Func<KernelTrajectory, DenseMatrix, BlockTransport?> carry)
    {
        if (carry(parts[0], block) is not { } first) return null;
        string how = FormattableString.Invariant($"{first.Report.Name} at {tolerance:G2}");
        if (parts.Length == 1) return new CarriedBlock(first.End, first.Train, first.Test, first.Dissipated, Absolute(first), how);
        return carry(parts[1], first.End) is { } second ? Together(first, second, how) : null;
    }

    private static CarriedBlock Together(BlockTransport first, BlockTransport second, string how) => new(second.End,
        (DenseMatrix)(first.Train + second.Train), (DenseMatrix)(first.Test + second.Test), (DenseMatrix)(first.Dissipated + second.Dissipated),
        Sum(first, Absolute(first), second), how);

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
