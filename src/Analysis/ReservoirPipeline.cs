using System.Diagnostics;
using KernelFlow.Analysis.Claims;
using KernelFlow.Analysis.Curves;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;

namespace KernelFlow.Analysis;

/// <summary>The order of an analysis: read, integrate, decompose, estimate, judge. Each stage is a class of its own.</summary>
internal static class ReservoirPipeline
{
    /// <param name="run">The run.</param>
    /// <param name="options">Options.</param>
    /// <param name="progress">Receives stages and fractions.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    /// <param name="alter">For tests of the checks: puts a fault into the operators before anything looks at them.</param>
    public static ReservoirAnalysis Run(CheckpointSequence run, AnalysisOptions options, IProgress<AnalysisProgress>? progress, CancellationToken cancellation, Func<RunModel, RunModel>? alter = null)
    {
        long started = Stopwatch.GetTimestamp();
        OptionChecks.Check(options);
        var checkpoints = run.Window(options.From, options.To);
        var backend = options.Backend ?? Backend.Resolve("auto");
        var (mode, modeReason) = ModeChoice.Resolve(checkpoints, options);
        void Report(string stage, double fraction) => progress?.Report(new AnalysisProgress(stage, fraction));

        bool exact = mode == "descent" && DescentSupport.Check(checkpoints).Possible;
        SpectrumSolver.Check(checkpoints, options, mode, exact);

        Report("reading", 0);
        var outputs = OutputRecord.Read(checkpoints);
        var builder = exact
            ? TrajectoryBuilder.ReadCheckpoints(checkpoints, outputs, backend, f => Report("reading", f), cancellation)
            : TrajectoryBuilder.Read(checkpoints, outputs, backend, f => Report("reading", f), cancellation, sparseCubic: options.Interpolation == "cubic");

        Report("integrating", 0);
        using var second = SecondThread.For(checkpoints.TrainSize, backend, cancellation);
        var evolutionTask = second.Run(stop => KernelEvolutionBuilder.Build(builder, outputs, backend, stop));
        var gateTask = second.Run(stop => GateBuilder.Build(checkpoints, outputs, stop));
        var hashTask = second.Run(_ => run.InputHash?.Value);
        void Integrating(double fraction) => Report("integrating", fraction);
        var model = mode == "flow" ? FlowModel.Build(checkpoints, outputs, builder, options, backend, second, Integrating, cancellation)
            : exact ? DescentModel.Exact(checkpoints, outputs, backend, Integrating, cancellation)
            : DescentModel.Interpolated(checkpoints, outputs, builder, options, backend, second, Integrating, cancellation);

        if (alter is not null) model = alter(model);

        Report("spectrum", 0);
        var solution = SpectrumSolver.Solve(model, options, backend, f => Report("spectrum", f), cancellation);
        var pairs = solution.Pairs;
        cancellation.ThrowIfCancellationRequested();
        var replayTask = second.Run(stop => Replay.Run(model, pairs.Vectors, checkpoints.Count, stop));
        var spectrum = SpectrumBuilder.Build(pairs, model.Beta, model.NoFractionReason, options.Threshold);

        Report("budget", 0);
        var (overStart, whyNot) = StartSchedule.Build(model, outputs.Times, model.Beta, options, backend, cancellation);
        var schedule = new SpectralSchedule
        {
            OverEnd = ScheduleBuilder.OverEnd(outputs.Times, model.PartialGramians, model.Propagation.W_S, pairs.Values, model.Beta, options.Threshold, backend, cancellation),
            OverStart = Known.Maybe(overStart, whyNot),
        };
        var (noise, noNoise) = NoiseBuilder.Build(checkpoints, outputs, model.PartialGramians, (model.Propagation.W_S, pairs), schedule.OverEnd, model.Beta, backend, cancellation);
        var context = new ClaimContext(checkpoints, outputs, model, solution, backend, options);
        var relativeTask = second.Run(_ => RelativeSpectrum(context));
        var inclusion = InclusionCheck.Run(context, spectrum, cancellation);
        var (relative, noRelative) = relativeTask.Value;
        var evolution = evolutionTask.Value;
        var (gate, noGate) = gateTask.Value;
        context = context with { Replay = replayTask.Value.Replay, NoReplayReason = replayTask.Value.Reason };
        ClaimResult[] claims =
        [
            Dissipation.Check(context), Transport.Check(context), TrainTransfer.Check(context), TestTransfer.Check(context), Inclusion.Summarise(inclusion),
            Reachability.Check(context), FrozenKernel.Check(context, builder, evolution), Coupling.Check(context), Trapping.Check(context), Composition.Check(context), ScheduleGrowth.Check(context, schedule), KernelMovement.Summarise(evolution),
            Noise.Summarise(noise, noNoise), PopulationRisk.Summarise(gate, noGate),
        ];
        Report("budget", 1);

        var report = model.Propagation.Report;
        return new ReservoirAnalysis
        {
            Run = new RunSummary(checkpoints.Loss.Kind, checkpoints.Train, checkpoints.Test, checkpoints.Outputs, checkpoints.Parameters, checkpoints.Count, hashTask.Value)
            {
                Name = run.Name, Optimizer = run.Optimizer is { } o ? OptimizerFacts.Of(o) : null, Metadata = run.Metadata,
            },
            Options = new ResolvedOptions(ChoiceNames.TryParse(mode, out AnalysisMode resolved) ? resolved : throw new UnreachableException(), model.Method, options.Interpolation, options.RelativeTolerance, options.Threshold, options.Seed)
            {
                IndependentCheck = options.IndependentCheck,
                ModeReason = modeReason,
                MethodReason = mode == "flow" ? model.Propagation.Report.Reason : null,
            },
            Window = new TimeWindow(checkpoints[0].Time, checkpoints[^1].Time),
            Spectrum = SpectrumBuilder.Reported(spectrum, solution),
            Inclusion = inclusion,
            Claims = [.. claims.Select(c => c with { Kind = KindOf(c.Id) })],
            RelativeDissipation = Known.Maybe(relative, noRelative),
            KernelEvolution = evolution,
            Schedule = schedule,
            NoisePlacement = Known.Maybe(noise, noNoise),
            RiskGate = Known.Maybe(gate, noGate),
            Influence = InfluenceBuilder.Build(context),
            Intervals = Intervals(context),
            Displacements = context.Displacements(),
            Descent = DescentFacts(model),
            Performance = new PerformanceResult(run.OpeningTime.TotalSeconds + Stopwatch.GetElapsedTime(started).TotalSeconds, Process.GetCurrentProcess().PeakWorkingSet64,
                report.Steps, report.Rejected, model.Method, $"{backend.Name}, {backend.Core}, {backend.Threads} thread{(backend.Threads == 1 ? "" : "s")}"),
            Operators = new OperatorSet(model.Propagation.P, model.Propagation.W_S, model.Propagation.G_Q, model.Propagation.G_S, solution.Reported.Vectors),
        };
    }

