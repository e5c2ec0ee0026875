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
        using var garbage = LargeGarbage.Watch(plan.Checkpoints.TrainSize);

        var input = plan.Read(stages, cancellation).WithIntervals(cancellation);
        var integrating = stages.Begin("integrating");
        using var second = SideThread.For(input.TrainSize, input.Backend, cancellation);
        var beside = RecordedMeasures.Start(run, input, second);
        var model = plan.Integrate(input, second, integrating, cancellation);
        if (alter is not null) model = alter(model);

        var solution = SpectrumSolver.Solve(model, input, stages.Begin("spectrum"), cancellation);
        cancellation.ThrowIfCancellationRequested();
        var window = new StudiedWindow(input, model, solution);
        var measured = OperatorMeasures.Of(window, beside, second, stages, cancellation);
        var evidence = new ClaimEvidence(window, measured);
        ClaimResult[] results = [.. claims.Select(claim => claim.Check(evidence))];
        stages.Report("budget", 1);
        return Gathering.Of(run, plan, window, measured, beside, results, InclusionQualification.Of(evidence), started);
    }
}
