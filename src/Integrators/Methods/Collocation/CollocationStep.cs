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
    private readonly BlockProduct _blocks = new();
    private readonly int _n;
    private int _columns;
    private readonly double? _beta;
    private readonly bool _symmetricSecond;
    private bool _inverted;
    private readonly MatrixView _m2, _x12, _temp;
    private MatrixView _inverse, _m1;
    private readonly MatrixView[] _y;
    private readonly int[] _pivots0, _pivots1, _pivots2;
    private readonly double[] _diagonal;
    private readonly OutputHessian _hessian;
    private readonly double _rest; // 1 − Σd

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
        _n = trajectory.TrainSize;
        _columns = columns;
        _beta = trajectory.Beta;
        _symmetricSecond = _beta is not null && tableau.Stages > 1 && tableau.Inverse[1][0] * tableau.Inverse[0][1] < 0;
        bool three = tableau.Stages == 3, second = tableau.Stages > 1 || _beta is null;
        _inverse = workspace.Take(_n, _n);
        _m1 = second ? workspace.Take(_n, _n) : default;
        _m2 = three ? workspace.Take(_n, _n) : default;
        _x12 = three ? workspace.Take(_n, _n) : default;
        _temp = workspace.Take(_n, columns);
        _y = new MatrixView[tableau.Stages];
        for (int i = 0; i < _y.Length; i++) _y[i] = workspace.Take(_n, columns);
        _rest = 1 - tableau.StageWeights.Sum();
        _pivots0 = new int[_n];
        _pivots1 = new int[_n];
        _pivots2 = new int[_n];
        _diagonal = new double[_n];
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
    }

    internal override bool StepsInPlace => true;

    public override bool NodesAreIndependent => false;

    public override ReadOnlySpan<double> Nodes => _tableau.C.AsSpan();

    public override ReadOnlySpan<double> Weights => _tableau.B.AsSpan();

    public override MatrixView AtNode(int i) => _y[i].ColumnRange(0, _columns);

    internal override MatrixView? FreeSquare => _inverse;

    internal override MatrixView? FreeColumns => _temp;

    public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
    {
        double t = step.Time, h = step.Length;
        var a = _tableau.Inverse;
        var r = _tableau.InverseRowSums;
        bool three = _tableau.Stages == 3;
        _columns = x.Columns;
        // With few columns triangular solves are cheaper than an inverse.
        bool many = _columns > _n / 4;
        _inverted = _symmetricSecond && (three || many);

        if (_tableau.Stages == 1 && !many)
        {
            SolveOnly(step, x, next);
            return;
        }

        // R = M_0⁻¹
        StageMatrix(step, 0, _inverse, lower: true);
        if (_beta is not null)
        {
            Require(_backend.Cholesky(_inverse), t, h, 0);
            _backend.CholeskyInverse(_inverse);
        }
        else
        {
            Require(_backend.Lu(_inverse, _pivots0), t, h, 0);
            Identity(_m1);
            _backend.LuSolve(Op.None, _inverse, _pivots0, _m1);
            (_inverse, _m1) = (_m1, _inverse);
        }

        MatrixView y0 = AtNode(0), temp = _temp.ColumnRange(0, _columns);
        _backend.Gemm(Op.None, Op.None, r[0], _inverse, x, 0, y0);
        if (_tableau.Stages == 1)
        {
            _sums.Combine(_rest, x, _tableau.StageWeights[0], y0, next);
            return;
        }

        // M_1 ← M_1 − α_10 α_01 R, factored
        StageMatrix(step, 1, _m1, lower: _symmetricSecond, -a[1][0] * a[0][1], _inverse);
        if (_symmetricSecond)
        {
            Require(_backend.Cholesky(_m1), t, h, 1);
            if (_inverted) _backend.CholeskyInverse(_m1);
        }
        else Require(_backend.Lu(_m1, _pivots1), t, h, 1);
        if (three) ThirdStage(step);

        // Forward: y_0 = R r_0 X; right-hand sides r_i X − α_i0 y_0, then stage 1 and 2.
        var y1 = AtNode(1);
        if (_inverted)
        {
            _sums.Combine(r[1], x, -a[1][0], y0, temp);
            SolveM1(temp, y1);
        }
        else
        {
            _sums.Combine(r[1], x, -a[1][0], y0, y1);
            SolveM1InPlace(y1);
        }
        var d = _tableau.StageWeights;
        if (three)
        {
            var y2 = AtNode(2);
            _sums.Combine(r[2], x, -a[2][0], y0, -a[2][1], y1, y2);
            _backend.Gemm(Op.None, Op.None, a[2][0] * a[0][1], _inverse, y1, 1, y2);
            _backend.LuSolve(Op.None, _m2, _pivots2, y2);
            _backend.Gemm(Op.None, Op.None, -1, _x12, y2, 1, y1);
            _sums.Combine(-a[0][1], y1, -a[0][2], y2, temp);
            _backend.Gemm(Op.None, Op.None, 1, _inverse, temp, 1, y0);
            _sums.Combine(_rest, x, d[0], y0, d[1], y1, d[2], y2, next);
            return;
        }
        _backend.Gemm(Op.None, Op.None, -a[0][1], _inverse, y1, 1, y0);
        _sums.Combine(_rest, x, d[0], y0, d[1], y1, next);
    }

    // One stage and few columns: no inverse.
    private void SolveOnly(FlowStep step, in MatrixView x, in MatrixView next)
    {
        StageMatrix(step, 0, _inverse, lower: true);
        var y = AtNode(0);
        _sums.Scale(_tableau.InverseRowSums[0], x, y);
        if (_beta is not null)
        {
            Require(_backend.Cholesky(_inverse), step.Time, step.Length, 0);
            _backend.CholeskySolve(_inverse, y);
        }
        else
        {
            Require(_backend.Lu(_inverse, _pivots0), step.Time, step.Length, 0);
            _backend.LuSolve(Op.None, _inverse, _pivots0, y);
        }
        _sums.Combine(_rest, x, _tableau.StageWeights[0], y, next);
    }

    // X = M_1⁻¹ (α_12 I − α_10 α_02 R);  M_2 ← M_2 − α_20 α_02 R − (α_21 I − α_20 α_01 R) X, factored
    private void ThirdStage(FlowStep step)
    {
        var a = _tableau.Inverse;
        _sums.Scale(-a[1][0] * a[0][2], _inverse, _m2);
        for (int i = 0; i < _n; i++) _m2[i, i] += a[1][2];
        if (_inverted) SolveM1(_m2, _x12);
        else
        {
            _sums.Scale(1, _m2, _x12);
            SolveM1InPlace(_x12);
        }
        StageMatrix(step, 2, _m2, lower: false, -a[2][0] * a[0][2], _inverse);
        // The multiple of I goes into the diagonal of R for the time of the product: it saves a pass over X.
        double factor = a[2][0] * a[0][1], shift = a[2][1] / factor;
        for (int i = 0; i < _n; i++)
        {
            _diagonal[i] = _inverse[i, i];
            _inverse[i, i] -= shift;
        }
        _backend.Gemm(Op.None, Op.None, factor, _inverse, _x12, 1, _m2);
        for (int i = 0; i < _n; i++) _inverse[i, i] = _diagonal[i];
        Require(_backend.Lu(_m2, _pivots2), step.Time, step.Length, 2);
    }

    // M ← α_ii I + h B K + γ·C; for B = βI and a Cholesky factor only the lower triangle.
    private void StageMatrix(FlowStep step, int stage, in MatrixView m, bool lower, double gamma = 0, in MatrixView c = default)
    {
        double time = step.At(_tableau.C[stage]);
        var addend = gamma == 0 ? m : c;
        if (_beta is { } beta) Trajectory.TrainKernel(step.Interval, time, beta * step.Length, gamma, addend, m, lower, _backend.Spare);
        else
        {
            Trajectory.TrainKernel(step.Interval, time, step.Length, 0, m, m, lower: false, _backend.Spare);
            Trajectory.Hessian(step.Interval, time, _hessian);
            _blocks.Apply(_hessian, m, gamma, addend, _backend.Spare);
        }
        for (int i = 0; i < _n; i++) m[i, i] += _tableau.Inverse[stage][stage];
    }

    // y ← M_1⁻¹ x; products with the inverse run at several times the rate of triangular solves for N in the hundreds.
    private void SolveM1(in MatrixView x, in MatrixView y) => _backend.Gemm(Op.None, Op.None, 1, _m1, x, 0, y);

    private void SolveM1InPlace(in MatrixView x)
    {
        if (_symmetricSecond) _backend.CholeskySolve(_m1, x);
        else _backend.LuSolve(Op.None, _m1, _pivots1, x);
    }

    private void Require(int info, double t, double h, int stage)
    {
        if (info != 0)
            throw new NumericalException(FormattableString.Invariant(
                $"{_tableau.Name}: the stage {stage + 1} matrix is singular at t = {t:R}, h = {h:R} (pivot {info} of {_n}); ")
                + "likely cause: a kernel or loss Hessian that is not positive semidefinite, or not finite, there.");
    }

    private static void Identity(in MatrixView m)
    {
        m.Fill(0);
        for (int i = 0; i < m.Rows; i++) m[i, i] = 1;
    }
}
