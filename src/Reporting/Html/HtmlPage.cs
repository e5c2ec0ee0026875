using System.Text;
using KernelFlow.Files;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Charts;

namespace KernelFlow.Reporting.Html;

/// <summary>The parts of a self-contained page.</summary>
public static class HtmlPage
{
    /// <summary>Everything up to the first heading.</summary>
    public static void Open(StringBuilder page, string title, ToolInfo? tool = null)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(title);
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, "
            + "initial-scale=1\">\n");
        // The page loads nothing, from anywhere; the empty icon keeps browsers from asking for one.
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        page.Append($"<meta name=\"generator\" content=\"kernelflow "
            + $"{E((tool ?? ToolInfo.Current).Version)}\">\n<title>{E(title)}</title>\n<style>\n{HtmlStyle.Page}\n"
            + $"{HtmlStyle.Drawing}\n{HtmlStyle.Print}\n</style>\n</head>\n<body>\n<main>\n");
    }

    /// <summary>Everything after the last paragraph.</summary>
    public static void Close(StringBuilder page)
    {
        ArgumentNullException.ThrowIfNull(page);
        page.Append("<p class=\"soft\">Colours are those of Okabe and Ito, chosen to be told apart with "
            + "every common colour vision; series also differ in shape or dash.</p>\n</main>\n</body>\n</html>\n");
    }

    /// <summary>The figures under their questions.</summary>
    public static void FigureSections(StringBuilder page, IReadOnlyList<(string Section, Figure Figure)> figures)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(figures);
        page.Append("<p class=\"soft\" id=\"figures\">Point at a mark to read its numbers.</p>\n");
        string? open = null;
        var missing = new List<Figure>();
        foreach (var (section, figure) in figures)
        {
            if (section != open)
            {
                CloseSection(page, open, missing);
                page.Append($"<h2>{E(section)}</h2>\n<div class=\"figures\">\n");
                open = section;
            }
            if (figure.Drawing is null) missing.Add(figure);
            else page.Append($"<figure id=\"{figure.Head.Id}\">\n<h3>{E(figure.Head.Title)}</h3>\n")
                .Append($"{figure.Drawing}\n<figcaption>{E(figure.Caption)}</figcaption>\n</figure>\n");
        }
        CloseSection(page, open, missing);
    }

    // What is not there takes a line below the figures, not a place among them.
    private static void CloseSection(StringBuilder page, string? open, List<Figure> missing)
    {
        if (open is null) return;
        page.Append("</div>\n");
        foreach (var figure in missing) page.Append($"<p class=\"missing\" id=\"{figure.Head.Id}\"><strong>{E(figure.Head.Title)}</strong>: not drawn. "
            + $"{E(figure.Caption)}</p>\n");
        missing.Clear();
    }

    /// <summary>A table with its heading and paragraphs.</summary>
    public static void Section(StringBuilder page, TableSection section)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(section);
        page.Append($"<h2>{E(section.Title)}</h2>\n");
        foreach (string paragraph in section.Paragraphs) page.Append($"<p class=\"soft\">{E(paragraph)}</p>\n");
        if (section.Rows.Count > 0) Table(page, section.Header, section.Rows, section.Title);
        if (section.More is not null) page.Append($"<p class=\"soft\">{E(section.More)}</p>\n");
    }

    /// <summary>Opens the frame of a table that may be wider than the page: it scrolls, also by the keyboard.</summary>
    /// <param name="title">What the table is.</param>
    public static string Scroll(string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        return $"<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"{E(title)}\">";
    }

    /// <summary>A table; a header that begins with # is a column of numbers.</summary>
    /// <param name="page">The page so far.</param>
    /// <param name="header">Names of the columns.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="title">What the table is, for those who do not see it.</param>
    public static void Table(StringBuilder page, string[] header, IReadOnlyList<string[]> rows, string title)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(header);
        ArgumentNullException.ThrowIfNull(rows);
        string[] classes = Array.ConvertAll(header, h => h.StartsWith('#') ? " class=\"n\"" : "");
        page.Append($"{Scroll(title)}<table>\n<thead><tr>");
        for (int i = 0; i < header.Length; i++) page.Append($"<th scope=\"col\"{classes[i]}>{E(header[i].TrimStart('#'))}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (string[] row in rows)
        {
            page.Append("<tr>");
            for (int i = 0; i < row.Length; i++) page.Append($"<td{classes[i]}>{E(PrintableText.Message(row[i]))}</td>");
            page.Append("</tr>\n");
        }
        page.Append("</tbody>\n</table></div>\n");
    }

    /// <summary>The coloured word of a verdict, with a sign for those who do not see the colour.</summary>
    public static string Chip(Verdict verdict) => Chip(verdict, Narrative.Word(verdict));

    /// <summary>A word in the colour of a verdict, with its sign.</summary>
    public static string Chip(Verdict tone, string word)
    {
        ArgumentNullException.ThrowIfNull(word);
        return $"<span class=\"chip {Css(tone)}\">{Sign(tone)} {E(word)}</span>";
    }

    /// <summary>A sign for a verdict.</summary>
    public static string Sign(Verdict verdict) => verdict switch { Verdict.Holds => "✓", Verdict.Violated => "✗", Verdict.Undecided => "?",
        Verdict.Vacuous => "∅", Verdict.NotComputed => "–", _ => "·" };

    /// <summary>The colour class of a verdict.</summary>
    public static string Css(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    /// <summary>Text that is not markup.</summary>
    public static string E(string text) => Svg.Escape(text);
}
