using KernelFlow.Analysis.Claims;
using KernelFlow.Analysis.Curves;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>The recorded steps themselves: exact for gradient descent, momentum and Adam when every step was recorded, on the interpolant otherwise (theory, section 8).</summary>
internal static class DescentModel
{
    private const string NotAFraction = "in descent mode 2βλ is not a fraction (it may exceed 1); the threshold applies to λ_j/λ_1";

    /// <summary>Every step recorded: nothing is interpolated, and the quadrature of J̄ along each step is the only approximation.</summary>
    public static RunModel Exact(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, Action<double> progress, CancellationToken cancellation)
    {
        var (propagation, record) = DescentRecursion.Run(checkpoints, outputs, 
            new DescentOptions { Segment = SegmentQuadrature.Gauss, KeepGramianAt = ScheduleBuilder.Checkpoints(checkpoints.Count, checkpoints.TrainSize) }, backend, progress, cancellation);
        var main = Prediction.From(propagation, outputs.Gradients[0]) with { LossChange = record.PredictedLossChange };
        var predictions = new PredictionSet(main)
        {
            Quadrature = record.Estimate,
            InterpolationReason = "the quadrature of the Jacobian along the steps cannot be estimated from what was recorded",
            Descent = main,
        };
        bool memory = checkpoints.Optimizer?.Kind != "gradient-descent";
        return Model(propagation, record, predictions, propagation.IntervalTransported, propagation.StepsPerInterval) with
        {
            PartialGramians = propagation.PartialGramians,
            Carry = memory ? null : (block, _, stop) => DescentReplay.Run(DescentKernels.Of(checkpoints, outputs, ChordQuadrature.Auto, backend, SegmentQuadrature.Gauss), backend, block, stop),
            NoCarryReason = memory ? $"with {checkpoints.Optimizer?.Kind} a step depends on all gradients before: a part of the window has no propagator of its own" : null,
            FactorTriangle = (_, stop) =>
            {
                var factor = DescentFactor.Read(checkpoints, outputs, new DescentOptions { Segment = SegmentQuadrature.Gauss }, backend, stop);
                return (factor.Triangle(stop), factor.RoundingScale());
            },
        };
    }

    /// <summary>Sparser recordings of gradient descent: J at each step's time from the interpolant.</summary>
    /// <exception cref="ArgumentException">The optimizer has no such recursion, or step numbers do not increase.</exception>
    public static RunModel Interpolated(CheckpointSequence checkpoints, OutputRecord outputs, TrajectoryBuilder builder, AnalysisOptions options, Backend backend,
        SecondThread second, Action<double> progress, CancellationToken cancellation)
    {
        Require(checkpoints, builder);
        int[] all = [.. Enumerable.Range(0, checkpoints.Count)];
        bool cubic = options.Interpolation == "cubic";
        InterpolatedTrajectory Grid(IReadOnlyList<int> chosen, bool hermite) => hermite ? builder.Cubic(chosen) : builder.Linear(chosen);
        var trajectory = Grid(all, cubic);
        var variants = second.Run(stop => Variants(checkpoints, outputs, (chosen, hermite) => Grid(chosen, hermite), cubic, stop));
        var kernels = new InterpolatedDescentKernels(trajectory, checkpoints);
        int[] steps = InterpolatedDescentKernels.StepOfCheckpoint(checkpoints);
        var kept = ScheduleBuilder.Checkpoints(checkpoints.Count, checkpoints.TrainSize);
        var (dense, record) = DescentRecursion.Run(kernels, backend, new CarriedVectors(outputs.Gradients[0]) { KeepGramianAt = [.. kept.Select(k => steps[k])] }, null, progress, cancellation);
        var propagation = dense.At(steps);
        var main = Prediction.From(propagation, outputs.Gradients[0]) with { LossChange = record.PredictedLossChange };
        var (others, reason) = variants.Value;
        var predictions = new PredictionSet(main) { Interpolations = others, InterpolationReason = reason, Descent = main };
        return Model(propagation, record, predictions, null, [.. steps.Zip(steps.Skip(1), (a, b) => b - a)]) with
        {
            PartialGramians = [.. kept.Zip(propagation.PartialGramians, (k, g) => g with { Knot = k })],
            Carry = (block, _, stop) => DescentReplay.Run(new InterpolatedDescentKernels(trajectory, checkpoints), backend, block, stop),
        };
    }

    private static void Require(CheckpointSequence checkpoints, TrajectoryBuilder builder)
    {
        if (!builder.InterpolatesJacobian)
            throw new ArgumentException("mode: descent needs Jacobians or the cross blocks K_SS_next, K_QS_next and K_SQ_next: kernels of single moments do not determine a step; use flow.");
        string kind = checkpoints.Optimizer?.Kind ?? "not known";
        if (kind != "gradient-descent")
            throw new ArgumentException($"mode: descent between sparse checkpoints is possible for gradient-descent only, and the optimizer of this run is {kind}; record every step, or use flow.");
        for (int k = 1; k < checkpoints.Count; k++)
            if (checkpoints[k].Step <= checkpoints[k - 1].Step)
                throw new ArgumentException($"mode: descent needs step numbers that increase; checkpoint {k} is step {checkpoints[k].Step} after {checkpoints[k - 1].Step}.");
    }

    // The same replay of g(s) with every second checkpoint left out and with the other interpolant, as in flow mode. One that fails leaves the part unknown: the rest would say too little.
    private static (IReadOnlyList<Variant> Variants, string? Reason) Variants(CheckpointSequence checkpoints, OutputRecord outputs, Func<IReadOnlyList<int>, bool, InterpolatedTrajectory> grid,
        bool cubic, CancellationToken cancellation)
    {
        if (checkpoints.Count < 3) return ([], InterpolationVariants.TooFew);
        var variants = new List<Variant>();
        string? reason = null;
        void Add(IReadOnlyList<int> chosen, bool hermite, double divisor)
        {
            var (prediction, why) = DescentOnInterpolant.Replay(grid(chosen, hermite), checkpoints.Subset(chosen), outputs, cancellation, chosen);
            if (prediction is not null) variants.Add(new Variant(prediction, divisor));
            else reason = $"with {(chosen.Count < checkpoints.Count ? "every second checkpoint left out" : "the other interpolant")} {why}";
        }
        foreach (var kept in InterpolationVariants.Thinned(checkpoints.Count)) Add(kept, cubic, InterpolationVariants.Growth(outputs.Times, kept) - 1);
        if (!cubic && checkpoints.HasJacobians) Add([.. Enumerable.Range(0, checkpoints.Count)], true, 1);
        return reason is null ? (variants, null) : ([], reason);
    }

    private static RunModel Model(Propagation propagation, DescentRecord record, PredictionSet predictions, IReadOnlyList<double[]>? intervals, IReadOnlyList<int> steps) =>
        new(propagation, predictions)
        {
            Mode = "descent",
            Method = "descent-" + record.Quadrature,
            Beta = null,
            NoFractionReason = NotAFraction,
            ResponseBound = record.ResponseBound,
            HasTestKernel = record.HasTestKernel,
            MotionBound = record.MotionBound,
            Epsilon = record.Epsilon,
            IntervalTransported = intervals,
            StepsPerInterval = steps,
            NoSecondReason = "not applicable: the operators are sums over the steps themselves, and there is no other grid to form them on",
            Descent = record,
        };
}
