using KernelFlow.Files;
using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Laboratory;

/// <summary>An experiment on many small trainings, some seeds of each kind: what is trained, what is measured, and what is made of it.</summary>
internal abstract class LabExperiment : Experiment
{
    /// <summary>First seed of the published study; used for nothing else.</summary>
    protected abstract long PublishedSeed { get; }

    /// <summary>Seeds of each training in the full version, and in the quick one.</summary>
    protected abstract (int Full, int Quick) Seeds { get; }

    /// <summary>The trainings.</summary>
    protected abstract IReadOnlyList<LabTraining> Trainings(bool quick);

    /// <summary>Trains and measures.</summary>
    protected abstract LabOutcome Measure(LabTraining training, long seed, Backend backend, CancellationToken cancellation);

    /// <summary>What was found, in a sentence or two.</summary>
    protected abstract string Conclusion(IReadOnlyList<ExperimentRow> rows);

    /// <summary>The criteria, decided from rows alone; the quick version cannot be asked for all of them.</summary>
    protected abstract IEnumerable<Criterion> Criteria(IReadOnlyList<ExperimentRow> rows, bool quick);

    /// <summary>The tables.</summary>
    protected abstract IEnumerable<ExperimentTable> Tables(IReadOnlyList<ExperimentRow> rows);

    /// <summary>The drawings.</summary>
    protected abstract IEnumerable<ExperimentFigure> Figures(IReadOnlyList<LabOutcome> outcomes);

    /// <inheritdoc/>
    protected override ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        LabTraining[] chosen = [.. Trainings(options.Quick).Where(t => options.Cells.Count == 0 || options.Cells.Any(t.Name.Contains))];
        if (chosen.Length == 0) throw new ArgumentException($"cells: found {string.Join(", ", options.Cells)}, expected a part of a training's name.");
        long first = StudySeeds.First(options, PublishedSeed);
        int runs = options.Runs ?? (options.Quick ? Seeds.Quick : Seeds.Full);
        // A seed means the same data in every kind of training: kinds are compared on the same examples.
        (LabTraining Training, long Seed)[] items = [.. Enumerable.Range(0, runs).SelectMany(r => chosen.Select(t => (t, first + r)))];
        var outcomes = StudyRunner.Run(items, options, item => item.Training.Name,
            (item, backend) => Measure(item.Training, item.Seed, backend, cancellation), progress, cancellation);
        return Report(outcomes, options, first, runs);
    }

    private ExperimentReport Report(LabOutcome[] outcomes, ExperimentOptions options, long first, int runs)
    {
        ExperimentRow[] rows = [.. outcomes.Select(o => o.Row)];
        return new ExperimentReport
        {
            Id = Id,
            Title = Title,
            Claim = Claim,
            Refutation = Refutation,
            Conclusion = Conclusion(rows),
            Criteria = [.. Criteria(rows, options.Quick)],
            Rows = rows,
            Tables = [.. Tables(rows)],
            Figures = [.. Figures(outcomes)],
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
