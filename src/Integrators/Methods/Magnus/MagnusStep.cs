using System.Collections.Immutable;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Magnus method of order 4: X(t + θh) = e^{Ω(θ)}X, Ω(θ) = ∫A − (θ³/12)[Ā, D] with A = hĀ + (θ − ½)hD the line through the two Gauss points.</summary>
/// <remarks>
/// One exponential for each Gauss node and one for the end. For B = βI the commutator is antisymmetric, so the symmetric part of Ω is that of −β∫K and e^Ω
/// contracts at any step; the commutator-free form of the same order instead steps backwards in time by ¼ − √3/6. The flow is resolved by two nodes per
/// step, so W of a saturated mode needs steps that resolve its decay. Source: Blanes, Casas, Oteo, Ros 2009, section 5.4.
/// </remarks>
internal sealed class MagnusStep : NodalStepMethod
{
    private static readonly ImmutableArray<double> _nodes = CollocationTableau.Gauss4.C, _weights = CollocationTableau.Gauss4.B;

    private readonly Backend _backend;
    private readonly int _n;
    private readonly double? _beta;
    private readonly OutputHessian _hessian;
    private readonly MatrixView[] _kernels, _y;
    private readonly MatrixView _middle, _slope, _commutator, _exponent, _exponential, _next;
    private readonly MatrixExponential _exp;
    private int _columns;

    public MagnusStep(KernelTrajectory trajectory, int columns, Backend backend) : base(trajectory)
    {
        (_backend, _n, _beta) = (backend, trajectory.TrainSize, trajectory.Beta);
        _hessian = new OutputHessian(_n / trajectory.Outputs, trajectory.Outputs);
        _kernels = [Buffers.Zero(_n + trajectory.TestSize, _n), Buffers.Zero(_n + trajectory.TestSize, _n)];
        _y = [Buffers.Zero(_n, columns), Buffers.Zero(_n, columns)];
        _middle = Buffers.Zero(_n, _n);
        _slope = Buffers.Zero(_n, _n);
        _commutator = Buffers.Zero(_n, _n);
        _exponent = Buffers.Zero(_n, _n);
        _exponential = Buffers.Zero(_n, _n);
        _next = Buffers.Zero(_n, columns);
        _exp = new MatrixExponential(_n, backend);
    }

    internal override bool StepsInPlace => true;

    public override ReadOnlySpan<double> Nodes => _nodes.AsSpan();

    public override ReadOnlySpan<double> Weights => _weights.AsSpan();

    public override MatrixView AtNode(int i) => _y[i].ColumnRange(0, _columns);

    public override bool TryKernels(int i, out MatrixView kernels)
    {
        kernels = _kernels[i];
        return true;
    }

    public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
    {
        _columns = x.Columns;
        Generator(step, 0, _exponent);
        Generator(step, 1, _exponential);
        for (int j = 0; j < _n; j++)
        {
            VectorRoutines.Combine(0.5, _exponent.Column(j), 0.5, _exponential.Column(j), _middle.Column(j));
            VectorRoutines.Combine(-Math.Sqrt(3), _exponent.Column(j), Math.Sqrt(3), _exponential.Column(j), _slope.Column(j));
        }
        Commutator();
        Flow(_nodes[0], step, x, AtNode(0));
        Flow(_nodes[1], step, x, AtNode(1));
        var end = _next.ColumnRange(0, _columns);
        Flow(1, step, x, end);
        end.CopyTo(next);
    }

    // −hB(τ)K_SS(τ)
    private void Generator(FlowStep step, int node, in MatrixView target)
    {
        double time = step.At(_nodes[node]);
        Trajectory.Kernels(step.Interval, time, _kernels[node]);
        Trajectory.Hessian(step.Interval, time, _hessian);
        _hessian.Apply(-step.Length, _kernels[node].Slice(0, 0, _n, _n), 0, target);
    }

    private void Commutator()
    {
        _backend.Gemm(Op.None, Op.None, 1, _middle, _slope, 0, _commutator);
        if (_beta is null)
        {
            _backend.Gemm(Op.None, Op.None, -1, _slope, _middle, 1, _commutator);
            return;
        }
        // Both are symmetric: DĀ = (ĀD)ᵀ.
        for (int j = 0; j < _n; j++)
        {
            _commutator[j, j] = 0;
            for (int i = j + 1; i < _n; i++)
            {
                double value = _commutator[i, j] - _commutator[j, i];
                (_commutator[i, j], _commutator[j, i]) = (value, -value);
            }
        }
    }

    private void Flow(double theta, FlowStep step, in MatrixView x, in MatrixView y)
    {
        for (int j = 0; j < _n; j++)
        {
            VectorRoutines.Combine(theta, _middle.Column(j), 0.5 * theta * (theta - 1), _slope.Column(j), _exponent.Column(j));
            VectorRoutines.Axpy(-theta * theta * theta / 12, _commutator.Column(j), _exponent.Column(j));
        }
        if (!_exp.Form(_exponent, _exponential))
            throw new NumericalException(FormattableString.Invariant(
                $"magnus-4: the exponent is not finite at t = {step.Time:R}, h = {step.Length:G3}; ")
                + "likely cause: a kernel or loss Hessian that is not finite there.");
        _backend.Gemm(Op.None, Op.None, 1, _exponential, x, 0, y);
    }

    /// <summary>2z∫x² over one step of ẋ = −(z/h)x, by its two nodes: the quadrature of W.</summary>
    public static double Dissipated(double z) => 2 * z * (_weights[0] * Math.Exp(-2 * z * _nodes[0]) + _weights[1] * Math.Exp(-2 * z * _nodes[1]));
}
