using System.Text.RegularExpressions;
using KernelFlow.Reporting.Comparisons;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>A report of claims only says so before anything else, draws nothing that was not computed, and is never green as a whole.</summary>
public sealed class ClaimsOnlyReportTests
{
    private const string Extent = "Only C1 to C4 and the recording were computed: nothing is said of the operators, their spectrum, the inclusion and the "
        + "other claims";

    private static ReservoirAnalysis Analysis(Verdict theory)
    {
        var sample = SampleAnalysis.ClaimsOnly();
        return sample with { Claims = [.. sample.Claims.Select(c => c.Kind == ClaimKind.Data ? c with { Verdict = theory } : c)] };
    }

    [Theory]
    [InlineData(Verdict.Holds, Verdict.NotComputed, "The recording is consistent. The theory agrees with what was recorded. ")]
    [InlineData(Verdict.Violated, Verdict.Violated, "The theory disagrees with what was recorded. ")]
    [InlineData(Verdict.Undecided, Verdict.Undecided, "Whether the theory agrees cannot be told. ")]
    public void TheHeadlineSaysWhatWasAndWasNotComputed(Verdict theory, Verdict tone, string first)
    {
        var sample = Analysis(theory);
        if (theory != Verdict.Undecided)
            sample = sample with { Claims = [.. sample.Claims.Select(c => c.Budget is null ? c : c with { Budget = new ErrorBudget(0, 0.01, 0, 0) })] };
        var headline = Headline.Of(sample);
        Assert.True((headline.Tone, headline.Sentence.EndsWith(Extent, StringComparison.Ordinal)) == (tone, true), $"{headline.Tone}: {headline.Sentence}");
        Assert.StartsWith(first, headline.Sentence);
        var line = headline.Lines.Single(l => l.Topic == "inclusion");
        Assert.Equal((Verdict.NotComputed, "not computed"), (line.Tone, line.Answer));
        string page = HtmlReport.Text(sample), text = MarkdownReport.Text(sample);
        Assert.Contains($"<div class=\"verdict {HtmlPage.Css(tone)}\">", page);
        Assert.Contains(Extent, page);
        Assert.Contains(Extent, text);
        Assert.Contains("--claims-only", Provenance.Command(sample));
        Assert.DoesNotContain("--threshold", Provenance.Command(sample));
    }

    /// <summary>Nothing of the operators is green, and no number of theirs stands anywhere.</summary>
    [Fact]
    public void NothingThatWasNotComputedIsShown()
    {
        var sample = Analysis(Verdict.Holds);
        string page = HtmlReport.Text(sample);
        foreach (Match green in Regex.Matches(page, "class=\"(chip )?holds\".{0,200}")) Assert.DoesNotContain("nclusion", green.Value);
        foreach (string absent in (string[])["effective rank", "Kernel drift", "Signal and reservoir", "Spectrum of W_S", "What the inclusion verdict rests on",
            "λ_max(K)"])
            Assert.DoesNotContain(absent, page, StringComparison.OrdinalIgnoreCase);
        var figures = ReportFigures.All(sample);
        Assert.Equal(["errors", "outputs"], figures.Where(f => f.Figure.Drawing is not null).Select(f => f.Figure.Head.Id));
        foreach (var (_, figure) in figures.Where(f => f.Figure.Drawing is null)) Assert.Contains("not computed", figure.Caption);
        foreach (var table in ReservoirReports.TablesOf(sample))
            if (table.File is not ("claims.csv" or "displacement.csv" or "intervals.csv")) Assert.Single(table.Csv().TrimEnd().Split('\n'));
    }

    /// <summary>A comparison of claims only, and one beside a whole analysis.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AComparisonShowsWhatThereIs(bool besideWhole)
    {
        var runs = RunComparison.Of([ComparedRun.Of("a", Analysis(Verdict.Holds)),
            ComparedRun.Of("b", besideWhole ? SampleAnalysis.Make() : Analysis(Verdict.Holds))]);
        var figures = ComparisonFigures.All(runs);
        Assert.Equal(besideWhole, figures.Single(f => f.Figure.Head.Id == "compare-spectra").Figure.Drawing is not null);
        Assert.NotNull(figures.Single(f => f.Figure.Head.Id == "compare-transport").Figure.Drawing);
        string page = ComparisonPages.Html(runs, figures), text = ComparisonPages.Markdown(runs, figures);
        Assert.Contains("– not computed", page);
        Assert.Contains("– not computed", text);
        string csv = ComparisonTable.Of(runs).Csv(), row = csv.Split('\n').Single(l => l.StartsWith("a,", StringComparison.Ordinal));
        Assert.StartsWith("a,NotComputed,", row);
        Assert.Contains(",0.001,,,,,,,,", row);
    }
}
