using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>v ↦ W_h v = Σ ω_i Y_iᵀ K_SS(τ_i) Y_i v: a forward sweep that leaves ω_i K_SS Y_i v at every node, then the transposed sweep. Symmetric to
/// rounding.</summary>
/// <remarks>
/// The same W_h as the dense one of these nodes (theory, section 4). From kernels: eigenvalues below about N·ε·λ_1 are rounding, as they are for the dense
/// matrix; <see cref="FlowFactor"/> resolves them. Memory: N numbers per node and vector; more vectors than fit are taken in turns.
/// </remarks>
public sealed class GramianOperator : LinearOperator
{
    private readonly FlowGrid _grid;
    private readonly int _turn;

    /// <summary>The Gramian W_h of a grid.</summary>
    public GramianOperator(FlowGrid grid) : base(FlowGrid.TrajectoryOf(grid).TrainSize, grid.Trajectory.TrainSize, isSymmetric: true)
    {
        _grid = grid;
        long perVector = (long)grid.Nodes.Count * Rows * sizeof(double);
        _turn = (int)Math.Clamp(Math.Max(grid.MaxBytes / 4, 64L << 20) / perVector, 1, Rows);
    }

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        for (int first = 0; first < x.Columns; first += _turn)
        {
            int count = Math.Min(_turn, x.Columns - first);
            var seeds = new MatrixView[_grid.Nodes.Count];
            var state = Buffers.Zero(Rows, count);
            x.ColumnRange(first, count).CopyTo(state);
            _grid.Forward(state, (int node, in MatrixView stage) =>
            {
                seeds[node] = Buffers.Zero(Rows, count);
                _grid.Backend.Gemm(Op.None, Op.None, _grid.Nodes[node].Weight, _grid.TrainKernel(node), stage, 0, seeds[node]);
            });
            var target = y.ColumnRange(first, count);
            target.Fill(0);
            _grid.Backward(target, (int node, in MatrixView stage) => seeds[node].CopyTo(stage));
        }
    }
}
