using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>v ↦ F v = (√ω_i J_S(τ_i)ᵀ Y_i v)_i, the factor of W_S = FᵀF, by a sweep over frozen steps; where Jacobians or their factors are at hand.</summary>
/// <remarks>Rows: D for each node, in order of time. Singular values of F resolve eigenvalues of W_S that W_S itself, applied from kernels, loses to rounding
/// (theory, section 7).</remarks>
public sealed class SweptFactor : LinearOperator
{
    private readonly FlowSweep _sweep;
    private readonly JacobianProducts _jacobians;

    /// <summary>The factor of a sweep.</summary>
    /// <param name="sweep">The steps, along products of Jacobians.</param>
    /// <exception cref="ArgumentException">The products know kernels only, or F has more rows than an array has elements.</exception>
    public SweptFactor(FlowSweep sweep) : base(Length(FlowSweep.Given(sweep)), sweep.Products.TrainSize, isSymmetric: false) =>
        (_sweep, _jacobians) = (sweep, (JacobianProducts)sweep.Products);

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        var state = Buffers.Zero(Columns, x.Columns);
        x.CopyTo(state);
        MatrixView rows = y;
        int node = 0, d = _jacobians.Parameters;
        _sweep.Forward(state, 0, _sweep.Steps.Steps.Count, (int k, in MatrixView at) =>
        {
            var step = _sweep.Steps.Steps[k];
            var target = rows.Slice(d * node++, 0, d, rows.Columns);
            _jacobians.TrainTransposed(step.Interval, step.End, at, target);
            SweepRates.Scale(Math.Sqrt(step.Weight), target);
        });
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        MatrixView term = Buffers.Zero(Columns, x.Columns), rows = y;
        x.Fill(0);
        int node = _sweep.Nodes.Count, d = _jacobians.Parameters;
        _sweep.Backward(x, 0, _sweep.Steps.Steps.Count, (int k, in MatrixView state) =>
        {
            var step = _sweep.Steps.Steps[k];
            _jacobians.Train(step.Interval, step.End, rows.Slice(d * --node, 0, d, rows.Columns), term);
            SweepRates.Add(Math.Sqrt(step.Weight), term, state);
        });
    }

    private static int Length(FlowSweep sweep)
    {
        if (sweep.Products is not JacobianProducts jacobians)
            throw new ArgumentException("The factor of W_S needs Jacobians; the products of this sweep know kernels only.", nameof(sweep));
        return ArraySize.Of(sweep.Nodes.Count, jacobians.Parameters);
    }
}
