using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>v ↦ P(T,s)v and its transpose by sweeps over frozen steps.</summary>
public sealed class SweptPropagator : LinearOperator
{
    private readonly FlowSweep _sweep;

    /// <summary>The propagator of a sweep.</summary>
    /// <param name="sweep">The steps.</param>
    public SweptPropagator(FlowSweep sweep) : base(FlowSweep.Given(sweep).Products.TrainSize, sweep.Products.TrainSize, isSymmetric: false) => _sweep = sweep;

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        x.CopyTo(y);
        _sweep.Forward(y, 0, _sweep.Steps.Steps.Count, null);
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        y.CopyTo(x);
        _sweep.Backward(x, 0, _sweep.Steps.Steps.Count, null);
    }
}
