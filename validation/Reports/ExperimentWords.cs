using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Charts;

namespace KernelFlow.Validation.Reports;

/// <summary>What the page and the text share.</summary>
internal static class ExperimentWords
{
    /// <summary>Columns of the table of criteria.</summary>
    public static string[] CriteriaColumns { get; } = ["tests", "condition", "met", "finding"];

    /// <summary>A criterion as a row of it.</summary>
    public static string[] Cells(Criterion c) =>
        [c.Tests == CriterionKind.Claim ? "the claim" : "the experiment", c.Condition, c.Met ? "✓\u00a0yes" : "✗\u00a0no", c.Finding];

    /// <summary>The figures, in one section.</summary>
    public static IReadOnlyList<(string Section, Figure Figure)> Figures(ExperimentReport report) =>
        [.. report.Figures.Select(f => ("Figures", new Figure(new FigureHead(f.Id, f.Title, f.Description), f.Svg, f.Caption)))];

    /// <summary>The tables, and where the report comes from.</summary>
    public static IEnumerable<TableSection> Sections(ExperimentReport report) =>
    [
        .. report.Tables.Select(t => new TableSection(t.Title, [t.Note], [.. t.Columns], [.. t.Rows.Select(r => r.ToArray())])),
        new TableSection("Where this comes from", [], ["what", "value"], [.. report.Origin.Select(s => (string[])[s.Name, s.Value])]),
    ];
}
