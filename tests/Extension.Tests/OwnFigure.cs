using System.Xml.Linq;
using KernelFlow;
using KernelFlow.Reporting.Charts;
using KernelFlow.Reporting.Content;

namespace Extension.Tests;

/// <summary>How many modes move the test outputs by how much: one bar for each power of ten of ‖G_Q ψ_j‖.</summary>
public sealed class ResponseHistogram(string id = "response-histogram")
    : ReportFigure(id, "How far do modes reach into the test set?", "Responses of the test outputs")
{
    protected override Figure DrawCore(ReservoirAnalysis analysis)
    {
        var decades = analysis.Inclusion.Modes.Where(mode => mode.Response > 0).GroupBy(mode => (int)Math.Floor(Math.Log10(mode.Response)))
            .OrderBy(decade => decade.Key).Select(decade => (Power: decade.Key, Modes: decade.Count())).ToArray();
        if (decades.Length == 0) return Without("No mode moves the test outputs.");
        var head = Head($"Histogram of the responses of {decades.Sum(d => d.Modes)} modes.");
        var x = Axis.Linear("log10 of the response", [decades[0].Power, decades[^1].Power + 1]);
        var chart = new Chart(x, Axis.Linear("modes", [0, decades.Max(d => d.Modes)]), head);
        chart.Bars("modes", 1, decades.Select(d => ((double)d.Power, d.Power + 1.0, (double)d.Modes, $"{d.Modes} modes from 1e{d.Power}")));
        return Figure.Of(head, chart, "Modes on the left stay out of the test outputs.");
    }
}

public class OwnFigure
{
    [Fact]
    public void ItStandsInTheReportWithItsNumbers()
    {
        var analysis = DigitsTiny.Analyse(DigitsTiny.Options);
        using var report = new Written(analysis, new ResponseHistogram());
        int section = report.Html.IndexOf("<h2>How far do modes reach into the test set?</h2>", StringComparison.Ordinal);
        int figure = report.Html.IndexOf("id=\"response-histogram\"", StringComparison.Ordinal);
        Assert.True(section > 0 && figure > section, $"section at {section}, figure at {figure}");
        Assert.Contains("Modes on the left stay out of the test outputs.", report.Html);
        var note = report.Results.GetProperty("figures").EnumerateArray().Single();
        Assert.Equal("response-histogram", note.GetProperty("id").GetString());

        // Every bar says how many of the norms of the columns of G_Q Ψ lie in it, which are counted here from the operators.
        string drawing = XElement.Parse(File.ReadAllText(Path.Combine(report.Folder, "figures", "response-histogram.svg"))).ToString();
        var operators = analysis.Operators.Value;
        double[] responses = [.. (operators.G_Q * operators.Eigenvectors).EnumerateColumns().Select(column => column.L2Norm())];
        int counted = 0;
        for (int power = -3; power <= 2; power++) // below these a norm is sums of rounding errors in places, and may fall to either side
        {
            int count = responses.Count(r => r >= Math.Pow(10, power) && r < Math.Pow(10, power + 1));
            if (count > 0) Assert.Contains($"{count} modes from 1e{power}<", drawing);
            else Assert.DoesNotContain($"modes from 1e{power}<", drawing);
            counted += count;
        }
        Check.AtLeast(counted, responses.Length / 2, "modes that were counted");
    }

    [Fact]
    public void RenderedElsewhereItIsNamedAsLeftOut()
    {
        using var report = new Written(DigitsTiny.Analyse(DigitsTiny.Options), new ResponseHistogram());
        using var again = new Written(ResultsFile.Read(report.Folder));
        Assert.Contains("It is a figure of a user's own that this program cannot draw: it is left out.", again.Html);
    }

    [Theory]
    [InlineData("spectrum", "there are 2 with the id spectrum")]
    [InlineData("Two Words", "expected lower-case letters, digits and hyphens")]
    public void AnIdThatCannotBeIsRefused(string id, string message)
    {
        var analysis = DigitsTiny.Analyse(DigitsTiny.Options);
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new Written(analysis, new ResponseHistogram(id))).Message);
    }
}
