using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>v ↦ P(T,s) v and its transpose by sweeps over the steps of a grid; O(sN²) per step and vector.</summary>
public sealed class PropagatorOperator : LinearOperator
{
    private readonly FlowGrid _grid;

    /// <summary>The propagator P of a grid.</summary>
    public PropagatorOperator(FlowGrid grid) : base(FlowGrid.TrajectoryOf(grid).TrainSize, grid.Trajectory.TrainSize, isSymmetric: false) => _grid = grid;

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        x.CopyTo(y);
        _grid.Forward(y, null);
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        y.CopyTo(x);
        _grid.Backward(x, null);
    }
}
