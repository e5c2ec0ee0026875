using System.Text;
using KernelFlow.Reporting;
using static KernelFlow.Reporting.Html.HtmlPage;

namespace KernelFlow.Validation.Reports;

/// <summary>report.html: one file that needs nothing else, in the style of the analysis's own.</summary>
internal static class ExperimentPage
{
    /// <summary>The whole document.</summary>
    public static string Text(ExperimentReport report)
    {
        var page = new StringBuilder();
        Open(page, $"Validation: {report.Id}, {Narrative.Word(report.Verdict)}");
        page.Append($"<h1>{E(report.Title)}</h1>\n");
        page.Append($"<div class=\"verdict {Css(report.Verdict)}\">\n<strong>{Sign(report.Verdict)} "
            + $"{E(Narrative.Word(report.Verdict))}</strong>\n<p>{E(report.Conclusion)}</p>\n</div>\n");
        page.Append($"<h2>The claim and what would refute it</h2>\n<p>{E(report.Claim)}</p>\n<p>{E(report.Refutation)}</p>\n");
        Table(page, ExperimentWords.CriteriaColumns, [.. report.Criteria.Select(ExperimentWords.Cells)], "Criteria");
        if (report.Figures.Count > 0) FigureSections(page, ExperimentWords.Figures(report));
        foreach (var section in ExperimentWords.Sections(report)) Section(page, section);
        Close(page);
        return page.ToString();
    }
}
