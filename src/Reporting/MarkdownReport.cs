using KernelFlow.Files;
using System.Text;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;
using System.Text.RegularExpressions;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting;

/// <summary>report.md: the verdict first, then what it rests on, then how to make it again. The same content as report.html.</summary>
public static partial class MarkdownReport
{
    /// <summary>The whole report as a Markdown document.</summary>
    /// <param name="analysis">What to report.</param>
    /// <param name="figures">The figures; those with a drawing are shown from figures/*.svg beside the document. Null leaves the figures out.</param>
    public static string Text(ReservoirAnalysis analysis, IReadOnlyList<(string Section, Figure Figure)>? figures = null)
    {
        var text = new StringBuilder();
        Verdict(text, analysis);
        if (figures is not null) Figures(text, figures);
        if (ReportTables.Checks(analysis) is { } checks) Section(text, checks);
        Claims(text, analysis);
        Line(text, "## What this report does not show");
        Line(text, "");
        foreach (string caveat in Caveats.Of(analysis)) Line(text, "- " + Escape(caveat));
        Line(text, "");
        foreach (var section in ReportTables.Numbers(analysis)) Section(text, section);
        Words(text, analysis);
        Section(text, ReportTables.Origin(analysis));
        Line(text, Escape(Provenance.HowToRepeat(analysis)));
        Line(text, "");
        Line(text, "    " + PrintableText.Line(Provenance.Command(analysis)));
        return text.ToString();
    }

    private static void Words(StringBuilder text, ReservoirAnalysis analysis)
    {
        Line(text, "## " + Escape(Glossary.Title));
        Line(text, "");
        foreach (var line in Glossary.Of(analysis)) Line(text, $"- **{Escape(line.Word)}**: {Escape(line.Meaning)} ({Escape($"theory: {line.Page}")})");
        Line(text, "");
        Line(text, $"{Escape(Glossary.More)} [{Glossary.Paper}]({Glossary.PaperAddress}).");
        Line(text, "");
    }

