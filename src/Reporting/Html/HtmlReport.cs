using KernelFlow.Files;
using System.Text;
using KernelFlow.Reporting.Content;
using static KernelFlow.Reporting.Html.HtmlPage;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Html;

/// <summary>report.html: one file that needs nothing else, readable on a phone, in the dark and on paper.</summary>
internal static class HtmlReport
{
    private static readonly string[] s_claimHeader =
        ["claim", "tests", "verdict", "#error", "#integration", "#interpolation", "#descent", "#rounding", "#sum", "#limit", "#correlation"];

    /// <summary>The whole report as an HTML document.</summary>
    public static string Text(ReservoirAnalysis analysis) => Text(analysis, ReportFigures.All(analysis));

    /// <summary>The whole document with figures that are drawn already.</summary>
    public static string Text(ReservoirAnalysis analysis, IReadOnlyList<(string Section, Figure Figure)> figures)
    {
        var page = new StringBuilder(1 << 18);
        string name = analysis.Run.Name is { } run ? $" of {run}" : "";
        var headline = Headline.Of(analysis);
        Open(page, $"Kernel-flow report{name}: {string.Join(", ", headline.Lines.Select(l => $"{l.Topic} {l.Answer}"))}", analysis.Tool);
        HtmlHeadline.Write(page, analysis, headline);
        Overview(page, analysis);
        FigureSections(page, figures);
        if (ReportTables.Checks(analysis) is { } checks) Section(page, checks);
        Claims(page, analysis);
        page.Append("<h2>What this report does not show</h2>\n<ul>\n");
        foreach (string caveat in Caveats.Of(analysis)) page.Append($"<li>{E(caveat)}</li>\n");
        page.Append("</ul>\n");
        foreach (var section in ReportTables.Numbers(analysis)) Section(page, section);
        Words(page, analysis);
        Section(page, ReportTables.Origin(analysis));
        page.Append($"<p>{E(Provenance.HowToRepeat(analysis))}</p>\n<pre><code>{E(Provenance.Command(analysis))}</code></pre>\n");
        Close(page);
        return page.ToString();
    }

    private static void Words(StringBuilder page, ReservoirAnalysis analysis)
    {
        page.Append($"<h2 id=\"glossary\">{E(Glossary.Title)}</h2>\n<dl class=\"words\">\n");
        foreach (var line in Glossary.Of(analysis))
        {
            string theory = Glossary.TheoryAddress is { } address
                ? $"<a href=\"{E(address + line.Page)}\">theory: {E(line.Page)}</a>" : $"theory: {E(line.Page)}";
            page.Append($"<div><dt><a href=\"#{line.Anchor}\">{E(line.Word)}</a></dt><dd>{E(line.Meaning)} <small>({theory})</small></dd></div>\n");
        }
        page.Append($"</dl>\n<p class=\"soft\">{E(Glossary.More)} <a href=\"{Glossary.PaperAddress}\">{E(Glossary.Paper)}</a>.</p>\n");
    }

    private static void Overview(StringBuilder page, ReservoirAnalysis analysis)
    {
        string? qualification = InclusionLine.Qualification(ComparedRun.Of("run", analysis));
        if (analysis.Claims.Count > 0)
        {
            page.Append("<ul class=\"glance\" aria-label=\"Verdicts of all claims\">\n");
            foreach (var c in analysis.Claims)
            {
                var (tone, word) = Shown(c, qualification);
                page.Append($"<li class=\"{Css(tone)}\"><a href=\"#{E(c.Id)}\">{E(c.Id)} {E(c.Name)} <b>{Sign(tone)} {E(word)}</b></a></li>\n");
            }
            page.Append("</ul>\n");
        }
        page.Append("<dl class=\"tiles\">\n");
        foreach (var (key, value, note) in KeyFigures.Of(analysis))
            page.Append($"<div class=\"tile\"><dt>{E(key)}</dt><dd>{E(value)}<small>{E(note)}</small></dd></div>\n");
        page.Append($"</dl>\n<p>{E(Narrative.Mode(analysis))} Words are explained in the <a href=\"#glossary\">glossary</a>.</p>\n");
        if (Narrative.Stability(analysis) is { } stability) page.Append($"<p class=\"soft\">{E(stability)}</p>\n");
    }