    private static ClaimKind KindOf(string id) => id switch
    {
        "C1" or "C2" or "C3" or "C4" or "C8" => ClaimKind.Data,
        "C5" => ClaimKind.Inclusion,
        "C6" or "C7" or "C9" or "C10" or "C11" => ClaimKind.Code,
        _ => ClaimKind.Measured,
    };

    private static IntervalResult[] Intervals(ClaimContext context)
    {
        var (outputs, model) = (context.Outputs, context.Model);
        return Enumerable.Range(0, outputs.Times.Count - 1).Select(k =>
        {
            double size = VectorMath.Norm(outputs.Gradients[k]);
            var defect = model.IntervalTransported is not { } ends ? Known.Unknown<double>("descent between sparse checkpoints follows g(s) alone, from the start of the window")
                : size > 0 ? VectorMath.Distance(ends[k], outputs.Gradients[k + 1]) / size
                : Known.Unknown<double>("the gradient at the start of the interval is zero");
            return new IntervalResult(outputs.Times[k], outputs.Times[k + 1], defect, model.StepsPerInterval[k]);
        }).ToArray();
    }

    private static (RelativeDissipation?, string?) RelativeSpectrum(ClaimContext c)
    {
        if (c.Model.Descent is not null) return (null, "a fraction of the energy is defined in flow mode only");
        if (c.Model.Beta is not null) return (null, "B = βI: it is the dissipated fraction 2βλ_j");
        var relative = RelativeDissipationBuilder.Build(c.Propagation.W_S, c.Propagation.G_Q, c.Outputs.Hessians[0], c.Model.ResponseBound, c.Options.Threshold, c.Backend);
        return (relative, relative is null ? "B_s is zero" : null);
    }

    private static DescentSummary? DescentFacts(RunModel model) => model.Descent is { } d
        ? new DescentSummary(d.Optimizer, ChoiceNames.TryParse(d.Quadrature, out DescentQuadrature rule) ? rule : throw new UnreachableException(), d.LargestZ,
            d.LargestZStep, d.StabilityEdge, d.Amplification, d.PeakPropagator) { Decidable = d.LargestZ <= DataClaim.BeyondEdge * d.StabilityEdge }
        : null;
}
