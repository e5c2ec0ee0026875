using KernelFlow.Files;
using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Seeded;

namespace KernelFlow.Validation.Laboratory;

/// <summary>An experiment on many small trainings, some seeds of each kind: what is trained, what is measured, and what is made of it.</summary>
internal abstract class LabExperiment : SeededExperiment
{
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
    protected override Findings Find(long[] seeds, ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        var all = Trainings(options.Quick);
        LabTraining[] chosen = [.. all.Where(t => options.Cells.Count == 0 || options.Cells.Any(t.Name.Contains))];
        if (chosen.Length == 0) throw new ArgumentException($"cells: found {string.Join(", ", options.Cells)}, expected a part of a training's name.");
        // A seed means the same data in every kind of training: kinds are compared on the same examples.
        (LabTraining Training, long Seed)[] items = [.. seeds.SelectMany(seed => chosen.Select(t => (t, seed)))];
        var outcomes = StudyRunner.Run(items, options, item => item.Training.Name,
            (item, backend) => Measure(item.Training, item.Seed, backend, cancellation), progress, cancellation);
        ExperimentRow[] rows = [.. outcomes.Select(o => o.Row)];
        // Criteria compare kinds of training with one another.
        if (chosen.Length < all.Count)
            return new($"{NumberText.Count(rows.Length)} trainings of {NumberText.Count(chosen.Length)} of {NumberText.Count(all.Count)} kinds.",
                [new(CriterionKind.Power, "Every kind of training of the study is there", false,
                    $"{NumberText.Count(chosen.Length)} of {NumberText.Count(all.Count)}")],
                rows, [.. Tables(rows)], []);
        return new(Conclusion(rows), [.. Criteria(rows, options.Quick)], rows, [.. Tables(rows)], [.. Figures(outcomes)]);
    }
}
