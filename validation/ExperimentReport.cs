namespace KernelFlow;

/// <summary>What an experiment found, immutable; <see cref="ExperimentReports"/> writes it.</summary>
public sealed record ExperimentReport
{
    /// <summary><see cref="Experiment.Id"/>.</summary>
    public required string Id { get; init; }

    /// <summary><see cref="Experiment.Title"/>.</summary>
    public required string Title { get; init; }

    /// <summary><see cref="Experiment.Claim"/>.</summary>
    public required string Claim { get; init; }

    /// <summary><see cref="Experiment.Refutation"/>.</summary>
    public required string Refutation { get; init; }

    /// <summary>What was found, in a sentence or two.</summary>
    public required string Conclusion { get; init; }

    /// <summary>What the verdict rests on.</summary>
    public required IReadOnlyList<Criterion> Criteria { get; init; }

    /// <summary>Every number with its budget and verdict.</summary>
    public required IReadOnlyList<ExperimentRow> Rows { get; init; }

    /// <summary>The rows as people read them.</summary>
    public required IReadOnlyList<ExperimentTable> Tables { get; init; }

    /// <summary>The figures of the report, in its order.</summary>
    public required IReadOnlyList<ExperimentFigure> Figures { get; init; }

    /// <summary>What made the report and how to make it again.</summary>
    public required IReadOnlyList<Setting> Origin { get; init; }

    /// <summary>Violated when a criterion of the claim is not met; else Undecided when one of the experiment's power is not met; else Holds.</summary>
    public Verdict Verdict =>
        Criteria.Any(c => c is { Met: false, Tests: CriterionKind.Claim }) ? Verdict.Violated : Criteria.Any(c => !c.Met) ? Verdict.Undecided : Verdict.Holds;
}

/// <summary>A named value that is not a result: an option, a size, a version.</summary>
/// <param name="Name">What the setting is.</param>
/// <param name="Value">Its value as text, culture-invariant.</param>
public sealed record Setting(string Name, string Value);

/// <summary>A table for people; numbers are already text.</summary>
/// <param name="Title">The heading.</param>
/// <param name="Note">What to see in it.</param>
/// <param name="Columns">Headers; one that begins with # is a column of numbers.</param>
/// <param name="Rows">Cells, as many per row as there are columns.</param>
public sealed record ExperimentTable(string Title, string Note, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows);

/// <summary>A figure of an experiment.</summary>
/// <param name="Id">Its file's name without the ending: lower case with hyphens, unique in the report.</param>
/// <param name="Title">The heading.</param>
/// <param name="Svg">The drawing as an SVG element; colours are classes of the page's style sheet.</param>
/// <param name="Description">The text alternative: the figures a reader should take from the drawing.</param>
/// <param name="Caption">What to see in it.</param>
public sealed record ExperimentFigure(string Id, string Title, string Svg, string Description, string Caption);