    // The row of the inclusion among the claims has the condition of the inclusion.
    private static (Verdict Tone, string Word) Shown(ClaimResult claim, string? qualification)
    {
        string? condition = claim.Kind == ClaimKind.Inclusion ? qualification : null;
        return (InclusionLine.Tone(claim.Verdict, condition), InclusionLine.Word(claim.Verdict, condition));
    }

    private static void Claims(StringBuilder page, ReservoirAnalysis analysis)
    {
        string? qualification = InclusionLine.Qualification(ComparedRun.Of("run", analysis));
        page.Append("<h2 id=\"claims\">Claims</h2>\n<p class=\"soft\">Claims marked <em>data</em> confront the theory with what was recorded, claims "
            + "marked <em>recording</em> the recorded numbers with each other; claims "
            + "marked <em>code</em> hold for any input and test the program. Budgets are relative to the same denominator as the error; "
            + "the largest part is in bold.</p>\n");
        page.Append($"{Scroll("Claims")}<table class=\"claims\">\n<thead><tr>");
        // Only runs whose Jacobians are sketched have that part, and only a flow that was reduced has one of truncation.
        bool sketched = analysis.Claims.Any(c => c.Budget?.Sketch is not null), reduced = analysis.Claims.Any(c => c.Budget?.Truncation is not null);
        string[] header = [.. s_claimHeader[..8], .. sketched ? ["#sketch"] : Array.Empty<string>(), .. reduced ? ["#truncation"] : Array.Empty<string>(),
            .. s_claimHeader[8..]];
        foreach (string h in header) page.Append($"<th scope=\"col\"{(h[0] == '#' ? " class=\"n\"" : "")}>{h.TrimStart('#')}</th>");
        page.Append("</tr></thead>\n<tbody>\n");
        foreach (var c in analysis.Claims)
        {
            string reasons = Narrative.Reasons(c);
            var (tone, word) = Shown(c, qualification);
            page.Append($"<tr id=\"{E(c.Id)}\"{(reasons == "" ? "" : " class=\"told\"")}><th scope=\"row\">{E(c.Id)} "
                + $"{E(c.Name)}</th><td>{Narrative.Tests(c)}</td><td>{Chip(tone, word)}</td>");
            (string? Part, string Text)[] cells =
            [
                (null, Short(c.RelativeError.OrNull())), ("integration", Short(c.Budget?.Integration.OrNull())),
                    ("interpolation", Short(c.Budget?.Interpolation.OrNull())),
                ("descent", Short(c.Budget?.Descent.OrNull())), ("rounding", Short(c.Budget?.Rounding.OrNull())),
                .. sketched ? [("sketch", Short(c.Budget?.Sketch?.OrNull()))] : Array.Empty<(string?, string)>(),
                .. reduced ? [("truncation", Short(c.Budget?.Truncation?.OrNull()))] : Array.Empty<(string?, string)>(),
                (null, Narrative.Sum(c.Budget)), (null, Short(c.Tolerance)), (null, Short(c.Correlation, 6)),
            ];
            for (int i = 0; i < cells.Length; i++)
            {
                var (part, cell) = cells[i];
                // On a phone each claim is a card, where cells name their column.
                string value = part is not null && c.Budget?.LargestPart == part ? $"<strong>{E(cell)}</strong>" : E(cell);
                page.Append($"<td class=\"n\" data-name=\"{header[i + 3].TrimStart('#')}\">{value}</td>");
            }
            page.Append("</tr>\n");
            if (reasons != "") page.Append($"<tr class=\"why\"><td colspan=\"{header.Length}\">{E(reasons)}</td></tr>\n");
        }
        page.Append("</tbody>\n</table></div>\n");
        var used = Narrative.Meanings.Where(m => m.Verdict == analysis.InclusionVerdict || analysis.Claims.Any(c => c.Verdict == m.Verdict));
        page.Append($"<p class=\"soft\">{string.Join("; ", used.Select(m => $"<em>{E(Narrative.Word(m.Verdict))}</em>: {E(m.Meaning)}"))}.</p>\n");
    }
}
