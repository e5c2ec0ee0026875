using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The factored stage matrices of a collocation step: all of it that does not depend on X.</summary>
internal sealed class StageMatrices
{
    private readonly CollocationTableau _tableau;
    private readonly KernelTrajectory _trajectory;
    private readonly Backend _backend;
    private readonly ColumnSums _sums;
    private readonly BlockProduct _blocks = new();
    private readonly int _n;
    private readonly double? _beta;
    private readonly bool _symmetricSecond;
    private readonly int[] _pivots0, _pivots1, _pivots2;
    private readonly double[] _diagonal;
    private readonly OutputHessian _hessian;
    private bool _inverted;
    private MatrixView _m1;

    /// <param name="tableau">One to three stages.</param>
    /// <param name="trajectory">What is integrated; it gives the sizes.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="workspace">Gives the buffers.</param>
    public StageMatrices(CollocationTableau tableau, KernelTrajectory trajectory, Backend backend, Workspace workspace)
    {
        (_tableau, _trajectory, _backend, _beta) = (tableau, trajectory, backend, trajectory.Beta);
        _sums = new ColumnSums(backend.Spare);
        _n = trajectory.TrainSize;
        _symmetricSecond = _beta is not null && tableau.Stages > 1 && tableau.Inverse[1][0] * tableau.Inverse[0][1] < 0;
        bool three = tableau.Stages == 3, second = tableau.Stages > 1 || _beta is null;
        Inverse = workspace.Take(_n, _n);
        _m1 = second ? workspace.Take(_n, _n) : default;
        M2 = three ? workspace.Take(_n, _n) : default;
        X12 = three ? workspace.Take(_n, _n) : default;
        _pivots0 = new int[_n];
        _pivots1 = new int[_n];
        _pivots2 = new int[_n];
        _diagonal = new double[_n];
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
    }

    /// <summary>R = M_0⁻¹; with one stage and few columns the factor of M_0.</summary>
    public MatrixView Inverse { get; private set; }

    /// <summary>The third block after elimination, factored.</summary>
    public MatrixView M2 { get; }

    /// <summary>M_1⁻¹ (α_12 I − α_10 α_02 R).</summary>
    public MatrixView X12 { get; }

    /// <summary>Whether M_1 was inverted: then <see cref="SolveM1"/>, otherwise <see cref="SolveM1InPlace"/>.</summary>
    public bool IsInverted => _inverted;

    /// <summary>Whether triangular solves with so many columns are dearer than an inverse.</summary>
    public bool AreMany(int columns) => columns > _n / 4;

    /// <summary>Forms and factors the matrices of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="columns">Columns of the X that they will be applied to.</param>
    /// <exception cref="NumericalException">One of them is singular.</exception>
    public void Prepare(FlowStep step, int columns)
    {
        bool three = _tableau.Stages == 3, many = AreMany(columns);
        _inverted = _symmetricSecond && (three || many);
        FactorFirst(step, invert: _tableau.Stages > 1 || many);
        if (_tableau.Stages == 1) return;

        // M_1 ← M_1 − α_10 α_01 R, factored
        var a = _tableau.Inverse;
        StageMatrix(step, 1, _m1, lower: _symmetricSecond, -a[1][0] * a[0][1], Inverse);
        if (_symmetricSecond)
        {
            Require(_backend.Cholesky(_m1), step, 1);
            if (_inverted) _backend.CholeskyInverse(_m1);
        }
        else Require(_backend.Lu(_m1, _pivots1), step, 1);
        if (three) ThirdStage(step);
    }

    /// <summary>y ← M_0⁻¹ y where M_0 was factored and no more.</summary>
    public void SolveM0InPlace(in MatrixView y)
    {
        if (_beta is not null) _backend.CholeskySolve(Inverse, y);
        else _backend.LuSolve(Op.None, Inverse, _pivots0, y);
    }

