using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Collocation step by block elimination with matrices of stage size.</summary>
/// <remarks>
/// Multiplied by A⁻¹ = α, the stage equations read Σ_j α_ij Y_j + h B_i K_i Y_i = (Σ_j α_ij) X: diagonal blocks M_i = α_ii I + h B_i K_i,
/// off-diagonal blocks multiples of I. Eliminating stage by stage costs 3 N³ (s = 1), 8 N³ (s = 2) or 19 N³ (s = 3) flops instead of the 13.3 N³ or
/// 36 N³ of one LU of order sN, and only conditions of order h‖BK‖ appear, never its square. For B = βI the block M_0 and, where α_10 α_01 &lt; 0
/// (Gauss and Radau IIA), M_1 − α_10 α_01 M_0⁻¹ are symmetric positive definite: Cholesky. The third block is not symmetric: LU.
/// </remarks>
internal sealed class CollocationStep : NodalStepMethod
{
    private readonly CollocationTableau _tableau;
    private readonly Backend _backend;
    private readonly int _n;
    private int _columns;
    private readonly bool _symmetric, _symmetricSecond;
    private bool _inverted;
    private readonly MatrixView _kernels;
    private readonly MatrixView[] _test; // K_QS at the stages
    private readonly MatrixView _inverse, _m1, _m2, _x12, _temp;
    private readonly MatrixView[] _y;
    private readonly int[] _pivots0, _pivots1, _pivots2;
    private readonly OutputHessian _hessian;
    private readonly double _rest; // 1 − Σd

    /// <param name="tableau">One to three stages.</param>
    /// <param name="trajectory">What is integrated; it gives the sizes.</param>
    /// <param name="columns">Most columns of X.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public CollocationStep(CollocationTableau tableau, KernelTrajectory trajectory, int columns, Backend backend) : base(trajectory)
    {
        _tableau = tableau;
        _backend = backend;
        _n = trajectory.TrainSize;
        _columns = columns;
        _symmetric = trajectory.Beta is not null;
        _symmetricSecond = _symmetric && tableau.Stages > 1 && tableau.Inverse[1][0] * tableau.Inverse[0][1] < 0;
        _kernels = New(_n + trajectory.TestSize, _n);
        _test = Enumerable.Range(0, tableau.Stages).Select(_ => New(trajectory.TestSize, _n)).ToArray();
        _inverse = New(_n, _n);
        _m1 = New(_n, _n);
        bool three = tableau.Stages == 3;
        _m2 = three ? New(_n, _n) : default;
        _x12 = three ? New(_n, _n) : default;
        _temp = New(_n, columns);
        _y = Enumerable.Range(0, tableau.Stages).Select(_ => New(_n, columns)).ToArray();
        _rest = 1 - tableau.StageWeights.Sum();
        _pivots0 = new int[_n];
        _pivots1 = new int[_n];
        _pivots2 = new int[_n];
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
    }

    internal override bool StepsInPlace => true;

    public override bool NodesAreIndependent => false;

    public override ReadOnlySpan<double> Nodes => _tableau.C.AsSpan();

    public override ReadOnlySpan<double> Weights => _tableau.B.AsSpan();

    public override MatrixView AtNode(int i) => _y[i].ColumnRange(0, _columns);

    internal override MatrixView? FreeKernels => _kernels;

    internal override MatrixView? FreeColumns => _temp;

    public override bool TryTestKernels(int i, out MatrixView kernels)
    {
        kernels = _test[i];
        return true;
    }

