using KernelFlow.Tests.Samples;
using KernelFlow.Files;
using KernelFlow.Reporting;

namespace KernelFlow.Reporting.Tests;

public sealed class TextReportTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.004123, "0.00412")]
    [InlineData(19, "19")]
    [InlineData(19.04, "19")]
    [InlineData(12345.6, "12346")]
    [InlineData(1.234e-8, "1.23e-8")]
    [InlineData(-1.234e8, "-1.23e8")]
    [InlineData(0.99951, "1")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-∞")]
    public void ShortNumbersHaveThreeDigits(double value, string expected) => Assert.Equal(expected, Cultures.Under("de-DE", () => NumberText.Short(value)));

    [Theory]
    [InlineData(0.1)]
    [InlineData(1e300)]
    [InlineData(5e-324)]
    [InlineData(-2.5000000000000004)]
    public void RoundTripNumbersReadBack(double value) =>
        Assert.Equal(value, double.Parse(Cultures.Under("ru-RU", () => NumberText.RoundTrip(value)), System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(Verdict.Holds, "holds")]
    [InlineData(Verdict.Violated, "violated")]
    [InlineData(Verdict.Undecided, "undecided")]
    [InlineData(Verdict.Vacuous, "vacuous")]
    public void TheVerdictComesFirst(Verdict verdict, string word)
    {
        var sample = SampleAnalysis.Make();
        string[] lines = MarkdownReport.Text(sample with { Inclusion = sample.Inclusion with { Verdict = verdict, Reason = "because" } }).Split('\n');
        Assert.Equal("# Kernel-flow report", lines[0]);
        Assert.StartsWith("**", lines[2]);
        string line = lines.First(l => l.StartsWith("- Inclusion ker W_S ⊆ ker G_Q?", StringComparison.Ordinal));
        Assert.InRange(Array.IndexOf(lines, line), 4, 7);
        Assert.Contains($" {word}.** ", line);
        Assert.EndsWith("Reason: because.", line);
    }

    [Fact]
    public void EveryTableRowHasAsManyCellsAsItsHeader()
    {
        string[] lines = MarkdownReport.Text(SampleAnalysis.Make()).Split('\n');
        int width = 0, rows = 0;
        for (int i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith('|')) { width = 0; continue; }
            int cells = lines[i].Replace("\\|", "").Count(c => c == '|');
            if (width == 0) width = cells;
            Assert.True(cells == width, $"line {i + 1} has {cells} bars, its header {width}: {lines[i]}");
            rows++;
        }
        Assert.True(rows > 30, $"{rows} table rows");
    }

    [Fact]
    public void TheReportSaysWhyAndHowToMakeItAgain()
    {
        string text = MarkdownReport.Text(SampleAnalysis.Make());
        Assert.Contains("C4 undecided: a part of the budget is unknown, \"descent\"; descent: the optimizer is unknown", text);
        Assert.Contains("no noise mask \\| recorded", text);
        Assert.Contains("≥ 0.003", text);
        Assert.Contains("kernelflow analyze RUN --out DIR --mode flow --method gauss-6 --interpolation linear --rtol 1E-08 --threshold 0.001 --from 0 "
            + "--to 150.00000000000003", text);
        Assert.Contains("sha256:0123", text);
    }

    /// <summary>The mode and why, the stability of the steps, and the largest part of each budget, in words.</summary>
    [Fact]
    public void TheModeIsExplained()
    {
        string flow = MarkdownReport.Text(SampleAnalysis.Make()), descent = MarkdownReport.Text(SampleAnalysis.Descent());
        Assert.Contains("Flow mode, chosen because descent is not built. Training is taken as gradient flow", flow);
        Assert.DoesNotContain("edge of stability", flow);
        Assert.Contains("| 0.011 | – | 1e-9 | **0.02** | 0.001 |", flow);
        Assert.Contains("Descent mode, chosen because every step was recorded. The operators are those of "
            + "the recorded steps of gradient-descent themselves", descent);
        Assert.Contains("Not every step was recorded: the Jacobian at each step's time is interpolated between checkpoints.", descent);
        Assert.Contains("The largest z = η λ_max(BK) is 2.25, at step 17 of the window; the edge of stability is 2. Errors made early can grow by a "
            + "factor of 12.5 in the stiffest direction. "
            + "The propagator itself grew to 1.5 times its initial norm.", descent);
        Assert.Contains("No transport defects: descent between sparse checkpoints follows g(s) alone", descent);
        Assert.Contains("W_S and G_Q share their steps", descent);
        Assert.Contains("--mode descent --interpolation linear", descent);
        Assert.Contains("too far past the edge for claims against data to be decided",
            MarkdownReport.Text(SampleAnalysis.Descent(DescentQuadrature.Midpoint, 3.2)));
        Assert.Contains("none: every step was recorded", MarkdownReport.Text(SampleAnalysis.Descent(DescentQuadrature.Midpoint)));
        Assert.Contains("recorded midpoints would make that far more accurate", MarkdownReport.Text(SampleAnalysis.Descent(DescentQuadrature.Trapezium)));
        Assert.Contains("Flow mode, as asked for.",
            MarkdownReport.Text(SampleAnalysis.Make() with { Options = SampleAnalysis.Make().Options with { ModeReason = null } }));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    public void TheCultureDoesNotMatter(string culture)
    {
        static string All() => MarkdownReport.Text(SampleAnalysis.Make()) + string.Concat(Tables.All(SampleAnalysis.Make()).Select(t => t.Csv()))
            + MarkdownReport.Text(SampleAnalysis.Descent());
        Assert.Equal(Cultures.Under("", All), Cultures.Under(culture, All));
    }

    [Fact]
    public void TablesReadBack()
    {
        var sample = SampleAnalysis.Make();
        var analysis = sample with { Inclusion = sample.Inclusion with { Modes = [new(0, 0, 1, 0, 0, true), new(double.NaN, 0, 0, 0, 0, false)] } };
        var tables = Tables.All(analysis).ToDictionary(t => t.File, t => t.Csv());
        Assert.Equal(["spectrum.csv", "leading-modes.csv", "modes.csv", "claims.csv", "intervals.csv", "kernel-evolution.csv", "displacement.csv",
            "threshold-curve.csv", "operator-checks.csv", "relative-dissipation.csv", "schedule.csv", "noise.csv", "risk-gate.csv", "influence.csv",
            "test-influence.csv"],
            tables.Keys);
        string[] spectrum = tables["spectrum.csv"].TrimEnd('\n').Split('\n');
        Assert.Equal("mode,eigenvalue,residualNorm,dissipatedFraction,relativeEigenvalue", spectrum[0]);
        Assert.Equal(analysis.Spectrum.Eigenvalues, spectrum.Skip(1).Select(l =>
            double.Parse(l.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal("1,0,0,1,0,0,inf,true,-1,,,\n2,nan,0,0,0,0,0,false,0,,,\n", tables["modes.csv"][(tables["modes.csv"].IndexOf('\n') + 1)..]);
        Assert.Contains("\"a part of the budget is unknown, \"\"descent\"\"\"\n", tables["claims.csv"]);
        Assert.Contains("\n10,150.00000000000003,,3\n", tables["intervals.csv"]);
        Assert.Contains("\ntest,1,0,-1.25,-1.26\ntrain,0,0,1,1.01\n", tables["displacement.csv"]);
    }
}
