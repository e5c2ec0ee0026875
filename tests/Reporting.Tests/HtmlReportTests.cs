using KernelFlow.Tests.Samples;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;

namespace KernelFlow.Reporting.Tests;

public sealed class HtmlReportTests
{
    private static List<XElement> Drawings(string page) => [.. Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline).Select(m =>
        XElement.Parse(m.Value))];

    private const string Paper = "<a href=\"https://arxiv.org/abs/2605.01172\">";

    private static string Description(XElement svg) => svg.Elements().Single(e => e.Name.LocalName == "desc").Value;

    [Theory]
    [InlineData(Verdict.Holds, "✓", "holds")]
    [InlineData(Verdict.Violated, "✗", "violated")]
    [InlineData(Verdict.Undecided, "?", "undecided")]
    [InlineData(Verdict.Vacuous, "∅", "vacuous")]
    public void TheVerdictComesFirstWithASignBesideItsColour(Verdict verdict, string sign, string word)
    {
        var sample = SampleAnalysis.Make();
        string page = HtmlReport.Text(sample with { Inclusion = sample.Inclusion with { Verdict = verdict } });
        string body = page[page.IndexOf("<body>", StringComparison.Ordinal)..];
        int at = body.IndexOf($"<dt>Inclusion ker W_S ⊆ ker G_Q?</dt><dd><b>{sign} {word}</b>", StringComparison.Ordinal);
        Assert.InRange(at, 0, body.IndexOf("<h2", StringComparison.Ordinal));
    }

    [Fact]
    public void ThePageNeedsNothingElse()
    {
        string page = HtmlReport.Text(SampleAnalysis.Make());
        // The one link that leads away, and loads nothing until it is followed.
        Assert.Single(Regex.Matches(page, Regex.Escape(Paper)));
        page = page.Replace(Paper, "<a>", StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotMatch(@"\bsrc\s*=|\bhref\s*=\s*""[^#]|@import|url\(", page);
        // Every link leads to a place on the page, and no two places have one name.
        string[] ids = [.. Regex.Matches(page, @"\bid=""([^""]*)""").Select(m => m.Groups[1].Value)];
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(Regex.Matches(page, @"href=""#([^""]*)""|aria-labelledby=""(\S+) (\S+)"""), m =>
            Assert.All(m.Groups.Values.Skip(1).Where(g => g.Success), g => Assert.Contains(g.Value, ids)));
        Assert.All(Regex.Matches(page, @"https?://[^""]*"), m => Assert.Equal("http://www.w3.org/2000/svg", m.Value));
        Assert.Contains("default-src 'none'", page);
        Assert.Contains("prefers-color-scheme: dark", page);
        Assert.Contains("@media print", page);
        Assert.Contains("name=\"viewport\"", page);
    }

    [Fact]
    public void EveryFigureIsWellFormedAndHasATextAlternative()
    {
        var drawings = Drawings(HtmlReport.Text(SampleAnalysis.Make()));
        Assert.Equal(10, drawings.Count);
        foreach (var svg in drawings)
        {
            Assert.Equal("img", svg.Attribute("role")!.Value);
            Assert.Equal(["title", "desc"], svg.Elements().Take(2).Select(e => e.Name.LocalName));
            Check.AtLeast(Description(svg).Length, 21, "characters of " + Description(svg));
            foreach (var attribute in svg.Descendants().Attributes().Where(a =>
                a.Name.LocalName is "x" or "y" or "cx" or "cy" or "x1" or "x2" or "y1" or "y2" or "width" or "height"))
                Assert.True(double.TryParse(attribute.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double v) && double.IsFinite(v),
                    $"{attribute} in {Description(svg)}");
        }
    }

    [Fact]
    public void PointsStandWhereTheirNumbersSay()
    {
        // The scatter: equal recorded and predicted values lie on one falling diagonal of the drawing, and their order is kept.
        var sample = SampleAnalysis.Make();
        double[] values = [-2, -1, 0.5, 3];
        var page = HtmlReport.Text(sample with { Displacements = new DisplacementResult(values, values, [], []) });
        var scatter = Drawings(page).Single(d => Description(d).StartsWith("Predicted against recorded", StringComparison.Ordinal));
        var points = scatter.Elements().Where(e => e.Name.LocalName == "circle" && e.Elements().Any()).Select(e =>
            (X: (double)e.Attribute("cx")!, Y: (double)e.Attribute("cy")!)).ToArray();
        Assert.Equal(4, points.Length);
        double slope = (points[3].Y - points[0].Y) / (points[3].X - points[0].X);
        Assert.True(slope < 0, $"slope {slope}");
        for (int i = 0; i < 4; i++)
        {
            double x = points[0].X + (values[i] + 2) / 5 * (points[3].X - points[0].X), y = points[0].Y + (points[i].X - points[0].X) * slope;
            // Coordinates are written with two decimals: up to four roundings of half a hundredth each, although here they happen to be exact.
            Check.Small(Math.Max(Math.Abs(points[i].X - x), Math.Abs(points[i].Y - y)), 0.02, $"point {i} at {points[i]}, expected ({x}, {y}); distance");
        }
    }

    /// <summary>Descent between sparse checkpoints has no transport defects: one figure less, everything else, and a tile for z.</summary>
    [Fact]
    public void ADescentReportSaysHowNearTheEdgeItIs()
    {
        string page = HtmlReport.Text(SampleAnalysis.Descent()), flow = HtmlReport.Text(SampleAnalysis.Make());
        Assert.Equal(8, Drawings(page).Count);
        Assert.Contains("There are no transport defects: descent between sparse checkpoints", page);
        Assert.Contains("There is no dissipated fraction: not a fraction here.", page);
        Assert.Contains("<dt>Largest z = η λ_max(BK)</dt><dd>2.25<small>edge of stability 2; early errors can grow by 12.5</small>", page);
        Assert.Contains("<p>Descent mode, chosen because every step was recorded. ", page);
        Assert.Contains("The largest z = η λ_max(BK) is 2.25, at step 17", page);
        Assert.DoesNotContain("Largest z", flow);
        Assert.Contains("<p>Flow mode, chosen because descent is not built. ", flow);
        Assert.Contains("<td class=\"n\" data-name=\"interpolation\"><strong>0.02</strong></td><td class=\"n\" data-name=\"descent\">0.001</td>", flow);
        Assert.Contains("How well each step is reproduced",
            HtmlReport.Text(SampleAnalysis.Descent(DescentQuadrature.Midpoint) with { Intervals = SampleAnalysis.Make().Intervals }));
    }

    [Fact]
    public void EveryModeCanBePointedAt()
    {
        var sample = SampleAnalysis.Make();
        var titles = Drawings(HtmlReport.Text(sample)).SelectMany(d => d.Descendants().Where(e => e.Name.LocalName == "title")).Select(t => t.Value).ToList();
        for (int j = 0; j < 3; j++)
        {
            Assert.Contains(titles, t => t.StartsWith($"mode {j + 1}: λ = ", StringComparison.Ordinal));
            Assert.Contains(titles, t => t.StartsWith($"mode {j + 1}: ‖Gψ‖ = ", StringComparison.Ordinal));
        }
        Assert.Contains(titles, t => t.StartsWith("C4 test transfer: error 0.004; integration 1e-8, interpolation 0.003, descent –, rounding 1e-13",
            StringComparison.Ordinal));
    }

    [Fact]
    public void TextFromTheRunCannotBecomeMarkup()
    {
        var sample = SampleAnalysis.Make();
        string page = HtmlReport.Text(sample with
        {
            Run = sample.Run with { Loss = "<script>alert(1)</script>", InputHash = "\"><b>" },
            Claims = [new ClaimResult("C4", "<i>x</i>", Verdict.Undecided) { RelativeError = 1, Budget = new ErrorBudget(1, 1, 1, 1), Reason = "a < b & c" }],
        });
        Assert.DoesNotContain("<script", page);
        Assert.DoesNotContain("<i>", page);
        Assert.DoesNotContain("\"><b>", page);
        Assert.Contains("a &lt; b &amp; c", page);
    }

    [Fact]
    public void AnAnalysisWithHardlyAnythingInItStillMakesAPage()
    {
        var sample = SampleAnalysis.Make();
        var bare = sample with
        {
            Spectrum = sample.Spectrum with { Eigenvalues = [0, double.NaN, -1e-18], ResidualNorms = [0, 0, 0], DissipatedFraction = default,
                RelativeEigenvalues = [double.NaN, double.NaN, double.NaN], EffectiveRank = double.NaN },
            Inclusion = sample.Inclusion with { Visibility = null, Independent = default, Structural = new StructuralCheck(double.PositiveInfinity, 0, 0),
                Modes = [new(0, 0, 1, 0, 0, true)],
                Empirical = new EmpiricalCheck(Known.Unknown<double>("nothing moved"), Known.Unknown<double>("nothing moved")) },
            Claims = [],
            Intervals = [],
            KernelEvolution = new KernelEvolution { PeakDrift = 0, EndDrift = 0, Points = [] },
            Displacements = new DisplacementResult([], [], [], []),
        };
        string page = HtmlReport.Text(bare);
        Assert.EndsWith("</html>\n", page);
        Assert.Equal(2, Drawings(page).Count); // threshold and responses; every other figure is a sentence, but for the two of windows
        Assert.Equal(ReportFigures.Ids.Count - 4, Regex.Count(page, "not drawn"));
        foreach (var svg in Drawings(page)) Assert.DoesNotMatch(@"(?<![a-z])(NaN|∞)", string.Join(" ", svg.Descendants().Attributes().Select(a => a.Value)));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    public void TheCultureDoesNotMatter(string culture) =>
        Assert.Equal(Cultures.Under("", () => HtmlReport.Text(SampleAnalysis.Make())), Cultures.Under(culture, () => HtmlReport.Text(SampleAnalysis.Make())));
}
