namespace KernelFlow.Reporting.Content;

/// <summary>A figure that every report has.</summary>
/// <param name="id">The id of the figure.</param>
/// <param name="section">The question that it answers.</param>
/// <param name="title">The heading of the figure.</param>
/// <param name="draw">Draws it.</param>
internal sealed class BuiltInFigure(string id, string section, string title, Func<ReportFigure, ReservoirAnalysis, Figure> draw)
    : ReportFigure(id, section, title)
{
    /// <inheritdoc/>
    protected override Figure DrawCore(ReservoirAnalysis analysis) => draw(this, analysis);
}
