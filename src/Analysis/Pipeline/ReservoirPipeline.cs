using KernelFlow.Analysis.MatrixFree;
using System.Diagnostics;
using KernelFlow.Analysis.Measures;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>The order of an analysis: read, integrate, decompose, measure, judge, gather. Each stage is a class of its own.</summary>
internal static class ReservoirPipeline
{
    /// <summary>Runs all stages of the analysis.</summary>
    /// <param name="run">The run to analyse.</param>
    /// <param name="options">The options of the analysis.</param>
    /// <param name="progress">Receives stages and fractions.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    /// <param name="alter">For tests of the checks: puts a fault into the operators before anything looks at them.</param>
    /// <exception cref="NumericalException">The computation failed.</exception>
    /// <exception cref="InvalidRunException">The data are not sound.</exception>
    public static ReservoirAnalysis Run(CheckpointSequence run, AnalysisOptions options, IProgress<AnalysisProgress>? progress, CancellationToken cancellation,
        Func<RunModel, RunModel>? alter = null)
    {
        // It ends when nothing of the stages is in use any more.
        using var garbage = LargeGarbage.Watch(run.TrainSize);
        try
        {
            return RunStages(run, options, progress, cancellation, alter);
        }
        catch (NumericalException)
        {
            // Files that are not the recorded ones explain a failure better than where it showed; their sums would have been compared before any result.
            _ = run.InputHash?.Value;
            throw;
        }
    }

    private static ReservoirAnalysis RunStages(CheckpointSequence run, AnalysisOptions options, IProgress<AnalysisProgress>? progress,
        CancellationToken cancellation, Func<RunModel, RunModel>? alter)
    {
        long started = Stopwatch.GetTimestamp();
        var stages = new StageProgress(progress);
        OptionChecks.Check(options);
        var claims = ClaimCatalogue.With(options.Claims);
        var plan = AnalysisPlan.Of(run, options);

        if (plan.Applied is not null) return MatrixFreePipeline.Run(run, plan, claims, stages, started, cancellation);
        var input = plan.Read(stages, cancellation).WithIntervals(cancellation).WithSketch(cancellation);
        if (options.Extent == AnalysisExtent.ClaimsOnly) return ClaimsOnly.ClaimsOnlyPipeline.Run(run, plan, input, claims, stages, started, cancellation);
        var integrating = stages.Begin("integrating");
        using var second = SideThread.For(input.TrainSize, input.Backend, cancellation);
        var beside = RecordedMeasures.Start(run, plan, input, second);
        // No variable here holds the operators themselves: where they are formed once more, the first ones are given up before.
        var judged = Judge(input, () => plan.Integrate(input, second, integrating, cancellation), claims, alter, beside, second, stages, cancellation);
        if (Tightening(judged) is { } tighten)
        {
            judged = null;
            judged = Judge(input, () => tighten(second, stages.Begin("integrating"), cancellation), claims, alter, beside, second, stages, cancellation);
        }
        var windows = options.Windows.Count == 0 ? []
            : WorkSpans.In("windows", () => new Intervals.WindowBuilder(input, judged.Window.Model, second, cancellation).Build());
        stages.Report("budget", 1);
        using var span = WorkSpans.Begin("gathering");
        return Gathering.Of(run, plan, judged.Window, judged.Measured, beside, judged.Results, InclusionQualification.Of(judged.Evidence), windows, started,
            cancellation);
    }

    private static Func<SideThread, Action<double>, CancellationToken, RunModel>? Tightening(Judged judged) =>
        ToleranceCheck.Hangs(judged.Window, judged.Measured, judged.Results) is { } what ? judged.Window.Model.Tightening(what) : null;

    private static Judged Judge(AnalysisInput input, Func<RunModel> integrate, IReadOnlyList<Claim> claims, Func<RunModel, RunModel>? alter,
        RecordedMeasures beside, SideThread second, StageProgress stages, CancellationToken cancellation)
    {
        var model = integrate();
        if (alter is not null) model = alter(model);
        var solution = WorkSpans.In("spectrum", () => SpectrumSolver.Solve(model, input, stages.Begin("spectrum"), cancellation));
        cancellation.ThrowIfCancellationRequested();
        var window = new StudiedWindow(input, model, solution);
        var measured = OperatorMeasures.Of(window, beside, second, stages, cancellation);
        var evidence = new ClaimEvidence(window, measured);
        return new Judged(window, measured, evidence, [.. claims.Select(claim => WorkSpans.In(claim.Id, () => claim.Check(evidence)))]);
    }

    private sealed record Judged(StudiedWindow Window, Measurements Measured, ClaimEvidence Evidence, ClaimResult[] Results);
}
