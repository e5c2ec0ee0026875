using KernelFlow.Analysis;
using KernelFlow.Analysis.Budgets;
using KernelFlow.Analysis.Carries;
using KernelFlow.Analysis.Intervals;
using KernelFlow.Analysis.Measures;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>Gradient flow on a kernel trajectory between the checkpoints.</summary>
public sealed record FlowModel : RunModel
{
    private readonly AnalysisInput _input;
    private readonly string? _pastEdge;
    private readonly FlowEstimates _estimates;

    private FlowModel(AnalysisInput input, FlowEstimates estimates, Propagation propagation, PredictionSet predictions, Known<SecondIntegration> second)
        : base(propagation, predictions)
    {
        _input = input;
        _pastEdge = EdgeOfStability.Reason(input);
        _estimates = estimates;
        Trajectory = estimates.Trajectory;
        Second = second;
        using var span = WorkSpans.Begin("bounds");
        TestKernelIntegral = Trajectory.TestKernelIntegral(propagation.Nodes);
        ResponseBound = SymmetricEigenvalues.Largest(((MatrixView)TestKernelIntegral).ToMatrix(), input.Backend);
        MotionBound = SymmetricEigenvalues.Largest(Trajectory.MotionIntegral(propagation.Nodes), input.Backend);
    }

    /// <summary>What was integrated.</summary>
    public KernelTrajectory Trajectory { get; }

    /// <inheritdoc/>
    public override AnalysisMode Mode => AnalysisMode.Flow;

    /// <inheritdoc/>
    public override string Method => Propagation.Report.Name;

    /// <inheritdoc/>
    public override string? MethodReason => Propagation.Report.Reason;

    /// <inheritdoc/>
    public override Known<double> Fraction => Trajectory.Beta is { } beta
        ? Known.Of(beta)
        : Known.Unknown<double>("B is not a multiple of the identity, so 2βλ is not defined; the threshold applies to λ_j/λ_1");

    /// <inheritdoc/>
    public override DenseMatrix TestKernelIntegral { get; }

    /// <inheritdoc/>
    public override double ResponseBound { get; }

    /// <inheritdoc/>
    public override bool HasTestKernel => Trajectory.HasTestKernel;

    /// <inheritdoc/>
    public override double MotionBound { get; }

    /// <inheritdoc/>
    public override double Epsilon => Trajectory.Epsilon;

    /// <inheritdoc/>
    public override IReadOnlyList<double[]>? IntervalTransported => Propagation.IntervalTransported;

    /// <inheritdoc/>
    public override IReadOnlyList<int> StepsPerInterval => Propagation.StepsPerInterval;

    /// <inheritdoc/>
    public override double Amplification => 1;

    /// <inheritdoc/>
    public override string? NoPredictionReason => _pastEdge;

    /// <inheritdoc/>
    public override string? NoCouplingReason => Trajectory.Beta is null ? "B varies, so the coupling is not implied by the theory" : null;

    internal override ReductionSummary? Reduction => Truncation is not { } cut ? null : new ReductionSummary(cut.Rank, cut.Size,
        cut.Relative(Propagation), cut.Bound.W_S.Spectral / Math.Max(SpectralNorm(), double.Epsilon), RangeDecision.Reason(_input.Options, RelativeTolerance));

    internal override IReadOnlyList<double>? NodeKnots => Trajectory.Knots;

    internal override bool KeepsEnergy => Propagation.Method is { KeepsEnergy: true };

    internal override Known<SecondIntegration> Second { get; }

    /// <summary>Integrates the operators and, beside them, what their budgets need.</summary>
    internal static FlowModel Build(AnalysisInput input, SideThread second, Action<double> progress, CancellationToken cancellation)
    {
        var options = input.Options;
        var trajectory = input.Interpolate(input.AllCheckpoints);
        if (options.Solver == EigenSolver.GolubKahan && trajectory is not InterpolatedTrajectory { Interpolants: not null })
            throw new ArgumentException($"solver: golub-kahan needs an interpolated Jacobian, and the interpolation {options.Interpolation.Name} gives "
                + "none; use dense or lanczos.");
        var estimates = FlowEstimates.Start(input, trajectory, second, operators: true);
        var tolerance = options.RelativeTolerance.Value is { } asked
            ? new BudgetTolerance(asked, null)
            : BudgetTolerance.Of(input, estimates.Interpolation, estimates.Replay);
        return Integrate(input, estimates, tolerance, second, progress, cancellation);
    }

    private static FlowModel Integrate(AnalysisInput input, FlowEstimates estimates, BudgetTolerance tolerance, SideThread second, Action<double> progress,
        CancellationToken cancellation)
    {
        var (trajectory, gradients, solver) = (estimates.Trajectory, input.Outputs.Gradients, input.Propagation(tolerance.Value));
        var decision = RangeDecision.Of(input, trajectory, tolerance.Value, cancellation);
        return decision.Range is { } range && Reduced(range) is { } reduced ? reduced : Whole();

        FlowModel Whole() => Made(null, carried => input.Options.IsByInterval
            ? IntervalIntegration.Run(input, trajectory, solver, carried, progress, cancellation)
            : (FlowIntegrator.Integrate(trajectory, solver, input.Backend, carried, progress, cancellation), null));

        // Null where the bound is not what was to be kept beside the operators that came out, or leaves open what the whole flow would decide.
        FlowModel? Reduced(RangeReduction to)
        {
            var model = Made(to, carried => (ReducedFlow.Integrate(to, solver, input.Backend, carried, progress, cancellation), null));
            double bound = model.Truncation!.Relative(model.Propagation);
            bool asked = input.Options.Reduction.IsAsked;
            if (!(bound > decision.Limit) && (asked || model.Truncation.LeavesInclusion(model.ResponseBound, model.SpectralNorm()))) return model;
            return asked
                ? throw RangeDecision.Refused(FormattableString.Invariant(
                    $"the bound of {to.Rank} dimensions is {bound:G2} of the operators that came out, more than the {decision.Limit:G2} that was asked for"))
                : null;
        }

        FlowModel Made(RangeReduction? range, Func<CarriedVectors, (Propagation, IntervalSource?)> integrate) =>
            Built(input, estimates, tolerance, range, integrate, second);
    }

