using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>v ↦ G v = Σ ω_i K(τ_i) Y_i v with K_QS (G_Q) or K_SS (G_S), and its transpose: the nodes and Y_i of <see cref="SweptGramian"/>.</summary>
public sealed class SweptTransfer : LinearOperator
{
    private readonly FlowSweep _sweep;
    private readonly TransferTarget _target;

    /// <summary>The transfer operator of a sweep.</summary>
    /// <param name="sweep">The steps.</param>
    /// <param name="target">Test outputs or training outputs.</param>
    public SweptTransfer(FlowSweep sweep, TransferTarget target = TransferTarget.Test)
        : base(target == TransferTarget.Test ? FlowSweep.Given(sweep).Products.TestSize : FlowSweep.Given(sweep).Products.TrainSize, sweep.Products.TrainSize,
            isSymmetric: false) => (_sweep, _target) = (sweep, target);

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        MatrixView state = Buffers.Zero(Columns, x.Columns), term = Buffers.Zero(Rows, x.Columns), sum = y;
        x.CopyTo(state);
        sum.Fill(0);
        _sweep.Forward(state, 0, _sweep.Steps.Steps.Count, (int k, in MatrixView node) =>
        {
            var step = _sweep.Steps.Steps[k];
            if (_target == TransferTarget.Test) _sweep.Products.ApplyTest(step.Interval, step.End, node, term);
            else _sweep.Products.ApplyTrain(step.Interval, step.End, node, term);
            SweepRates.Add(step.Weight, term, sum);
        });
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        MatrixView term = Buffers.Zero(Columns, x.Columns), from = y;
        x.Fill(0);
        _sweep.Backward(x, 0, _sweep.Steps.Steps.Count, (int k, in MatrixView state) =>
        {
            var step = _sweep.Steps.Steps[k];
            if (_target == TransferTarget.Test) _sweep.Products.ApplyTestTransposed(step.Interval, step.End, from, term);
            else _sweep.Products.ApplyTrain(step.Interval, step.End, from, term);
            SweepRates.Add(step.Weight, term, state);
        });
    }
}
