using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>RKC2: stabilised explicit method of order 2 whose number of stages follows the stiffness, s ≈ √(1 + 1.54·h·ρ), ρ ≥ λ_max(BK), stable for
/// real spectra.</summary>
/// <remarks>
/// ρ = ‖B‖‖K‖_F at the ends of the step: kernels of networks are dominated by few modes, so it is hardly above λ_max, and stages go with its root. Power
/// iteration costs as much and can miss a mode that has only begun to grow: the method is then unstable.
/// W and G by the midpoint rule on the mean of both ends, an X of local error O(h²): order 2, damped like the step itself. Source: Verwer 1996;
/// Sommeijer, Shampine, Verwer 1997, <i>RKC: an explicit solver for parabolic PDEs</i>, damping ε = 2/13.
/// </remarks>
internal sealed class ChebyshevStep : NodalStepMethod
{
    private const int MostStages = 2000;
    private static readonly double[] _middle = [0.5], _one = [1];

    private readonly FlowSlope _slope;
    private readonly MatrixView _y, _first, _f, _a, _b, _c;
    private int _columns;

    public ChebyshevStep(KernelTrajectory trajectory, int columns, Backend backend) : base(trajectory)
    {
        int n = trajectory.TrainSize;
        _slope = new FlowSlope(trajectory, columns, backend);
        (_y, _first, _f) = (Buffers.Zero(n, columns), Buffers.Zero(n, columns), Buffers.Zero(n, columns));
        (_a, _b, _c) = (Buffers.Zero(n, columns), Buffers.Zero(n, columns), Buffers.Zero(n, columns));
    }

    internal override bool StepsInPlace => true;

    public override ReadOnlySpan<double> Nodes => _middle;

    public override ReadOnlySpan<double> Weights => _one;

    public override MatrixView AtNode(int i) => _y.ColumnRange(0, _columns);

    /// <summary>R(z) with the number of stages that belongs to z.</summary>
    public static double Stability(double z)
    {
        int s = Stages(z);
        double w0 = 1 + StabilisedStage.Damping / (s * s);
        var (t, slope, curvature) = StabilisedStage.Chebyshev(s, w0);
        double bs = curvature / (slope * slope);
        return 1 - bs * t + bs * StabilisedStage.Chebyshev(s, w0 - slope / curvature * z).T;
    }

    /// <summary>2z∫x² over one step of ẋ = −(z/h)x, by the midpoint rule on the mean of both ends.</summary>
    public static double Dissipated(double z) => 0.5 * z * Math.Pow(1 + Stability(z), 2);

    public override void Step(FlowStep step, in MatrixView x, in MatrixView next)
    {
        double t = step.Time, h = step.Length;
        _columns = x.Columns;
        // The slope at t is the one loaded last.
        double radius = Math.Max(Radius(step, t + h), Radius(step, t));
        int s = Stages(radius);
        if (s > MostStages) s = MostStages; // a step this long is refused for its error
        var stages = StabilisedStage.Of(s);
        MatrixView first = Used(_first), f = Used(_f), older = Used(_a), old = Used(_b), current = Used(_c), middle = Used(_y);

        _slope.Apply(h, x, first);
        x.CopyTo(older);
        for (int j = 0; j < _columns; j++) VectorRoutines.Combine(1, x.Column(j), stages[0].Slope, first.Column(j), old.Column(j));
        foreach (var stage in stages.AsSpan(1))
        {
            _slope.At(step.Interval, t + stage.Time * h);
            _slope.Apply(h, old, f);
            for (int j = 0; j < _columns; j++)
            {
                var target = current.Column(j);
                VectorRoutines.Combine(stage.Start, x.Column(j), stage.Old, old.Column(j), target);
                VectorRoutines.Axpy(stage.Older, older.Column(j), target);
                VectorRoutines.Axpy(stage.Slope, f.Column(j), target);
                VectorRoutines.Axpy(stage.First, first.Column(j), target);
            }
            (older, old, current) = (old, current, older);
        }
        for (int j = 0; j < _columns; j++) VectorRoutines.Combine(0.5, x.Column(j), 0.5, old.Column(j), middle.Column(j));
        old.CopyTo(next);
    }

    private static int Stages(double radius) => radius < 1e7 ? StabilisedStage.Count(radius) : MostStages + 1;

    private double Radius(FlowStep step, double time)
    {
        _slope.At(step.Interval, time);
        double radius = step.Length * _slope.RateBound();
        if (!double.IsFinite(radius))
            throw new NumericalException(FormattableString.Invariant(
                $"rkc2: a value that is not finite appeared at t = {step.Time:R}, h = {step.Length:G3}; ")
                + "likely cause: a kernel or loss Hessian that is not finite there.");
        return radius;
    }

    private MatrixView Used(in MatrixView buffer) => buffer.ColumnRange(0, _columns);
}