    /// <summary>A table with its heading.</summary>
    public static void Section(StringBuilder text, TableSection section)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(section);
        Line(text, "## " + Escape(section.Title));
        Line(text, "");
        foreach (string paragraph in section.Paragraphs) Line(text, Escape(paragraph));
        if (section.Paragraphs.Count > 0) Line(text, "");
        if (section.Rows.Count > 0) Table(text, section.Header, section.Rows);
        if (section.More is null) return;
        Line(text, Escape(section.More));
        Line(text, "");
    }

    /// <summary>The figures under their questions.</summary>
    public static void Figures(StringBuilder text, IReadOnlyList<(string Section, Figure Figure)> figures)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(figures);
        string? open = null;
        foreach (var (section, figure) in figures)
        {
            if (section != open) { Line(text, "## " + Escape(open = section)); Line(text, ""); }
            Line(text, "### " + Escape(figure.Head.Title));
            Line(text, "");
            if (figure.Drawing is not null)
            {
                Line(text, $"![{Escape(figure.Head.Description)}]({ReservoirReports.FiguresFolder}/{figure.Head.Id}.svg)");
                Line(text, "");
            }
            Line(text, Escape(figure.Caption));
            Line(text, "");
        }
    }

    /// <summary>A table; a # before a column's name means numbers and is not printed.</summary>
    public static void Table(StringBuilder text, IReadOnlyList<string> header, IEnumerable<string[]> rows)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(rows);
        Row(text, header.Select(h => h.TrimStart('#')));
        Line(text, "|" + string.Concat(header.Select(_ => "---|")));
        foreach (string[] row in rows) Row(text, row);
        Line(text, "");
    }

    /// <summary>One line, ended by a line feed.</summary>
    public static void Line(StringBuilder text, string line)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(line);
        text.Append(line).Append('\n');
    }

    /// <summary>Text that is not markup: no link, no image, no element, no cell of a table, and no address that a viewer would make a link of.</summary>
    public static string Escape(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string line = PrintableText.Lines(value).ReplaceLineEndings(" ").Replace("\\", "\\\\").Replace("|", "\\|").Replace("[", "\\[").Replace("]", "\\]")
            .Replace("&", "&amp;").Replace("<", "&lt;");
        return Address().Replace(line, @"\$0");
    }

    private static void Verdict(StringBuilder text, ReservoirAnalysis analysis)
    {
        var headline = Headline.Of(analysis);
        Line(text, "# Kernel-flow report" + (analysis.Run.Name is { } name ? $": {Escape(name)}" : ""));
        Line(text, "");
        Line(text, $"**{Escape(headline.Sentence)}.**");
        Line(text, "");
        foreach (var line in headline.Lines)
            Line(text, $"- {Escape(line.Question)} **{HtmlPage.Sign(line.Tone)} {Escape(line.Answer)}.** {Escape(line.Detail)}");
        Causes(text, analysis.LikelyCauses);
        if (Narrative.Prediction(analysis) is { } prediction) { Line(text, ""); Line(text, Escape(prediction)); }
        Line(text, "");
        Line(text, Escape(Narrative.Mode(analysis)));
        if (Narrative.Stability(analysis) is { } stability) Line(text, Escape(stability));
        Line(text, "");
        foreach (var (key, value, note) in KeyFigures.Of(analysis)) Line(text, $"- {Escape(key)}: **{Escape(value)}** ({Escape(note)})");
        Line(text, "");
    }

    private static void Causes(StringBuilder text, IReadOnlyList<LikelyCause> causes)
    {
        if (causes.Count == 0) return;
        Line(text, "");
        Line(text, $"## {CauseText.Title}");
        Line(text, "");
        Line(text, CauseText.Lead);
        Line(text, "");
        foreach (var cause in causes)
            Line(text, $"1. **{Escape(CauseText.Sentence(cause.Cause))}** {Escape(CauseText.Sentence(cause.Evidence))} {CauseText.ToDo} "
                + Escape(CauseText.Sentence(cause.WhatToDo)));
    }

    private static void Claims(StringBuilder text, ReservoirAnalysis analysis)
    {
        Line(text, "## Claims");
        Line(text, "");
        Line(text, "Every figure carries its error budget, relative to the same denominator. The largest part is in bold. Claims marked *data* confront "
            + "the theory with what was recorded, claims marked *recording* the recorded numbers with each other; claims marked *code* hold for any "
            + "input and test the program.");
        Line(text, "");
        // Only runs whose Jacobians are sketched have that part, and only a flow that was reduced has one of truncation.
        bool sketched = analysis.Claims.Any(c => c.Budget?.Sketch is not null), reduced = analysis.Claims.Any(c => c.Budget?.Truncation is not null);
        Table(text, ["id", "claim", "tests", "verdict", "error", "correlation", "integration", "interpolation", "descent", "rounding",
            .. sketched ? ["sketch"] : Array.Empty<string>(), .. reduced ? ["truncation"] : Array.Empty<string>(), "sum", "limit"],
            analysis.Claims.Select(c => (string[])
            [
                c.Id, c.Name, Narrative.Tests(c), Narrative.Word(c.Verdict), Short(c.RelativeError.OrNull()), Short(c.Correlation, 6),
                    Part(c.Budget, "integration", c.Budget?.Integration.OrNull()),
                Part(c.Budget, "interpolation", c.Budget?.Interpolation.OrNull()), Part(c.Budget, "descent", c.Budget?.Descent.OrNull()),
                    Part(c.Budget, "rounding", c.Budget?.Rounding.OrNull()),
                .. sketched ? [Part(c.Budget, "sketch", c.Budget?.Sketch?.OrNull())] : Array.Empty<string>(),
                .. reduced ? [Part(c.Budget, "truncation", c.Budget?.Truncation?.OrNull())] : Array.Empty<string>(),
                Narrative.Sum(c.Budget), Short(c.Tolerance),
            ]));
        foreach (var claim in analysis.Claims)
            if (Narrative.Reasons(claim) is { Length: > 0 } reasons) Line(text, $"- {claim.Id} {Narrative.Word(claim.Verdict)}: {Escape(reasons)}");
        Line(text, "");
        foreach (var (verdict, meaning) in Narrative.Meanings)
            if (verdict == analysis.InclusionVerdict || analysis.Claims.Any(c => c.Verdict == verdict))
                Line(text, $"- *{Narrative.Word(verdict)}*: {meaning}.");
        Line(text, "");
    }

    private static string Part(ErrorBudget? budget, string name, double? value) => budget?.LargestPart == name ? $"**{Short(value)}**" : Short(value);

    // The sign by which GitHub and others know an address: "://" and the point of "www.", and the @ of mail.
    [GeneratedRegex(@"(?<=[A-Za-z])(://)|(?<=\b[Ww]{3})(\.)")]
    private static partial Regex Address();

    private static void Row(StringBuilder text, IEnumerable<string> cells) =>
        Line(text, "| " + string.Join(" | ", cells.Select(c => Escape(PrintableText.Message(c)))) + " |");
}
