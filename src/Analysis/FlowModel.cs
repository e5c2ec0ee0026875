using KernelFlow.Analysis.Claims;
using KernelFlow.Analysis.Curves;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>Gradient flow on an interpolated trajectory.</summary>
internal static class FlowModel
{
    public static RunModel Build(CheckpointSequence checkpoints, OutputRecord outputs, TrajectoryBuilder builder, AnalysisOptions options, Backend backend,
        SecondThread second, Action<double> progress, CancellationToken cancellation)
    {
        int[] all = [.. Enumerable.Range(0, checkpoints.Count)];
        var trajectory = options.Interpolation == "cubic" ? builder.Cubic(all) : builder.Linear(all);
        var interpolations = second.Run(stop => Variants(builder, checkpoints, outputs, options, backend, stop));
        var replay = second.Run(stop => DescentOnInterpolant.Replay(trajectory, checkpoints, outputs, stop));
        var independent = options.IndependentCheck ? SecondIntegration.Start(trajectory, options.Method, options.RelativeTolerance, backend, second) : null;
        var propagation = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = options.Method, RelativeTolerance = options.RelativeTolerance }, backend,
            new CarriedVectors(outputs.Gradients[0], outputs.Gradients) { KeepGramianAt = ScheduleBuilder.Checkpoints(checkpoints.Count, checkpoints.TrainSize) }, progress, cancellation);
        var main = Prediction.From(propagation, outputs.Gradients[0]);
        var (descent, reason) = replay.Value;
        var predictions = new PredictionSet(main)
        {
            Interpolations = interpolations.Value.Variants,
            InterpolationReason = interpolations.Value.Reason,
            Descent = checkpoints.Optimizer?.Kind == "gradient-flow" ? main : descent,
            DescentReason = reason,
        };
        return new RunModel(propagation, predictions)
        {
            Mode = "flow",
            Method = propagation.Report.Name,
            Beta = trajectory.Beta,
            NoFractionReason = trajectory.Beta is null ? "B is not a multiple of the identity, so 2βλ is not defined; the threshold applies to λ_j/λ_1" : null,
            ResponseBound = SymmetricEigenvalues.Largest(trajectory.TestKernelIntegral(propagation.Nodes), backend),
            HasTestKernel = trajectory.HasTestKernel,
            MotionBound = SymmetricEigenvalues.Largest(trajectory.MotionIntegral(propagation.Nodes), backend),
            Epsilon = trajectory.Epsilon,
            IntervalTransported = propagation.IntervalTransported,
            StepsPerInterval = propagation.StepsPerInterval,
            PartialGramians = propagation.PartialGramians,
            Carry = (block, split, stop) => FlowReplay.Run(trajectory, propagation.Method!, options.RelativeTolerance, backend, block, split, stop),
            Trajectory = trajectory,
            FactorTriangle = (report, stop) =>
            {
                // One sweep: keeping the stage maps would save nothing.
                var jacobians = JacobianCoordinates.Read(checkpoints, trajectory, backend, f => report(0.5 * f), stop);
                var factor = new FlowFactor(new FlowGrid(trajectory, propagation, backend, maxBytes: 0), jacobians);
                return (factor.Triangle(f => report(0.5 + 0.5 * f), stop), factor.RoundingScale());
            },
            Second = independent,
            NoSecondReason = independent is null ? SecondIntegration.SwitchedOff : null,
        };
    }

    // An estimate that cannot be computed leaves its part of the budget unknown; it does not take the analysis with it.
    private static (IReadOnlyList<Variant> Variants, string Reason) Variants(TrajectoryBuilder builder, CheckpointSequence checkpoints, OutputRecord outputs,
        AnalysisOptions options, Backend backend, CancellationToken cancellation)
    {
        try
        {
            return (InterpolationVariants.Find(builder, checkpoints, outputs, options, backend, cancellation), InterpolationVariants.TooFew);
        }
        catch (NumericalException e)
        {
            return ([], $"the flow with other interpolants could not be integrated: {e.Message}");
        }
    }
}
