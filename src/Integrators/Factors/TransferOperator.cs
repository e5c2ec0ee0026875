using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Which outputs a transfer operator leads to.</summary>
public enum TransferTarget
{
    /// <summary>Test outputs: G_Q, M×N.</summary>
    Test,

    /// <summary>Training outputs: G_S, N×N.</summary>
    Train,
}

/// <summary>v ↦ G_h v = Σ ω_i K_QS(τ_i) Y_i v (or with K_SS: G_S) and its transpose, by sweeps over the steps of a grid: the same nodes and Y_i as
/// <see cref="GramianOperator"/>.</summary>
public sealed class TransferOperator : LinearOperator
{
    private readonly FlowGrid _grid;
    private readonly TransferTarget _target;

    /// <summary>The transfer operator G_h of a grid.</summary>
    public TransferOperator(FlowGrid grid, TransferTarget target = TransferTarget.Test)
        : base(RowsOf(FlowGrid.TrajectoryOf(grid), target), grid.Trajectory.TrainSize, isSymmetric: false) =>
        (_grid, _target) = (grid, target);

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        var state = Buffers.Zero(x.Rows, x.Columns);
        x.CopyTo(state);
        MatrixView sum = y;
        sum.Fill(0);
        _grid.Forward(state, (int node, in MatrixView stage) => _grid.Backend.Gemm(Op.None, Op.None, _grid.Nodes[node].Weight, Kernel(node), stage, 1, sum));
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        MatrixView u = y;
        x.Fill(0);
        _grid.Backward(x, (int node, in MatrixView stage) => _grid.Backend.Gemm(Op.Transpose, Op.None, _grid.Nodes[node].Weight, Kernel(node), u, 0, stage));
    }

    private static int RowsOf(KernelTrajectory trajectory, TransferTarget target) =>
        target == TransferTarget.Test ? trajectory.TestSize : trajectory.TrainSize;

    private MatrixView Kernel(int node) => _target == TransferTarget.Test ? _grid.TestKernel(node) : _grid.TrainKernel(node);
}
