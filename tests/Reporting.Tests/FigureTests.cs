using KernelFlow.Tests.Samples;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using KernelFlow.Reporting;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;
using KernelFlow.Reporting.Tests.Support;

namespace KernelFlow.Reporting.Tests;

public sealed class FigureTests
{
    private static Figure Draw(string id, ReservoirAnalysis analysis) => ReportFigures.All(analysis).Single(f => f.Figure.Head.Id == id).Figure;

    // Like their table, they stand in reports of analyses that have windows, and in no others.
    private static readonly string[] s_ofWindows = ["windows-dimension", "windows-error"];

    /// <summary>Windows of two starts: a line for each, and the error beside its budget.</summary>
    [Fact]
    public void WindowsAreDrawnOverTheirEnds()
    {
        var c4 = new ClaimResult("C4", "test transfer", Verdict.Holds) { RelativeError = 0.02, Budget = new ErrorBudget(0.01, 0.01, 0.01, 0.01) };
        WindowResult Window(double from, double to) => new(from, to)
        {
            FirstCheckpoint = 0, LastCheckpoint = 1, Steps = 3, IntegrationError = 1e-8, LargestEigenvalue = 1, SignalDimension = 3, ReservoirDimension = 2,
            EffectiveRank = 2.5, Inclusion = Verdict.Holds, WorstRatio = 0.5, TestTransfer = 0.02, Claims = [c4],
        };
        var analysis = SampleAnalysis.Make() with { Windows = [Window(0, 1), Window(0, 2), Window(1, 2), Window(1, 4)] };
        Assert.Equal(ReportFigures.Ids, ReportFigures.All(analysis).Select(f => f.Figure.Head.Id));
        foreach (string id in s_ofWindows)
        {
            string drawing = Draw(id, analysis).Drawing!;
            Assert.True(drawing.Contains("from t = 0", StringComparison.Ordinal) && drawing.Contains("from t = 1", StringComparison.Ordinal), drawing);
        }
        Assert.Contains("0.02, holds in 4", Draw("windows-error", analysis).Head.Description);
        Assert.Contains("0 to 2: C4 0.02, holds", Draw("windows-error", analysis).Drawing);
        Assert.Contains("0 to 2: budget 0.04", Draw("windows-error", analysis).Drawing);
    }

    /// <summary>Each figure is drawn from data or says why it is not, and the file of its own stands alone.</summary>
    [Fact]
    public void EveryFigureIsDrawnOrSaysWhyNot()
    {
        foreach (var analysis in (ReservoirAnalysis[])[SampleAnalysis.Make(), SampleAnalysis.Descent(), SampleAnalysis.Descent(DescentQuadrature.Midpoint),
            TestRuns.DigitsTinyAnalysis])
        {
            var figures = ReportFigures.All(analysis);
            Assert.Equal(ReportFigures.Ids.Except(s_ofWindows), figures.Select(f => f.Figure.Head.Id));
            foreach (var (section, figure) in figures)
            {
                Assert.EndsWith("?", section);
                Assert.EndsWith(".", figure.Caption);
                if (figure.Drawing is null) continue;
                var svg = XElement.Parse(HtmlStyle.Alone(figure.Drawing));
                Assert.Contains("prefers-color-scheme: dark", svg.Elements().Single(e => e.Name.LocalName == "style").Value);
                // Something was drawn: marks that can be pointed at, beyond the title of the drawing itself.
                Check.AtLeast(svg.Descendants().Count(e => e.Name.LocalName == "title"), 2, $"{figure.Head.Id}: titles");
            }
        }
    }

    /// <summary>The same words in both documents: captions, caveats, table cells.</summary>
    [Fact]
    public void PageAndTextHaveTheSameContent()
    {
        var analysis = SampleAnalysis.Make();
        var figures = ReportFigures.All(analysis);
        string page = HtmlReport.Text(analysis), text = MarkdownReport.Text(analysis, figures);
        string[] sentences =
        [
            .. figures.Select(f => f.Figure.Caption), .. figures.Select(f => f.Section), .. Caveats.Of(analysis),
                .. KeyFigures.Of(analysis).Select(k => k.Note),
            .. ReportTables.Numbers(analysis).Append(ReportTables.Checks(analysis)!).Append(ReportTables.Origin(analysis)).SelectMany(t =>
                t.Paragraphs.Append(t.Title).Concat(t.Rows.SelectMany(r => r))),
            Provenance.Command(analysis), Narrative.Mode(analysis), InclusionText.Verdict(analysis), 
                .. Headline.Of(analysis).Lines.SelectMany(l => (string[])[l.Question, l.Answer, l.Detail]), Headline.Of(analysis).Sentence,
        ];
        Assert.True(sentences.Length > 60, $"{sentences.Length} sentences");
        foreach (string sentence in sentences)
        {
            Assert.Contains(HtmlPage.E(sentence), page);
            Assert.Contains(MarkdownReport.Escape(sentence), text);
        }
        foreach (var (_, figure) in figures) Assert.Equal(figure.Drawing is not null,
            text.Contains($"(figures/{figure.Head.Id}.svg)", StringComparison.Ordinal));
        Assert.DoesNotContain("figures/", MarkdownReport.Text(analysis)); // a document alone must not point beside itself
    }

