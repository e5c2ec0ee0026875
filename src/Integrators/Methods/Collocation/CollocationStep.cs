using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Collocation step by block elimination with matrices of stage size.</summary>
/// <remarks>
/// Multiplied by A⁻¹ = α, the stage equations read Σ_j α_ij Y_j + h B_i K_i Y_i = (Σ_j α_ij) X: diagonal blocks M_i = α_ii I + h B_i K_i,
/// off-diagonal blocks multiples of I. Eliminating stage by stage costs 3 N³ (s = 1), 8 N³ (s = 2) or 19 N³ (s = 3) flops instead of the 13.3 N³ or
/// 36 N³ of one LU of order sN, and only conditions of order h‖BK‖ appear, never its square. For B = βI the block M_0 and, where α_10 α_01 &lt; 0
/// (Gauss and Radau IIA), M_1 − α_10 α_01 M_0⁻¹ are symmetric positive definite: Cholesky, of which the lower triangle is formed and no more. The third
/// block is not symmetric: LU. Between the products a step goes through N×N numbers as seldom as it can, with all threads: those passes are bound by memory.
/// </remarks>
internal sealed class CollocationStep : NodalStepMethod
{
    private readonly CollocationTableau _tableau;
    private readonly Backend _backend;
    private readonly ColumnSums _sums;
    private readonly StagesAhead? _ahead;
    private readonly MatrixView _temp;
    private readonly MatrixView[] _y;
    private readonly double _rest; // 1 − Σd
    private StageMatrices _matrices;
    private int _columns;

    /// <param name="tableau">One to three stages.</param>
    /// <param name="trajectory">What is integrated; it gives the sizes.</param>
    /// <param name="columns">Most columns of X.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="workspace">Gives the buffers.</param>
    public CollocationStep(CollocationTableau tableau, KernelTrajectory trajectory, int columns, Backend backend, Workspace workspace) : base(trajectory)
    {
        _tableau = tableau;
        _backend = backend;
        _sums = new ColumnSums(backend.Spare);
        int n = trajectory.TrainSize;
        _columns = columns;
        _matrices = new StageMatrices(tableau, trajectory, backend, workspace);
        if (StagesAhead.IsWorth(n, backend.Spare))
            _ahead = new StagesAhead(new StageMatrices(tableau, trajectory, backend, workspace), backend.Spare);
        _temp = workspace.Take(n, columns);
        _y = new MatrixView[tableau.Stages];
        for (int i = 0; i < _y.Length; i++) _y[i] = workspace.Take(n, columns);
        _rest = 1 - tableau.StageWeights.Sum();
    }

    internal override bool StepsInPlace => true;

    public override bool NodesAreIndependent => false;

    public override ReadOnlySpan<double> Nodes => _tableau.C.AsSpan();

    public override ReadOnlySpan<double> Weights => _tableau.B.AsSpan();

    public override MatrixView AtNode(int i) => _y[i].ColumnRange(0, _columns);

    // With two sets one of them may be under way at any time.
    internal override MatrixView? FreeSquare => _ahead is null ? _matrices.Inverse : default(MatrixView?);

    internal override MatrixView? FreeColumns => _temp;

    internal override void Announce(FlowStep first, FlowStep second, int columns) => _ahead?.Announce(first, second, columns);

    internal override void Forget() => _ahead?.Forget();

    public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
    {
        var a = _tableau.Inverse;
        var r = _tableau.InverseRowSums;
        var d = _tableau.StageWeights;
        _columns = x.Columns;
        if (_ahead is null || !_ahead.TryTake(step, _columns, ref _matrices)) _matrices.Prepare(step, _columns);
        var m = _matrices;
        MatrixView y0 = AtNode(0), temp = _temp.ColumnRange(0, _columns);

        if (_tableau.Stages == 1 && !m.AreMany(_columns))
        {
            _sums.Scale(r[0], x, y0);
            m.SolveM0InPlace(y0);
            _sums.Combine(_rest, x, d[0], y0, next);
            return;
        }
        _backend.Gemm(Op.None, Op.None, r[0], m.Inverse, x, 0, y0);
        if (_tableau.Stages == 1)
        {
            _sums.Combine(_rest, x, d[0], y0, next);
            return;
        }

        // Forward: y_0 = R r_0 X; right-hand sides r_i X − α_i0 y_0, then stage 1 and 2.
        var y1 = AtNode(1);
        if (m.IsInverted)
        {
            _sums.Combine(r[1], x, -a[1][0], y0, temp);
            m.SolveM1(temp, y1);
        }
        else
        {
            _sums.Combine(r[1], x, -a[1][0], y0, y1);
            m.SolveM1InPlace(y1);
        }
        if (_tableau.Stages == 3)
        {
            var y2 = AtNode(2);
            _sums.Combine(r[2], x, -a[2][0], y0, -a[2][1], y1, y2);
            _backend.Gemm(Op.None, Op.None, a[2][0] * a[0][1], m.Inverse, y1, 1, y2);
            m.SolveM2InPlace(y2);
            _backend.Gemm(Op.None, Op.None, -1, m.X12, y2, 1, y1);
            _sums.Combine(-a[0][1], y1, -a[0][2], y2, temp);
            _backend.Gemm(Op.None, Op.None, 1, m.Inverse, temp, 1, y0);
            _sums.Combine(_rest, x, d[0], y0, d[1], y1, d[2], y2, next);
            return;
        }
        _backend.Gemm(Op.None, Op.None, -a[0][1], m.Inverse, y1, 1, y0);
        _sums.Combine(_rest, x, d[0], y0, d[1], y1, next);
    }
}
