using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>F_h with W_h = F_hᵀF_h: F_h v = (√ω_i J_S(τ_i)ᵀ Y_i v)_i, L×N with L = Σ q_i, in the coordinates of <see cref="JacobianCoordinates"/>.</summary>
/// <remarks>
/// Applied with the recorded J, F_h is known to a small multiple of ε·s_F (<see cref="RoundingScale"/>), so its singular values σ resolve eigenvalues
/// λ = σ² of W_h down to (ε·s_F)²,
/// of the order of ε²λ_1, where W_h itself, formed or applied from kernels, ends at ελ_1. Long vectors: q_i numbers per node. The transpose is the
/// discrete adjoint of the same steps.
/// </remarks>
public sealed class FlowFactor : LinearOperator
{
    private readonly FlowGrid _grid;
    private readonly JacobianCoordinates _jacobians;
    private readonly int[] _first;
    private readonly double[] _roots;

    /// <summary>The factor F_h of a grid.</summary>
    /// <param name="grid">Steps of the integration.</param>
    /// <param name="jacobians">The Jacobians of the same trajectory.</param>
    /// <exception cref="ArgumentException">Sizes differ, or L exceeds 2³¹ − 1.</exception>
    public FlowFactor(FlowGrid grid, JacobianCoordinates jacobians) : base(Length(grid, jacobians), grid.Trajectory.TrainSize, isSymmetric: false)
    {
        (_grid, _jacobians) = (grid, jacobians);
        _first = new int[grid.Nodes.Count];
        for (int i = 1; i < _first.Length; i++) _first[i] = _first[i - 1] + jacobians.Rows(grid.Nodes[i - 1].Interval);
        _roots = [.. grid.Nodes.Select(n => Math.Sqrt(n.Weight))];
    }

    internal FlowGrid Grid => _grid;

    internal JacobianCoordinates Jacobians => _jacobians;

    /// <summary>The rows of F_h that belong to a node.</summary>
    internal MatrixView Piece(in MatrixView z, int node) => z.Slice(_first[node], 0, _jacobians.Rows(_grid.Nodes[node].Interval), z.Columns);

    internal double Root(int node) => _roots[node];

    /// <summary>s_F = √(Σ ω_i ‖J_S(τ_i)‖_F²): F_h is applied to a multiple of ε·s_F, so that is what its singular values are known to. For saturated
    /// modes s_F exceeds σ_1 = 1/√(2β), by about √(2βκ_1(T−s)).</summary>
    public double RoundingScale()
    {
        double sum = 0;
        foreach (var (interval, time, weight) in _grid.Nodes)
        {
            double size = MatrixNorms.Frobenius(_jacobians.Train(interval, time));
            sum += weight * size * size;
        }
        return Math.Sqrt(sum);
    }

    /// <summary>R, N×N upper triangular, with F_h = Q·R for a Q of orthonormal columns that is not kept: its singular values and right singular
    /// vectors are those of F_h.</summary>
    /// <remarks>One forward sweep of N vectors with a Householder QR every few nodes: about 20N³ flops per node, memory a few N² whatever L is. No
    /// eigenvalue is squared.</remarks>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured at every node.</param>
    public DenseMatrix Triangle(Action<double>? progress = null, CancellationToken cancellation = default)
    {
        var rows = new RowReduction(Columns, Enumerable.Range(0, _grid.Trajectory.Intervals).Max(_jacobians.Rows), _grid.Backend);
        MatrixView state = DenseMatrix.CreateIdentity(Columns);
        _grid.Forward(state, (int node, in MatrixView y) =>
        {
            cancellation.ThrowIfCancellationRequested();
            var (interval, time, _) = _grid.Nodes[node];
            var J = _jacobians.Train(interval, time);
            _grid.Backend.Gemm(Op.None, Op.None, _roots[node], J, y, 0, rows.Next(J.Rows));
            progress?.Invoke((node + 1.0) / _grid.Nodes.Count);
        });
        return rows.Finish();
    }

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        var state = Buffers.Zero(x.Rows, x.Columns);
        x.CopyTo(state);
        MatrixView z = y;
        _grid.Forward(state, (int node, in MatrixView stage) =>
        {
            var (interval, time, _) = _grid.Nodes[node];
            _grid.Backend.Gemm(Op.None, Op.None, _roots[node], _jacobians.Train(interval, time), stage, 0, Piece(z, node));
        });
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        MatrixView z = y;
        x.Fill(0);
        _grid.Backward(x, (int node, in MatrixView stage) =>
        {
            var (interval, time, _) = _grid.Nodes[node];
            _grid.Backend.Gemm(Op.Transpose, Op.None, _roots[node], _jacobians.Train(interval, time), Piece(z, node), 0, stage);
        });
    }

    private static int Length(FlowGrid grid, JacobianCoordinates jacobians)
    {
        ArgumentNullException.ThrowIfNull(grid);
        ArgumentNullException.ThrowIfNull(jacobians);
        if (jacobians.TrainSize != grid.Trajectory.TrainSize || jacobians.TestSize != grid.Trajectory.TestSize)
            throw new ArgumentException($"The Jacobians are of N = {jacobians.TrainSize}, M = {jacobians.TestSize}, "
                + $"the grid of N = {grid.Trajectory.TrainSize}, M = {grid.Trajectory.TestSize}.", nameof(jacobians));
        long length = grid.Nodes.Sum(n => (long)jacobians.Rows(n.Interval));
        if (length > int.MaxValue)
            throw new ArgumentException($"F has {length} rows, more than {int.MaxValue}: use a looser tolerance or fewer checkpoints.", nameof(grid));
        return (int)length;
    }
}

/// <summary>H_h with G_h = H_hF_h: H_h z = Σ √ω_i J_Q(τ_i) z_i, M×L. ‖H_h‖² ≤ c_h, so ‖G_h v‖ ≤ √c_h·‖F_h v‖ is seen at any size of ‖F_h v‖.</summary>
public sealed class ResponseFactor : LinearOperator
{
    private readonly FlowFactor _factor;

    /// <summary>H_h that belongs to a factor.</summary>
    /// <param name="factor">F_h, the factor that it belongs to.</param>
    public ResponseFactor(FlowFactor factor) : base(TestSizeOf(factor), factor.Rows, isSymmetric: false) => _factor = factor;

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        var grid = _factor.Grid;
        y.Fill(0);
        for (int node = 0; node < grid.Nodes.Count; node++)
            grid.Backend.Gemm(Op.Transpose, Op.None, _factor.Root(node), Test(node), _factor.Piece(x, node), 1, y);
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        var grid = _factor.Grid;
        for (int node = 0; node < grid.Nodes.Count; node++)
            grid.Backend.Gemm(Op.None, Op.None, _factor.Root(node), Test(node), y, 0, _factor.Piece(x, node));
    }

    private static int TestSizeOf(FlowFactor factor)
    {
        ArgumentNullException.ThrowIfNull(factor);
        return factor.Grid.Trajectory.TestSize;
    }

    private MatrixView Test(int node) => _factor.Jacobians.Test(_factor.Grid.Nodes[node].Interval, _factor.Grid.Nodes[node].Time);
}