    /// <summary>Marks of the error figure stand at the logarithms of their numbers.</summary>
    [Fact]
    public void ErrorsStandAtTheirLogarithms()
    {
        var sample = SampleAnalysis.Make();
        ClaimResult Claim(string id, double error) => new(id, "x", Verdict.Holds) { RelativeError = error, Tolerance = 0.1,
            Budget = new ErrorBudget(error, error / 10, error / 100, 0) };
        string drawing = Draw("errors", sample with { Claims = [Claim("C1", 1e-2), Claim("C2", 1e-4)] }).Drawing!;
        double[] diamonds = [.. Regex.Matches(drawing, @"<path class=""m s2"" d=""M(\S+) \S+L[^>]*><title>").Select(m =>
            double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        double[] circles = [.. Regex.Matches(drawing, @"<circle class=""m s4"" cx=""(\S+)"" [^>]*><title>").Select(m =>
            double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        Assert.Equal(2, diamonds.Length);
        double decade = (diamonds[0] - diamonds[1]) / 2;
        Check.AtLeast(decade, 10, "width of a decade");
        // Coordinates are written with two decimals: four roundings of half a hundredth each, although here they happen to be exact.
        for (int i = 0; i < 2; i++)
            Check.Small(Math.Abs(diamonds[i] - circles[i] - 2 * decade), 0.021, $"distance of the marks of claim {i + 1} from two decades");
    }

    /// <summary>The schedule's shades: the share of the largest value, or six decades of it; columns are named by their times.</summary>
    [Fact]
    public void ShadesFollowTheSchedule()
    {
        static SchedulePoint At(double time, double[] values, double[]? fractions) => new(time, values, fractions, 1, 1, null);
        var sample = SampleAnalysis.Make() with { Schedule = new SpectralSchedule { OverEnd = [At(0.5, [1, 0.001], [0.25, 0]),
            At(150, [10, 1], [0.5, 0.125])] } };
        string fractions = Draw("schedule", sample).Drawing!;
        Assert.Contains("fill-opacity:0.5\"><title>mode j 1, end of the window T 0.5: 0.25</title>", fractions);
        Assert.Contains("fill-opacity:0.25\"><title>mode j 2, end of the window T 150: 0.125</title>", fractions);
        Assert.DoesNotContain("mode j 2, end of the window T 0.5", fractions); // nothing is not drawn
        var without = sample with { Schedule = new SpectralSchedule { OverEnd = [At(0.5, [1, 0.001], null), At(150, [10, 1], null)] } };
        string eigenvalues = Draw("schedule", without).Drawing!;
        Assert.Contains("fill-opacity:0.833\"><title>mode j 1, end of the window T 0.5: 1</title>", eigenvalues); // one decade of six below 10
        Assert.Contains("fill-opacity:0.333\"><title>mode j 2, end of the window T 0.5: 0.001</title>", eigenvalues);
        Assert.Contains("were not computed", Draw("schedule", SampleAnalysis.Make()).Caption);
    }

    [Theory]
    [InlineData(HtmlStyle.Light)]
    [InlineData(HtmlStyle.Dark)]
    public void ColoursStandOutFromWhatTheyAreOn(string scheme)
    {
        var colours = Regex.Matches(scheme, @"--(\w+): #([0-9a-f]{6});").ToDictionary(m => m.Groups[1].Value, m => Luminance(m.Groups[2].Value));
        foreach (string ground in (string[])["page", "card"])
        {
            foreach (string text in (string[])["ink", "soft", "good", "bad", "open", "none"])
                Check.AtLeast(Contrast(colours[text], colours[ground]), 4.5, $"contrast of {text} on {ground}");
            foreach (string mark in (string[])["s1", "s2", "s3", "s4", "s5"])
                Check.AtLeast(Contrast(colours[mark], colours[ground]), 3, $"contrast of {mark} on {ground}");
        }

        static double Contrast(double a, double b) => (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);

        // WCAG 2.2, relative luminance.
        static double Luminance(string hex)
        {
            double Channel(int at)
            {
                double c = int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
                return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
            }
            return 0.2126 * Channel(0) + 0.7152 * Channel(2) + 0.0722 * Channel(4);
        }
    }
}
