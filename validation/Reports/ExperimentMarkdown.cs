using System.Text;
using KernelFlow.Reporting;

namespace KernelFlow.Validation.Reports;

/// <summary>report.md: claim and refutation, verdict and criteria, tables, origin.</summary>
internal static class ExperimentMarkdown
{
    /// <summary>The whole document.</summary>
    public static string Text(ExperimentReport report)
    {
        var text = new StringBuilder();
        void Line(string line) => MarkdownReport.Line(text, line);
        void Paragraph(string line)
        {
            Line(line);
            Line("");
        }
        Paragraph($"# {MarkdownReport.Escape(report.Title)}");
        Paragraph($"**Verdict: {Narrative.Word(report.Verdict)}.** {MarkdownReport.Escape(report.Conclusion)}");
        Paragraph($"Claim: {MarkdownReport.Escape(report.Claim)}");
        Paragraph($"What would refute it: {MarkdownReport.Escape(report.Refutation)}");
        Paragraph("## Criteria");
        MarkdownReport.Table(text, ExperimentWords.CriteriaColumns, report.Criteria.Select(ExperimentWords.Cells));
        MarkdownReport.Figures(text, ExperimentWords.Figures(report));
        foreach (var section in ExperimentWords.Sections(report)) MarkdownReport.Section(text, section);
        return text.ToString();
    }
}
