using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Exact flow of the kernel frozen at the middle of the step, order 2; exact at any step when K is constant, however stiff.</summary>
/// <remarks>
/// With K = LLᵀ, LᵀBL = UΓUᵀ and F = LU: K e^{−τBK} = F e^{−τΓ} Fᵀ for any B ⪰ 0, singular or not. Hence over a step
/// P ← X − BF·hφ₁(hΓ)·FᵀX, W += (FᵀX)ᵀ hφ₁(2hΓ) (FᵀX), G_S += F·hφ₁(hΓ)·FᵀX and G_Q += K_QS ∫P, ∫P = hX − BF·h²φ₂(hΓ)·FᵀX: W is a sum of squares
/// and G acts through the same K, so that ker W ⊆ ker G. They are the integrals over the step, not a quadrature: no initial layer needs resolving.
/// Source: φ-functions as in Hochbruck &amp; Ostermann, <i>Exponential integrators</i>, 2010; midpoint: Blanes et al. 2009.
/// </remarks>
internal sealed class ExponentialMidpointStep : StepMethod
{
    private static readonly double[] _middle = [0.5], _one = [1];
    private readonly Backend _backend;
    private readonly int _n;
    private readonly double? _beta;
    private readonly OutputHessian _hessian;
    private readonly MatrixView _kernels, _q, _f, _gamma, _projected, _scaled, _integral, _moved;
    private readonly double[] _kappa, _rates, _factors; // rates: h times the eigenvalues of BK
    private int _columns;

    public ExponentialMidpointStep(KernelTrajectory trajectory, int columns, Backend backend) : base(trajectory)
    {
        (_backend, _n, _beta) = (backend, trajectory.TrainSize, trajectory.Beta);
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
        _kernels = Buffers.Zero(_n + trajectory.TestSize, _n);
        _q = Buffers.Zero(_n, _n);
        if (_beta is null) (_f, _gamma, _moved) = (Buffers.Zero(_n, _n), Buffers.Zero(_n, _n), Buffers.Zero(_n, columns));
        (_projected, _scaled, _integral) = (Buffers.Zero(_n, columns), Buffers.Zero(_n, columns), Buffers.Zero(_n, columns));
        (_kappa, _rates, _factors) = (new double[_n], new double[_n], new double[_n]);
    }

    internal override bool StepsInPlace => true;

    public override ReadOnlySpan<double> Nodes => _middle;

    public override ReadOnlySpan<double> Weights => _one;

    public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
    {
        double h = step.Length;
        _columns = x.Columns;
        Decompose(step);
        MatrixView projected = Used(_projected), scaled = Used(_scaled), integral = Used(_integral);
        if (_beta is not null)
        {
            // In the eigenbasis of K itself nothing cancels.
            _backend.Gemm(Op.Transpose, Op.None, 1, _q, x, 0, projected);
            Scale(projected, z => PhiFunctions.Phi1(z), h, scaled);
            _backend.Gemm(Op.None, Op.None, 1, _q, scaled, 0, integral);
            Scale(projected, z => -z * PhiFunctions.Phi1(z), 1, scaled);
            x.CopyTo(next);
            _backend.Gemm(Op.None, Op.None, 1, _q, scaled, 1, next);
            for (int i = 0; i < _n; i++) _factors[i] = Math.Sqrt(_kappa[i]);
            for (int j = 0; j < _columns; j++) VectorRoutines.Multiply(projected.Column(j), _factors, projected.Column(j));
            return;
        }
        _backend.Gemm(Op.Transpose, Op.None, 1, _f, x, 0, projected);
        Scale(projected, z => PhiFunctions.Phi2(z), h * h, scaled);
        _backend.Gemm(Op.None, Op.None, 1, _f, scaled, 0, integral);
        _hessian.Apply(-1, integral, 0, scaled);
        for (int j = 0; j < _columns; j++) VectorRoutines.Combine(h, x.Column(j), 1, scaled.Column(j), integral.Column(j));
        Scale(projected, z => PhiFunctions.Phi1(z), h, scaled);
        var moved = Used(_moved);
        _backend.Gemm(Op.None, Op.None, 1, _f, scaled, 0, moved);
        x.CopyTo(next);
        _hessian.Apply(-1, moved, 1, next);
    }

    public override void Contribute(FlowStep step, StepContribution sums)
    {
        MatrixView projected = Used(_projected), scaled = Used(_scaled), integral = Used(_integral);
        sums.AddIntegral(_kernels, integral);
        if (sums.TestOnly) return;
        Scale(projected, z => Math.Sqrt(PhiFunctions.Phi1(2 * z)), Math.Sqrt(step.Length), scaled);
        sums.AddSquare(scaled);
    }

    // K = QκQᵀ; for B = βI the rates are βκ, otherwise the eigenvalues Γ of LᵀBL with F = LU.
    private void Decompose(FlowStep step)
    {
        double h = step.Length, time = step.At(0.5);
        Trajectory.Kernels(step.Interval, time, _kernels);
        _kernels.Slice(0, 0, _n, _n).CopyTo(_q);
        if (!VectorRoutines.AllFinite(_q.Array))
            throw new NumericalException(FormattableString.Invariant($"exponential-midpoint: a kernel is not finite at t = {step.Time:R}, h = {h:G3}."));
        _backend.SymmetricEigen(_q, _kappa, vectors: true);
        // Rounding leaves small negative eigenvalues.
        for (int i = 0; i < _n; i++) _kappa[i] = Math.Max(0, _kappa[i]);
        for (int i = 0; i < _n; i++) _rates[i] = h * _kappa[i] * (_beta ?? 1);
        if (_beta is not null) return;
        Trajectory.Hessian(step.Interval, time, _hessian);
        for (int i = 0; i < _n; i++) VectorRoutines.Scale(Math.Sqrt(_kappa[i]), _q.Column(i), _q.Column(i));
        _hessian.Apply(h, _q, 0, _f);
        _backend.SymmetricProduct(1, _q, _f, 0, _gamma);
        if (!VectorRoutines.AllFinite(_gamma.Array))
            throw new NumericalException(FormattableString.Invariant($"exponential-midpoint: a loss Hessian is not finite at t = {step.Time:R}, h = {h:G3}."));
        _backend.SymmetricEigen(_gamma, _rates, vectors: true);
        for (int i = 0; i < _n; i++) _rates[i] = Math.Max(0, _rates[i]);
        _backend.Gemm(Op.None, Op.None, 1, _q, _gamma, 0, _f);
    }

    // y ← diag(factor·f(hΓ))·x
    private void Scale(in MatrixView x, Func<double, double> f, double factor, in MatrixView y)
    {
        for (int i = 0; i < _n; i++) _factors[i] = factor * f(_rates[i]);
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Multiply(x.Column(j), _factors, y.Column(j));
    }

    private MatrixView Used(in MatrixView buffer) => buffer.ColumnRange(0, _columns);
}
