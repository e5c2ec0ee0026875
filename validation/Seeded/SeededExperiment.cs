using KernelFlow.Files;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Seeded;

/// <summary>What an experiment found, without what it is.</summary>
/// <param name="Conclusion">In a sentence or two.</param>
/// <param name="Criteria">What the verdict rests on.</param>
/// <param name="Rows">Every number.</param>
/// <param name="Tables">The rows as people read them.</param>
/// <param name="Figures">The drawings.</param>
internal sealed record Findings(string Conclusion, IReadOnlyList<Criterion> Criteria, IReadOnlyList<ExperimentRow> Rows, IReadOnlyList<ExperimentTable> Tables,
    IReadOnlyList<ExperimentFigure> Figures);

/// <summary>An experiment that repeats trainings of its own from consecutive seeds.</summary>
internal abstract class SeededExperiment : Experiment
{
    /// <summary>First seed of the published report; used for nothing else.</summary>
    protected abstract long PublishedSeed { get; }

    /// <summary>Seeds of the full version, and of the quick one.</summary>
    protected abstract (int Full, int Quick) Runs { get; }

    /// <summary>Trains and measures.</summary>
    /// <param name="seeds">One for each repetition.</param>
    /// <param name="options">The options.</param>
    /// <param name="progress">Receives what was done.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    protected abstract Findings Find(long[] seeds, ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation);

    /// <inheritdoc/>
    protected override ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        long first = StudySeeds.First(options, PublishedSeed);
        int runs = options.Runs ?? (options.Quick ? Runs.Quick : Runs.Full);
        var found = Find([.. Enumerable.Range(0, runs).Select(r => first + r)], options, progress, cancellation);
        return new ExperimentReport
        {
            Id = Id,
            Title = Title,
            Claim = Claim,
            Refutation = Refutation,
            Conclusion = found.Conclusion,
            Criteria = found.Criteria,
            Rows = found.Rows,
            Tables = found.Tables,
            Figures = found.Figures,
            Origin =
            [
                new("tool", $"kernelflow {ToolInfo.Current.Version}"),
                new("first seed", NumberText.Count(first)),
                new("seeds", NumberText.Count(runs)),
                new("command", StudySeeds.Command(Id, options, first)),
            ],
        };
    }
}
