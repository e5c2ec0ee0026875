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
        page.Append($"{HtmlPage.Scroll("Runs")}<table class=\"runs\">\n<thead><tr><th scope=\"col\">run</th>");
        foreach (string topic in Topics(comparison)) page.Append($"<th scope=\"col\">{E(topic)}</th>");
        foreach (string h in ComparisonTables.OperatorHeader) page.Append($"<th scope=\"col\" class=\"n\">{E(h.TrimStart('#'))}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var run in comparison.Runs)
        {
            page.Append($"<tr><th scope=\"row\">{E(run.Label)}</th>");
            foreach (var line in Lines(comparison, run)) page.Append($"<td>{(line is null ? NumberText.None : Chip(line.Tone, line.Answer))}</td>");
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
        MarkdownReport.Table(text, ["run", .. Topics(comparison), .. ComparisonTables.OperatorHeader],
            comparison.Runs.Select(r => (string[])[r.Label, .. Lines(comparison, r).Select(l => l is null ? NumberText.None : $"{Sign(l.Tone)} {l.Answer}"),
                .. ComparisonTables.Operators(r)]));
        foreach (string note in comparison.Notes) MarkdownReport.Line(text, "- " + MarkdownReport.Escape(note));
        if (comparison.Notes.Count > 0) MarkdownReport.Line(text, "");
        foreach (var section in ComparisonTables.All(comparison)) MarkdownReport.Section(text, section);
        MarkdownReport.Figures(text, figures);
        MarkdownReport.Section(text, Origin(comparison));
        return text.ToString();
    }

    // The questions of the headline, each once, in reading order; a run may lack one that another has.
    private static string[] Topics(RunComparison comparison) =>
        [.. comparison.Runs.Select(Headline.Of).OrderByDescending(h => h.Lines.Count).SelectMany(h => h.Lines).Select(l => l.Topic)
            .Distinct(StringComparer.Ordinal)];

    private static IEnumerable<HeadlineLine?> Lines(RunComparison comparison, ComparedRun run)
    {
        var lines = Headline.Of(run).Lines;
        return Topics(comparison).Select(topic => lines.FirstOrDefault(l => l.Topic == topic));
    }

    private static TableSection Origin(RunComparison comparison) => new("Where this comes from",
        [$"kernelflow {ToolInfo.Current.Version}; {ToolInfo.Current.Runtime}. Each run by itself: kernelflow analyze."],
        ["run", "input", "reason of the verdict"],
        [.. comparison.Runs.Select(r => (string[])[r.Label, r.Run.InputHash ?? "built in memory", r.InclusionReason ?? NumberText.None])]);
}
