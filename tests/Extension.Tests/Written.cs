using System.Text.Json;
using KernelFlow;

namespace Extension.Tests;

/// <summary>A report folder written from an analysis, as somebody would look at it who has nothing else; it is removed again.</summary>
internal sealed class Written : IDisposable
{
    public Written(ReservoirAnalysis analysis, params ReportFigure[] figures)
    {
        analysis.WriteFolder(Folder, new ReportOptions { Figures = figures });
        Html = File.ReadAllText(Path.Combine(Folder, ReservoirReports.HtmlFile));
        string json = File.ReadAllText(Path.Combine(Folder, ReservoirReports.ResultsFile));
        Results = JsonDocument.Parse(json).RootElement;
        if (figures.Length == 0) Assert.Equal(ResultsFile.Text(analysis), json);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("kernelflow-extension-").FullName;

    public string Html { get; }

    /// <summary>results.json.</summary>
    public JsonElement Results { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