    private static FlowModel Built(AnalysisInput input, FlowEstimates estimates, BudgetTolerance tolerance, RangeReduction? range,
        Func<CarriedVectors, (Propagation, IntervalSource?)> integrate, SideThread second)
    {
        var (trajectory, gradients, solver) = (estimates.Trajectory, input.Outputs.Gradients, input.Propagation(tolerance.Value));
        bool apart = input.Options.IsByInterval;
        if (apart) solver = solver with { Method = IntervalIntegration.Resolve(solver).Method };
        var independent = input.Options.IndependentCheck
            ? Known.Of(SecondIntegration.Start(trajectory, range, solver, input.Backend, second, apart
                ? (options, midpoints, stop) => SecondByInterval.Run(input, trajectory, options, midpoints, stop) : null))
            : Known.Unknown<SecondIntegration>(SecondIntegration.SwitchedOff);
        var (propagation, intervals) = WorkSpans.In("integrating", () => integrate(
            new CarriedVectors(gradients[0], gradients) { KeepGramianAt = input.KeptOnTheWay, RespondTo = input.RespondTo }));
        var main = Prediction.From(propagation, gradients[0]);
        var predictions = new PredictionSet(main)
        {
            Interpolation = estimates.Interpolation,
            Descent = input.Checkpoints.Optimizer is { IsFlow: true } ? Known.Of(main) : estimates.Replay,
            Sketch = input.Sketch,
        };
        var (scheduled, fitted) = Divided(input, propagation.PartialGramians);
        return new FlowModel(input, estimates, propagation, predictions, independent)
        {
            PartialGramians = scheduled,
            WhenFitted = fitted,
            RelativeTolerance = tolerance.Value,
            ToleranceReason = tolerance.Reason,
            Truncation = range is null ? null : new Truncation(range, gradients[0]),
            Intervals = intervals,
        };
    }

    internal override Func<SideThread, Action<double>, CancellationToken, RunModel>? Tightening(string reason)
    {
        if (_input.Options.RelativeTolerance.Value is not null) return null;
        var (input, estimates) = (_input, _estimates);
        return (second, progress, cancellation) =>
            Integrate(input, estimates, BudgetTolerance.TightBecause($"auto: {reason} hangs on it"), second, progress, cancellation);
    }

    private protected override double[] StartGradient => _input.StartGradient;

    internal override CarriedBlock Carry(DenseMatrix block, int? split, CancellationToken cancellation) => StoredCarry.Of(_input.Cache, block,
        Propagation.Method!.Name, RelativeTolerance,
        () => FlowCarry.Run(Trajectory, _input.Propagation(RelativeTolerance) with { Method = Propagation.Method! },
            _input.Backend, block, IsComposed ? null : split, cancellation));

    internal override (DenseMatrix R, double Scale) FactorTriangle(Action<double> progress, CancellationToken cancellation)
    {
        // The factor is used in one sweep, so keeping the stage maps would save nothing.
        var jacobians = JacobianCoordinates.Read(_input.Checkpoints, (InterpolatedTrajectory)Trajectory, _input.Backend, f => progress(0.5 * f), cancellation);
        var factor = new FlowFactor(new FlowGrid(Trajectory, Propagation, _input.Backend, maxBytes: 0), jacobians);
        return (factor.Triangle(f => progress(0.5 + 0.5 * f), cancellation), factor.RoundingScale());
    }

    internal override Known<Func<double, FrozenMode>> FrozenModes(double beta)
    {
        double time = Trajectory.Knots[^1] - Trajectory.Knots[0];
        return Known.Of<Func<double, FrozenMode>>(kappa =>
        {
            double x = beta * kappa * time;
            return new FrozenMode(Math.Exp(-x), -Expm1(-2 * x) / (2 * beta), Math.Abs(x) < 1e-300 ? time : time * (-Expm1(-x) / x));
        });
    }

    internal override Known<IReadOnlyList<SchedulePoint>> ScheduleOverStart(AnalysisInput input, CancellationToken cancellation) =>
        input.Options.ScheduleOverStart
            ? StartSchedule.Build(this, input, cancellation)
            : Known.Unknown<IReadOnlyList<SchedulePoint>>("not asked for");

    internal override Known<RelativeDissipation> RelativeDissipation(AnalysisInput input)
    {
        if (Trajectory.Beta is not null) return Known.Unknown<RelativeDissipation>("B = βI: it is the dissipated fraction 2βλ_j");
        var relative = RelativeDissipationBuilder.Build(Propagation.W_S, Propagation.G_Q, input.Outputs.Hessians[0], input.Space.Dimension,
            ResponseBound, input.Options.Threshold, input.Backend);
        return relative is null ? Known.Unknown<RelativeDissipation>("B_s is zero") : Known.Of(relative);
    }

    private double SpectralNorm() => SymmetricEigenvalues.Largest(((MatrixView)Propagation.W_S).ToMatrix(), _input.Backend);

    // This is e^x − 1 without cancellation, because double.ExpM1 subtracts.
    private static double Expm1(double x) => Math.Abs(x) > 1e-2 ? Math.Exp(x) - 1 : 2 * Math.Exp(x / 2) * Math.Sinh(x / 2);
}
