using System.Text;
using KernelFlow.Analysis.Reports.Figures;
using static KernelFlow.Analysis.Reports.NumberText;

namespace KernelFlow.Analysis.Reports.Html;

/// <summary>report.html: one file that needs nothing else, readable on a phone, in the dark and on paper.</summary>
internal static class HtmlReport
{
    /// <summary>The whole document.</summary>
    public static string Text(ReservoirAnalysis analysis)
    {
        var page = new StringBuilder();
        string verdict = Narrative.Word(analysis.Inclusion.Verdict);
        page.Append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        // The page loads nothing, from anywhere.
        page.Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n");
        page.Append($"<meta name=\"generator\" content=\"kernelflow {E(Provenance.ToolVersion)}\">\n<title>Kernel-flow report: inclusion {E(verdict)}</title>\n<style>\n{HtmlStyle.Css}\n</style>\n</head>\n<body>\n<main>\n");
        Verdict(page, analysis);
        page.Append("<h2>Figures</h2>\n<p class=\"soft\">Point at a mark to read its numbers.</p>\n<div class=\"figures\">\n");
        foreach (var figure in HtmlFigures.All(analysis)) page.Append($"<figure>\n<h3>{E(figure.Title)}</h3>\n{figure.Drawing}\n<figcaption>{E(figure.Caption)}</figcaption>\n</figure>\n");
        page.Append("</div>\n");
        Checks(page, analysis);
        Claims(page, analysis);
        Origin(page, analysis);
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static void Verdict(StringBuilder page, ReservoirAnalysis analysis)
    {
        var inclusion = analysis.Inclusion;
        page.Append("<h1>Kernel-flow report</h1>\n");
        page.Append($"<div class=\"verdict {Css(inclusion.Verdict)}\">\n<strong>{Sign(inclusion.Verdict)} Inclusion ker&nbsp;W_S ⊆ ker&nbsp;G_Q: {E(Narrative.Word(inclusion.Verdict))}</strong>\n<p>{E(Narrative.Headline(analysis))}</p>\n");
        if (inclusion.Reason is { } reason) page.Append($"<p class=\"soft\">Reason: {E(reason)}.</p>\n");
        if (Narrative.Prediction(analysis) is { } prediction) page.Append($"<p>{E(prediction)}</p>\n");
        page.Append($"</div>\n<p>{E(Narrative.Mode(analysis))}</p>\n<dl class=\"tiles\">\n");
        foreach (string id in (string[])["C2", "C4"])
            if (analysis.Claims.FirstOrDefault(c => c.Id == id) is { } claim)
                Tile(page, $"{claim.Id} {claim.Name}", Short(claim.RelativeError), $"relative error; known sources {Narrative.Sum(claim.Budget)}; {Narrative.Word(claim.Verdict)}");
        Tile(page, "Kernel drift", Short(analysis.KernelEvolution.PeakDrift), $"largest relative change; {Short(analysis.KernelEvolution.EndDrift)} at the end");
        Tile(page, "Signal and reservoir", $"{Count(analysis.Spectrum.SignalDimension)} + {Count(analysis.Spectrum.ReservoirDimension)}", $"modes, at threshold {Short(analysis.Spectrum.Threshold)} on {Narrative.Measure(analysis)}");
        Tile(page, "Effective rank of W_S", Short(analysis.Spectrum.EffectiveRank), $"of {Count((long)analysis.Run.Train * analysis.Run.Outputs)}");
        if (analysis.Descent is { } d)
            Tile(page, "Largest z = η λ_max(BK)", Short(d.LargestZ), $"edge of stability {Short(d.StabilityEdge)}; {(d.Amplification > 1 ? $"early errors can grow by {Short(d.Amplification)}" : "early errors do not grow")}");
        page.Append("</dl>\n");
        if (Narrative.Stability(analysis) is { } stability) page.Append($"<p class=\"soft\">{E(stability)}</p>\n");
    }

    private static void Checks(StringBuilder page, ReservoirAnalysis analysis)
    {
        page.Append("<h2>What the verdict rests on</h2>\n");
        Table(page, ["check", "#figure", "what it says"], Narrative.Checks(analysis));
    }

    private static void Claims(StringBuilder page, ReservoirAnalysis analysis)
    {
        page.Append("<h2>Claims</h2>\n<p class=\"soft\">Claims marked <em>data</em> confront the theory with what was recorded; claims marked <em>code</em> hold for any input and test the program. Budgets are relative to the same denominator as the error; the largest part is in bold.</p>\n");
        page.Append("<div class=\"scroll\"><table>\n<thead><tr><th>id</th><th>claim</th><th>tests</th><th>verdict</th><th class=\"n\">error</th><th class=\"n\">correlation</th><th class=\"n\">integration</th><th class=\"n\">interpolation</th><th class=\"n\">descent</th><th class=\"n\">rounding</th><th class=\"n\">limit</th></tr></thead>\n<tbody>\n");
        foreach (var c in analysis.Claims)
        {
            string reasons = Narrative.Reasons(c);
            page.Append($"<tr{(reasons == "" ? "" : " class=\"told\"")}><td>{E(c.Id)}</td><td class=\"name\">{E(c.Name)}</td><td>{Narrative.Tests(c)}</td><td><span class=\"chip {Css(c.Verdict)}\">{Sign(c.Verdict)} {E(Narrative.Word(c.Verdict))}</span></td>");
            (string? Part, string Text)[] cells =
            [
                (null, Short(c.RelativeError)), (null, Short(c.Correlation, 6)), ("integration", Short(c.Budget?.Integration)), ("interpolation", Short(c.Budget?.Interpolation)),
                ("descent", Short(c.Budget?.Descent)), ("rounding", Short(c.Budget?.Rounding)), (null, Short(c.Tolerance)),
            ];
            foreach (var (part, cell) in cells) page.Append($"<td class=\"n\">{(part is not null && c.Budget?.LargestPart == part ? $"<strong>{E(cell)}</strong>" : E(cell))}</td>");
            page.Append("</tr>\n");
            if (reasons != "") page.Append($"<tr class=\"why\"><td></td><td colspan=\"10\">{E(reasons)}</td></tr>\n");
        }
        page.Append("</tbody>\n</table></div>\n");
        var used = Narrative.Meanings.Where(m => m.Verdict == analysis.Inclusion.Verdict || analysis.Claims.Any(c => c.Verdict == m.Verdict));
        page.Append($"<p class=\"soft\">{string.Join("; ", used.Select(m => $"<em>{E(Narrative.Word(m.Verdict))}</em>: {E(m.Meaning)}"))}.</p>\n");
    }

    private static void Origin(StringBuilder page, ReservoirAnalysis analysis)
    {
        page.Append("<h2>Where this comes from</h2>\n");
        Table(page, ["what", "value"], [.. Provenance.Facts(analysis).Select(f => (string[])[f.What, f.Value])]);
        page.Append($"<p>To make it again (RUN is the folder with the input above):</p>\n<pre><code>{E(Provenance.Command(analysis))}</code></pre>\n");
    }

    private static void Tile(StringBuilder page, string name, string value, string note) =>
        page.Append($"<div class=\"tile\"><dt>{E(name)}</dt><dd>{E(value)}<small>{E(note)}</small></dd></div>\n");

    /// <summary>A table; a header that begins with # is a column of numbers.</summary>
    private static void Table(StringBuilder page, string[] header, string[][] rows)
    {
        string Class(int column) => header[column].StartsWith('#') ? " class=\"n\"" : "";
        page.Append("<div class=\"scroll\"><table>\n<thead><tr>").AppendJoin("", header.Select((h, i) => $"<th{Class(i)}>{E(h.TrimStart('#'))}</th>")).Append("</tr></thead>\n<tbody>\n");
        foreach (string[] row in rows) page.Append("<tr>").AppendJoin("", row.Select((cell, i) => $"<td{Class(i)}>{E(cell)}</td>")).Append("</tr>\n");
        page.Append("</tbody>\n</table></div>\n");
    }

    // A sign beside the colour, for those who do not see the colour.
    private static string Sign(Verdict verdict) => verdict switch { KernelFlow.Verdict.Holds => "✓", KernelFlow.Verdict.Violated => "✗", KernelFlow.Verdict.Undecided => "?", KernelFlow.Verdict.Vacuous => "∅", _ => "·" };

    private static string Css(Verdict verdict) => verdict.ToString().ToLowerInvariant();

    private static string E(string text) => Svg.Escape(text);
}
