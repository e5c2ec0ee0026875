using System.Xml.Linq;
using KernelFlow.Reporting.Charts;
using KernelFlow.Reporting.Content;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>A user's own figures stand in the report, and are named where nobody can draw them.</summary>
public sealed class OwnFigureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-own-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(params string[] parts) => Path.Combine([_folder, .. parts]);

    private sealed class Residuals(string id = "residuals", string section = "What was dissipated, and what was left?")
        : ReportFigure(id, section, "Residuals of the eigenpairs")
    {
        protected override Figure DrawCore(ReservoirAnalysis analysis)
        {
            var residuals = analysis.Spectrum.ResidualNorms;
            var head = Head($"Residuals of {residuals.Count} eigenpairs");
            var chart = new Chart(Axis.Linear("mode", [1, residuals.Count]), Axis.Log("residual", residuals, 6), head);
            chart.Points("residual", 1, residuals.Select((r, j) => new Point(j + 1, r, $"mode {j + 1}")));
            return Figure.Of(head, chart, "Small residuals are good.");
        }
    }

    private sealed class Renamed() : ReportFigure("a-name", "A question?", "A title")
    {
        protected override Figure DrawCore(ReservoirAnalysis analysis) => Figure.Without("another-name", Title, "No data.");
    }

    private sealed class Watched() : ReportFigure("watched", "A question?", "Where it was drawn")
    {
        public List<int> Threads { get; } = [];

        protected override Figure DrawCore(ReservoirAnalysis analysis)
        {
            Threads.Add(Environment.CurrentManagedThreadId);
            return Figure.Without("watched", Title, "No data.");
        }
    }

    /// <summary>Regression: with one thread allowed, figures were drawn on a second one.</summary>
    [Fact]
    public void WithOneThreadFiguresAreDrawnOnIt()
    {
        var figure = new Watched();
        SampleAnalysis.Make().WriteFolder(Of("alone"), With(figure) with { OneThread = true });
        Assert.NotEmpty(figure.Threads);
        Assert.All(figure.Threads, thread => Assert.Equal(Environment.CurrentManagedThreadId, thread));
        SampleAnalysis.Make().WriteFolder(Of("beside"), With(figure));
        Assert.Equal(File.ReadAllBytes(Of("beside", "report.html")), File.ReadAllBytes(Of("alone", "report.html")));
    }

    private static ReportOptions With(params ReportFigure[] figures) => new() { Figures = figures };

    [Fact]
    public void AFigureStandsInItsSectionAndIsListed()
    {
        SampleAnalysis.Make().WriteFolder(Of("report"), With(new Residuals(), new Residuals("residuals-2", "A question of my own?")));
        string page = File.ReadAllText(Of("report", "report.html")), text = File.ReadAllText(Of("report", "report.md"));
        int own = page.IndexOf("id=\"residuals\"", StringComparison.Ordinal), next = page.IndexOf("Does what was left stay out of the test outputs?",
            StringComparison.Ordinal);
        Assert.True(own > 0 && next > own, $"figure at {own}, next section at {next}");
        Assert.Contains("<h2>A question of my own?</h2>", page);
        Assert.Contains("](figures/residuals.svg)", text);
        Assert.Contains("Small residuals are good.", text);
        XElement.Parse(File.ReadAllText(Of("report", "figures", "residuals.svg")));
        Assert.Equal(["residuals", "residuals-2"], ResultsFile.Read(Of("report")).Figures.Select(f => f.Id));
        Assert.Contains("figures/residuals.svg", ReservoirReports.FilesIn(Of("report")));
    }

    [Fact]
    public void RenderedWithoutItAFigureIsNamedAsLeftOut()
    {
        SampleAnalysis.Make().WriteFolder(Of("report"), With(new Residuals()));
        var read = ResultsFile.Read(Of("report"));
        read.WriteFolder(Of("again"));
        foreach (string file in (string[])["report.html", "report.md"])
        {
            string again = File.ReadAllText(Of("again", file));
            Assert.Contains("Residuals of the eigenpairs", again);
            Assert.Contains("It is a figure of a user's own that this program cannot draw: it is left out.", again);
        }
        Assert.False(File.Exists(Of("again", "figures", "residuals.svg")));
        Assert.Equal(File.ReadAllText(Of("report", "results.json")), File.ReadAllText(Of("again", "results.json")));

        // With the figure it is the same report again.
        read.WriteFolder(Of("with"), With(new Residuals()));
        foreach (string file in (string[])["results.json", "report.html", "report.md", "figures/residuals.svg"])
            Assert.Equal(File.ReadAllText(Of("report", file)), File.ReadAllText(Of("with", file)));
    }

    [Fact]
    public void AnEarlierFigureDoesNotStay()
    {
        SampleAnalysis.Make().WriteFolder(Of("report"), With(new Residuals()));
        SampleAnalysis.Descent().WriteFolder(Of("report"));
        Assert.False(File.Exists(Of("report", "figures", "residuals.svg")));
        Assert.DoesNotContain("figures/residuals.svg", ReservoirReports.FilesIn(Of("report")));
    }

    [Theory]
    [InlineData("spectrum", "there are 2 with the id spectrum")]
    [InlineData("Two Words", "expected lower-case letters, digits and hyphens")]
    [InlineData("../elsewhere", "expected lower-case letters, digits and hyphens")]
    [InlineData("", "expected lower-case letters, digits and hyphens")]
    public void ANameThatCannotBeIsRefused(string id, string message)
    {
        var e = Assert.Throws<ArgumentException>(() => SampleAnalysis.Make().WriteFolder(Of("report"), With(new Residuals(id))));
        Assert.Contains(message, e.Message);
        Assert.False(Directory.Exists(Of("report")));
    }

    [Fact]
    public void AFigureComesBackUnderItsOwnId() =>
        Assert.Contains("a-name was drawn under the id another-name", Assert.Throws<InvalidOperationException>(() =>
            new Renamed().Draw(SampleAnalysis.Make())).Message);
}
