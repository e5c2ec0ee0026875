using System.Diagnostics;
using KernelFlow.Analysis.Claims;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;

namespace KernelFlow.Analysis;

/// <summary>The order of an analysis: read, integrate, decompose, estimate, judge. Each stage is a class of its own.</summary>
internal static class ReservoirPipeline
{
    public static ReservoirAnalysis Run(CheckpointSequence run, AnalysisOptions options, IProgress<AnalysisProgress>? progress, CancellationToken cancellation)
    {
        long started = Stopwatch.GetTimestamp();
        OptionChecks.Check(options);
        var checkpoints = run.Window(options.From, options.To);
        var backend = options.Backend ?? Backend.Resolve("auto");
        void Report(string stage, double fraction) => progress?.Report(new AnalysisProgress(stage, fraction));

        Report("reading", 0);
        var outputs = OutputRecord.Read(checkpoints);
        bool cubic = options.Interpolation == "cubic";
        if (cubic && !checkpoints.HasJacobians)
            throw new ArgumentException("interpolation: cubic needs Jacobians, and this run holds kernel blocks: interpolated as blocks, K would not stay positive semidefinite; use linear.");
        var builder = TrajectoryBuilder.Read(checkpoints, outputs, backend, f => Report("reading", f), cancellation, sparseCubic: cubic);
        int[] all = [.. Enumerable.Range(0, checkpoints.Count)];
        var trajectory = cubic ? builder.Cubic(all) : builder.Linear(all);

        Report("integrating", 0);
        using var second = SecondThread.For(trajectory.TrainSize, backend, cancellation);
        var interpolationTask = second.Run(stop => InterpolationVariants.Find(builder, checkpoints, outputs, options, backend, stop));
        var descentTask = second.Run(stop => DescentOnInterpolant.Replay(trajectory, checkpoints, outputs, stop));
        var evolutionTask = second.Run(stop => KernelEvolutionBuilder.Build(builder, outputs, backend, stop));
        var hashTask = second.Run(_ => run.InputHash?.Value);
        var propagation = Propagator.Integrate(trajectory, new PropagationOptions { Method = options.Method, RelativeTolerance = options.RelativeTolerance }, backend,
            new CarriedVectors(outputs.Gradients[0], outputs.Gradients), f => Report("integrating", f), cancellation);

        Report("spectrum", 0);
        var pairs = DenseEigen.Decompose(propagation.W_S, backend);
        cancellation.ThrowIfCancellationRequested();
        var spectrum = SpectrumBuilder.Build(pairs, trajectory.Beta, options.Threshold);

        Report("budget", 0);
        var evolution = evolutionTask.Value;
        var (descent, descentReason) = descentTask.Value;
        var predictions = new PredictionSet(Prediction.From(propagation, outputs.Gradients[0]))
        {
            Interpolations = interpolationTask.Value,
            InterpolationReason = InterpolationVariants.TooFew,
            Descent = descent,
            DescentReason = descentReason,
        };
        var context = new ClaimContext(checkpoints, outputs, trajectory, propagation, pairs, predictions, backend, options);
        var inclusion = InclusionCheck.Run(context, spectrum);
        ClaimResult[] claims =
        [
            Dissipation.Check(context), Transport.Check(context), TrainTransfer.Check(context), TestTransfer.Check(context), Inclusion.Summarise(inclusion),
            Coupling.Check(context), Trapping.Check(context), KernelMovement.Summarise(evolution),
        ];
        Report("budget", 1);

        string method = propagation.Report.Method;
        return new ReservoirAnalysis
        {
            Run = new RunSummary(checkpoints.Loss.Kind, checkpoints.Train, checkpoints.Test, checkpoints.Outputs, checkpoints.Parameters, checkpoints.Count, hashTask.Value),
            Options = new ResolvedOptions("flow", method, options.Interpolation, options.RelativeTolerance, options.Threshold, options.Seed)
            {
                ModeReason = options.Mode == "auto" ? "descent mode is not built in this version" : null,
                MethodReason = options.Method == "auto" ? "default: order 6, stiffly robust, structure preserving" : null,
            },
            Window = new TimeWindow(checkpoints[0].Time, checkpoints[^1].Time),
            Spectrum = spectrum,
            Inclusion = inclusion,
            Claims = claims,
            KernelEvolution = evolution,
            Intervals = Intervals(context),
            Displacements = context.Displacements(),
            Performance = new PerformanceResult(run.OpeningTime.TotalSeconds + Stopwatch.GetElapsedTime(started).TotalSeconds, Process.GetCurrentProcess().PeakWorkingSet64,
                propagation.Report.Steps, propagation.Report.Rejected, method, $"{backend.Name}, {backend.Core}, {backend.Threads} thread{(backend.Threads == 1 ? "" : "s")}"),
            Operators = new OperatorSet(propagation.P, propagation.W_S, propagation.G_Q, propagation.G_S, pairs.Vectors),
        };
    }

    private static IntervalResult[] Intervals(ClaimContext context)
    {
        var (outputs, propagation) = (context.Outputs, context.Propagation);
        return Enumerable.Range(0, outputs.Times.Count - 1).Select(k =>
        {
            double size = VectorMath.Norm(outputs.Gradients[k]);
            double? defect = size > 0 ? VectorMath.Distance(propagation.IntervalTransported[k], outputs.Gradients[k + 1]) / size : null;
            return new IntervalResult(outputs.Times[k], outputs.Times[k + 1], defect, propagation.StepsPerInterval[k]);
        }).ToArray();
    }
}
