using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The accepted steps of an integration as a linear map that is applied to vectors and transposed exactly: what P, W_S, G_Q and the factor F
/// are made of without forming them.</summary>
/// <remarks>
/// Forward, per step: Y_i = S_i X, X ← (1 − Σd)X + Σ d_i Y_i. The transpose runs the same steps backwards, X̄ ← (1 − Σd)X̄ + Σ S_iᵀ(Ȳ_i + d_i X̄): it is the
/// discrete adjoint of these very steps, not the adjoint flow on a grid of its own, so ⟨Fv, u⟩ = ⟨v, Fᵀu⟩ to rounding at any step size.
/// Memory: s·N² numbers per step for the maps S_i, up to a limit; steps beyond it are formed again at every application.
/// Not thread-safe: operators on one grid share its workspace.
/// </remarks>
public sealed class FlowGrid
{
    /// <summary>Default limit on what is kept: 2 GiB.</summary>
    public const long DefaultMaxBytes = 2L << 30;

    private readonly StageMaps _maps;
    private readonly double _rest;
    private readonly MatrixView _kernels;

    /// <summary>Takes the steps of an integration.</summary>
    /// <param name="trajectory">The trajectory that was integrated.</param>
    /// <param name="propagation">The integration; any collocation method (gauss-2, gauss-4, gauss-6, radau-3, radau-5).</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="maxBytes">Limit on the memory of the maps S_i; 0 keeps none.</param>
    /// <exception cref="ArgumentException">The method has no stages to solve for, steps are missing (descent mode), or they do not belong to the
    /// trajectory.</exception>
    public FlowGrid(KernelTrajectory trajectory, Propagation propagation, Backend backend, long maxBytes = DefaultMaxBytes)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(propagation);
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentOutOfRangeException.ThrowIfNegative(maxBytes);
        Tableau = propagation.Method?.Tableau ?? throw new ArgumentException(
            $"The factor of a flow needs the steps of a collocation method ("
            + $"{string.Join(", ", CollocationTableau.All.Select(t => t.Name))}), not {propagation.Report.Name}.", nameof(propagation));
        if (propagation.P.RowCount != trajectory.TrainSize || propagation.G_Q.RowCount != trajectory.TestSize)
            throw new ArgumentException($"The integration is of N = {propagation.P.RowCount}, M = {propagation.G_Q.RowCount}, "
                + $"the trajectory of N = {trajectory.TrainSize}, M = {trajectory.TestSize}.", nameof(propagation));
        foreach (var step in propagation.Steps) Require(trajectory, step);
        if (propagation.Steps.Count == 0) throw new ArgumentException("The integration holds no steps.", nameof(propagation));
        (Trajectory, Backend, Nodes) = (trajectory, backend, new StepNodes(propagation.Steps, [.. Tableau.C], [.. Tableau.B]));
        _maps = new StageMaps(trajectory, Tableau, propagation.Steps, backend, maxBytes);
        _rest = 1 - Tableau.StageWeights.Sum();
        _kernels = Buffers.Zero(trajectory.TrainSize + trajectory.TestSize, trajectory.TrainSize);
        MaxBytes = maxBytes;
    }

    /// <summary>What was integrated.</summary>
    public KernelTrajectory Trajectory { get; }

    /// <summary>The tableau of the collocation method.</summary>
    public CollocationTableau Tableau { get; }

    /// <summary>τ_i and ω_i, in order of time.</summary>
    public IReadOnlyList<QuadratureNode> Nodes { get; }

    /// <summary>The number of steps.</summary>
    public int Steps => _maps.Steps.Count;

    /// <summary>Number of steps whose maps are kept; the others are formed again at every application.</summary>
    public int StepsKept => _maps.Keep;

    /// <summary>Bytes of the maps once all that are kept have been formed.</summary>
    public long Bytes => _maps.Keep * _maps.BytesPerStep;

    internal Backend Backend { get; }

    internal long MaxBytes { get; }

    /// <summary>Receives Y_i, or gives Ȳ_i, at node i.</summary>
    internal delegate void NodeAction(int node, in MatrixView y);

    /// <summary>[K_SS; K_QS] at a node, valid until the next call.</summary>
    internal MatrixView Kernels(int node)
    {
        Trajectory.Kernels(Nodes[node].Interval, Nodes[node].Time, _kernels);
        return _kernels;
    }

    internal MatrixView TrainKernel(int node) => Kernels(node).Slice(0, 0, Trajectory.TrainSize, Trajectory.TrainSize);

    internal MatrixView TestKernel(int node) => Kernels(node).Slice(Trajectory.TrainSize, 0, Trajectory.TestSize, Trajectory.TrainSize);

    /// <summary>Carries X along, in place, from s to T; <paramref name="visit"/> sees Y_i at every node in turn.</summary>
    internal void Forward(in MatrixView x, NodeAction? visit)
    {
        int s = Tableau.Stages;
        MatrixView y = Buffers.Zero(x.Rows, x.Columns), next = Buffers.Zero(x.Rows, x.Columns);
        for (int step = 0; step < Steps; step++)
        {
            var maps = _maps.Of(step);
            Scale(_rest, x, next);
            for (int i = 0; i < s; i++)
            {
                Backend.Gemm(Op.None, Op.None, 1, maps[i], x, 0, y);
                Add(Tableau.StageWeights[i], y, next);
                visit?.Invoke(step * s + i, y);
            }
            next.CopyTo(x);
        }
    }

    /// <summary>The transpose: X̄ at T on entry, at s on return; <paramref name="give"/> writes Ȳ_i at every node, last node first.</summary>
    internal void Backward(in MatrixView x, NodeAction? give)
    {
        int s = Tableau.Stages;
        MatrixView y = Buffers.Zero(x.Rows, x.Columns), next = Buffers.Zero(x.Rows, x.Columns);
        for (int step = Steps - 1; step >= 0; step--)
        {
            var maps = _maps.Of(step);
            Scale(_rest, x, next);
            for (int i = s - 1; i >= 0; i--)
            {
                if (give is null) y.Fill(0);
                else give(step * s + i, y);
                Add(Tableau.StageWeights[i], x, y);
                Backend.Gemm(Op.Transpose, Op.None, 1, maps[i], y, 1, next);
            }
            next.CopyTo(x);
        }
    }

    // Times of steps are sums of lengths: a step may begin before its knot by rounding.
    /// <summary>The trajectory of a grid that a constructor was given, before it passes sizes to its base.</summary>
    internal static KernelTrajectory TrajectoryOf(FlowGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return grid.Trajectory;
    }

    private static void Require(KernelTrajectory trajectory, FlowStep step)
    {
        double slack = 1e-9 * Math.Abs(trajectory.Knots[^1] - trajectory.Knots[0]);
        if (step.Interval < trajectory.Intervals && step.Time >= trajectory.Knots[step.Interval] - slack && step.Time < trajectory.Knots[step.Interval + 1])
            return;
        throw new ArgumentException(FormattableString.Invariant($"The step at t = {step.Time} does not lie in interval {step.Interval} of the trajectory."));
    }

    internal static void Scale(double factor, in MatrixView x, in MatrixView y)
    {
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Scale(factor, x.Column(j), y.Column(j));
    }

    private static void Add(double factor, in MatrixView x, in MatrixView y)
    {
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Axpy(factor, x.Column(j), y.Column(j));
    }
}
