using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;

namespace KernelFlow.Validation.Tests;

/// <summary>The files of a report.</summary>
[Collection(nameof(QuickCoupling))]
public sealed class ReportTests(QuickCoupling quick) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-validation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Dictionary<string, string> Write(ExperimentReport report, string name)
    {
        string folder = Path.Combine(_folder, name);
        report.WriteFolder(folder);
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .ToDictionary(f => Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllText);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    [InlineData("ar-SA")]
    public void FilesDoNotDependOnTheCulture(string culture)
    {
        var expected = Write(quick.Report, "invariant");
        Assert.Equal(ExperimentReports.Files.Concat(quick.Report.Figures.Select(f => $"figures/{f.Id}.svg")).Order(StringComparer.Ordinal),
            expected.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected.Keys, file => Assert.True(ExperimentReports.Owns(file), file));
        foreach (string foreign in (string[])["notes.txt", "figures/photo.png", "tables/mine.csv", "report.html.bak"])
            Assert.False(ExperimentReports.Owns(foreign), foreign);
        foreach (var (file, text) in expected) Check.Small(text.Length, 500_000, $"characters of {file}");
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            foreach (var (file, text) in Write(quick.Report, culture)) Assert.Equal(expected[file], text);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void JsonHasEveryNumberWithItsBudget()
    {
        using var json = JsonDocument.Parse(ExperimentReports.Json(quick.Report));
        var root = json.RootElement;
        Assert.Equal(ExperimentReports.Format, root.GetProperty("format").GetString());
        Assert.Equal("Holds", root.GetProperty("verdict").GetString());
        Assert.Equal(quick.Report.Criteria.Count, root.GetProperty("criteria").GetArrayLength());
        var rows = root.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(quick.Report.Rows.Count, rows.Length);
        foreach (var (row, written) in quick.Report.Rows.Zip(rows))
            foreach (var (claim, c) in row.Claims.Zip(written.GetProperty("claims").EnumerateArray()))
            {
                Assert.Equal(claim.Id, c.GetProperty("id").GetString());
                Assert.Equal(claim.RelativeError.OrNull(), c.GetProperty("relativeError").GetDouble());
                var budget = c.GetProperty("budget");
                foreach (string part in (string[])["integration", "interpolation", "descent", "rounding"])
                    Assert.True(budget.GetProperty(part).ValueKind == JsonValueKind.Number || budget.TryGetProperty(part + "Reason", out _),
                        $"{row.Id}, {claim.Id}: {part}");
            }
    }

    /// <summary>Every table has as many cells per row as columns, in both documents; the page's drawings are XML.</summary>
    [Fact]
    public void TablesAndFiguresAreWellFormed()
    {
        foreach (var table in quick.Report.Tables)
            foreach (var row in table.Rows)
                Assert.True(row.Count == table.Columns.Count, $"{table.Title}: {row[0]}: {row.Count} cells, {table.Columns.Count} columns");
        Assert.Equal(3, quick.Report.Figures.Count);
        foreach (var figure in quick.Report.Figures) Assert.Equal("svg", XElement.Parse(figure.Svg).Name.LocalName);
        var files = Write(quick.Report, "report");
        foreach (var figure in quick.Report.Figures)
        {
            Assert.Equal("svg", XElement.Parse(files[$"figures/{figure.Id}.svg"]).Name.LocalName);
            Assert.Contains($"](figures/{figure.Id}.svg)", files[ExperimentReports.MarkdownFile]);
        }
        Assert.Contains("| published |", files[ExperimentReports.MarkdownFile]);
        foreach (string text in (string[])["<strong>✓ holds</strong>", quick.Report.Figures[0].Svg]) Assert.Contains(text, files[ExperimentReports.HtmlFile]);
        foreach (string file in (string[])[ExperimentReports.MarkdownFile, ExperimentReports.HtmlFile])
            foreach (string part in (string[])["0.991", "0.165", "no propagator", "foreign J_Q"]) Assert.Contains(part, files[file]);
        Assert.Equal(1 + quick.Report.Rows.Sum(r => r.Claims.Count), files["tables/claims.csv"].Count(c => c == '\n'));
    }
}
