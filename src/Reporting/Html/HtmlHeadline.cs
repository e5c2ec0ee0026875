using System.Text;
using KernelFlow.Reporting.Content;
using static KernelFlow.Reporting.Html.HtmlPage;

namespace KernelFlow.Reporting.Html;

/// <summary>The first thing on the page: the questions with their answers, in a box that has the colour of the worst, and the likely causes.</summary>
internal static class HtmlHeadline
{
    /// <summary>Name of the run, headline, likely causes.</summary>
    public static void Write(StringBuilder page, ReservoirAnalysis analysis, Headline headline)
    {
        page.Append($"<h1>Kernel-flow report{(analysis.Run.Name is { } name ? $": {E(name)}" : "")}</h1>\n");
        page.Append($"<div class=\"verdict {Css(headline.Tone)}\">\n<strong>{Sign(headline.Tone)} {E(headline.Sentence)}.</strong>\n<dl "
            + "class=\"answers\">\n");
        foreach (var line in headline.Lines)
            page.Append($"<div class=\"{Css(line.Tone)}\"><dt>{E(line.Question)}</dt><dd><b>{Sign(line.Tone)} {E(line.Answer)}</b> "
                + $"<span>{E(line.Detail)}</span></dd></div>\n");
        page.Append("</dl>\n</div>\n");
        Causes(page, analysis.LikelyCauses);
        if (Narrative.Prediction(analysis) is { } prediction) page.Append($"<p>{E(prediction)}</p>\n");
    }

    private static void Causes(StringBuilder page, IReadOnlyList<LikelyCause> causes)
    {
        if (causes.Count == 0) return;
        page.Append($"<h2 id=\"causes\">{E(CauseText.Title)}</h2>\n<p class=\"soft\">{E(CauseText.Lead)}</p>\n<ol class=\"causes\">\n");
        foreach (var cause in causes)
            page.Append($"<li><b>{E(CauseText.Sentence(cause.Cause))}</b> <span class=\"soft\">{E(CauseText.Sentence(cause.Evidence))}</span><br>"
                + $"{E(CauseText.ToDo)} {Keys(E(CauseText.Sentence(cause.WhatToDo)))}</li>\n");
        page.Append("</ol>\n");
    }

    // `key` of escaped text as code.
    private static string Keys(string escaped) => string.Concat(escaped.Split('`').Select((part, i) => i % 2 == 1 ? $"<code>{part}</code>" : part));
}
