using KernelFlow.Files;
using System.Text;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;
using static KernelFlow.Reporting.Html.HtmlPage;

namespace KernelFlow.Reporting.Comparisons;

/// <summary>compare.html and compare.md: the verdicts first, then figures, then tables.</summary>
internal static class ComparisonPages
{
    /// <summary>The comparison as an HTML page.</summary>
    public static string Html(RunComparison comparison, IReadOnlyList<(string Section, Figure Figure)> figures)
    {
        var page = new StringBuilder();
        Open(page, $"Kernel-flow comparison of {NumberText.Count(comparison.Runs.Count)} runs");
        page.Append("<h1>Kernel-flow comparison</h1>\n");
        page.Append("<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">run</th><th scope=\"col\">inclusion</th>");
        foreach (string h in ComparisonTables.OperatorHeader) page.Append($"<th scope=\"col\" class=\"n\">{E(h.TrimStart('#'))}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var run in comparison.Runs)
        {
            page.Append($"<tr><th scope=\"row\">{E(run.Label)}</th><td>{Chip(run.Inclusion)}</td>");
            foreach (string cell in ComparisonTables.Operators(run)) page.Append($"<td class=\"n\">{E(cell)}</td>");
            page.Append("</tr>\n");
        }
        page.Append("</tbody>\n</table></div>\n");
        if (comparison.Notes.Count > 0) page.Append("<ul>\n").AppendJoin("", comparison.Notes.Select(n => $"<li>{E(n)}</li>\n")).Append("</ul>\n");
        foreach (var section in ComparisonTables.All(comparison)) Section(page, section);
        FigureSections(page, figures);
        Section(page, Origin(comparison));
        Close(page);
        return page.ToString();
    }

    /// <summary>The comparison as Markdown.</summary>
    public static string Markdown(RunComparison comparison, IReadOnlyList<(string Section, Figure Figure)> figures)
    {
        var text = new StringBuilder();
        MarkdownReport.Line(text, "# Kernel-flow comparison");
        MarkdownReport.Line(text, "");
        MarkdownReport.Table(text, ["run", "inclusion", .. ComparisonTables.OperatorHeader],
            comparison.Runs.Select(r => (string[])[r.Label, Narrative.Word(r.Inclusion), .. ComparisonTables.Operators(r)]));
        foreach (string note in comparison.Notes) MarkdownReport.Line(text, "- " + MarkdownReport.Escape(note));
        if (comparison.Notes.Count > 0) MarkdownReport.Line(text, "");
        foreach (var section in ComparisonTables.All(comparison)) MarkdownReport.Section(text, section);
        MarkdownReport.Figures(text, figures);
        MarkdownReport.Section(text, Origin(comparison));
        return text.ToString();
    }

    private static TableSection Origin(RunComparison comparison) => new("Where this comes from",
        [$"kernelflow {ToolInfo.Current.Version}; {ToolInfo.Current.Runtime}. Each run by itself: kernelflow analyze."],
        ["run", "input", "reason of the verdict"],
        [.. comparison.Runs.Select(r => (string[])[r.Label, r.Run.InputHash ?? "built in memory", r.InclusionReason ?? NumberText.None])]);
}