    public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
    {
        double t = step.Time, h = step.Length;
        var a = _tableau.Inverse;
        var r = _tableau.InverseRowSums;
        bool three = _tableau.Stages == 3;
        _columns = x.Columns;
        // With few columns triangular solves are cheaper than an inverse.
        _inverted = _symmetricSecond && (three || _columns > _n / 4);

        // R = M_0⁻¹
        StageMatrix(step, 0, _inverse);
        if (_symmetric)
        {
            Require(_backend.Cholesky(_inverse), t, h, 0);
            _backend.CholeskyInverse(_inverse);
        }
        else
        {
            Require(_backend.Lu(_inverse, _pivots0), t, h, 0);
            Identity(_m1);
            _backend.LuSolve(Op.None, _inverse, _pivots0, _m1);
            _m1.CopyTo(_inverse);
        }

        if (_tableau.Stages == 1)
        {
            _backend.Gemm(Op.None, Op.None, r[0], _inverse, x, 0, AtNode(0));
            Advance(x, next);
            return;
        }

        // M_1 ← M_1 − α_10 α_01 R, factored
        StageMatrix(step, 1, _m1);
        AddScaled(_inverse, -a[1][0] * a[0][1], _m1);
        if (_symmetricSecond)
        {
            Require(_backend.Cholesky(_m1), t, h, 1);
            if (_inverted) _backend.CholeskyInverse(_m1);
        }
        else Require(_backend.Lu(_m1, _pivots1), t, h, 1);
        if (three)
        {
            // X = M_1⁻¹ (α_12 I − α_10 α_02 R);  M_2 ← M_2 − α_20 α_02 R − (α_21 I − α_20 α_01 R) X, factored
            ScaledPlusIdentity(_inverse, -a[1][0] * a[0][2], a[1][2], _m2);
            SolveM1(_m2, _x12);
            StageMatrix(step, 2, _m2);
            AddScaled(_inverse, -a[2][0] * a[0][2], _m2);
            AddScaled(_x12, -a[2][1], _m2);
            _backend.Gemm(Op.None, Op.None, a[2][0] * a[0][1], _inverse, _x12, 1, _m2);
            Require(_backend.Lu(_m2, _pivots2), t, h, 2);
        }

        // Forward: y_0 = R r_0 X; right-hand sides r_i X − α_i0 y_0, then stage 1 and 2.
        MatrixView y0 = AtNode(0), y1 = AtNode(1), temp = _temp.ColumnRange(0, _columns);
        _backend.Gemm(Op.None, Op.None, r[0], _inverse, x, 0, y0);
        Combine(r[1], x, -a[1][0], y0, temp);
        SolveM1(temp, y1);
        if (three)
        {
            var y2 = AtNode(2);
            Combine(r[2], x, -a[2][0], y0, y2);
            AddScaled(y1, -a[2][1], y2);
            _backend.Gemm(Op.None, Op.None, a[2][0] * a[0][1], _inverse, y1, 1, y2);
            _backend.LuSolve(Op.None, _m2, _pivots2, y2);
            _backend.Gemm(Op.None, Op.None, -1, _x12, y2, 1, y1);
            Combine(-a[0][1], y1, -a[0][2], y2, temp);
            _backend.Gemm(Op.None, Op.None, 1, _inverse, temp, 1, y0);
        }
        else _backend.Gemm(Op.None, Op.None, -a[0][1], _inverse, y1, 1, y0);
        Advance(x, next);
    }

    // P(t+h) = (1 − Σd)·X + Σ d_i Y_i
    private void Advance(in MatrixView x, in MatrixView next)
    {
        var d = _tableau.StageWeights;
        for (int j = 0; j < _columns; j++)
        {
            var target = next.Column(j);
            VectorRoutines.Scale(_rest, x.Column(j), target);
            for (int i = 0; i < d.Length; i++) VectorRoutines.Axpy(d[i], _y[i].Column(j), target);
        }
    }

    // α_ii I + h B K
    private void StageMatrix(FlowStep step, int stage, in MatrixView m)
    {
        double time = step.At(_tableau.C[stage]);
        Trajectory.Kernels(step.Interval, time, _kernels);
        _kernels.Slice(_n, 0, _test[stage].Rows, _n).CopyTo(_test[stage]);
        Trajectory.Hessian(step.Interval, time, _hessian);
        _hessian.Apply(step.Length, _kernels.Slice(0, 0, _n, _n), 0, m);
        for (int i = 0; i < _n; i++) m[i, i] += _tableau.Inverse[stage][stage];
    }

    // y ← M_1⁻¹ x; products with the inverse run at several times the rate of triangular solves for N in the hundreds.
    private void SolveM1(in MatrixView x, in MatrixView y)
    {
        if (_inverted)
        {
            _backend.Gemm(Op.None, Op.None, 1, _m1, x, 0, y);
            return;
        }
        x.CopyTo(y);
        if (_symmetricSecond) _backend.CholeskySolve(_m1, y);
        else _backend.LuSolve(Op.None, _m1, _pivots1, y);
    }

    private void Require(int info, double t, double h, int stage)
    {
        if (info != 0)
            throw new NumericalException(FormattableString.Invariant(
                $"{_tableau.Name}: the stage {stage + 1} matrix is singular at t = {t:R}, h = {h:R} (pivot {info} of {_n}); ")
                + "likely cause: a kernel or loss Hessian that is not positive semidefinite, or not finite, there.");
    }

    private static MatrixView New(int rows, int columns) => Buffers.Zero(rows, columns);

    private static void Identity(in MatrixView m)
    {
        m.Fill(0);
        for (int i = 0; i < m.Rows; i++) m[i, i] = 1;
    }

    private static void AddScaled(in MatrixView x, double factor, in MatrixView y)
    {
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Axpy(factor, x.Column(j), y.Column(j));
    }

    private static void ScaledPlusIdentity(in MatrixView x, double factor, double diagonal, in MatrixView y)
    {
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Scale(factor, x.Column(j), y.Column(j));
        for (int i = 0; i < x.Rows; i++) y[i, i] += diagonal;
    }

    private static void Combine(double a, in MatrixView x, double b, in MatrixView y, in MatrixView z)
    {
        for (int j = 0; j < x.Columns; j++)
        {
            VectorRoutines.Combine(a, x.Column(j), b, y.Column(j), z.Column(j));
        }
    }
}