    /// <summary>y ← M_1⁻¹ x; products with the inverse run at several times the rate of triangular solves for N in the hundreds.</summary>
    public void SolveM1(in MatrixView x, in MatrixView y) => _backend.Gemm(Op.None, Op.None, 1, _m1, x, 0, y);

    /// <summary>x ← M_1⁻¹ x.</summary>
    public void SolveM1InPlace(in MatrixView x)
    {
        if (_symmetricSecond) _backend.CholeskySolve(_m1, x);
        else _backend.LuSolve(Op.None, _m1, _pivots1, x);
    }

    /// <summary>y ← M_2⁻¹ y.</summary>
    public void SolveM2InPlace(in MatrixView y) => _backend.LuSolve(Op.None, M2, _pivots2, y);

    private void FactorFirst(FlowStep step, bool invert)
    {
        StageMatrix(step, 0, Inverse, lower: true);
        if (_beta is not null)
        {
            Require(_backend.Cholesky(Inverse), step, 0);
            if (invert) _backend.CholeskyInverse(Inverse);
            return;
        }
        Require(_backend.Lu(Inverse, _pivots0), step, 0);
        if (!invert) return;
        _m1.Fill(0);
        for (int i = 0; i < _n; i++) _m1[i, i] = 1;
        _backend.LuSolve(Op.None, Inverse, _pivots0, _m1);
        (Inverse, _m1) = (_m1, Inverse);
    }

    // X = M_1⁻¹ (α_12 I − α_10 α_02 R);  M_2 ← M_2 − α_20 α_02 R − (α_21 I − α_20 α_01 R) X, factored
    private void ThirdStage(FlowStep step)
    {
        var a = _tableau.Inverse;
        MatrixView inverse = Inverse, m2 = M2, x12 = X12;
        _sums.Scale(-a[1][0] * a[0][2], inverse, m2);
        for (int i = 0; i < _n; i++) m2[i, i] += a[1][2];
        if (_inverted) SolveM1(m2, x12);
        else
        {
            _sums.Scale(1, m2, x12);
            SolveM1InPlace(x12);
        }
        StageMatrix(step, 2, m2, lower: false, -a[2][0] * a[0][2], inverse);
        // The multiple of I goes into the diagonal of R for the time of the product: it saves a pass over X.
        double factor = a[2][0] * a[0][1], shift = a[2][1] / factor;
        for (int i = 0; i < _n; i++)
        {
            _diagonal[i] = inverse[i, i];
            inverse[i, i] -= shift;
        }
        _backend.Gemm(Op.None, Op.None, factor, inverse, x12, 1, m2);
        for (int i = 0; i < _n; i++) inverse[i, i] = _diagonal[i];
        Require(_backend.Lu(m2, _pivots2), step, 2);
    }

    // M ← α_ii I + h B K + γ·C; for B = βI and a Cholesky factor only the lower triangle.
    private void StageMatrix(FlowStep step, int stage, in MatrixView m, bool lower, double gamma = 0, in MatrixView c = default)
    {
        double time = step.At(_tableau.C[stage]);
        var addend = gamma == 0 ? m : c;
        if (_beta is { } beta) _trajectory.TrainKernel(step.Interval, time, beta * step.Length, gamma, addend, m, lower, _backend.Spare);
        else
        {
            _trajectory.TrainKernel(step.Interval, time, step.Length, 0, m, m, lower: false, _backend.Spare);
            _trajectory.Hessian(step.Interval, time, _hessian);
            _blocks.Apply(_hessian, m, gamma, addend, _backend.Spare);
        }
        for (int i = 0; i < _n; i++) m[i, i] += _tableau.Inverse[stage][stage];
    }

    private void Require(int info, FlowStep step, int stage)
    {
        if (info != 0)
            throw new NumericalException(FormattableString.Invariant(
                $"{_tableau.Name}: the stage {stage + 1} matrix is singular at t = {step.Time:R}, h = {step.Length:R} (pivot {info} of {_n}); ")
                + "likely cause: a kernel or loss Hessian that is not positive semidefinite, or not finite, there.");
    }
}
