using KernelFlow.Reporting.Charts;
using KernelFlow.Reporting.Content;

namespace KernelFlow;

/// <summary>A figure of a report: those that every report has, and those that a user adds through <see cref="ReportOptions.Figures"/>.</summary>
/// <remarks>The same analysis must give the same drawing: a report is compared by its bytes.</remarks>
public abstract class ReportFigure
{
    /// <summary>Makes the figure.</summary>
    /// <param name="id">Lower-case letters, digits and hyphens: the anchor on the page and the name of the file in figures/.</param>
    /// <param name="section">The question under which the figure stands; a new one makes a section of its own after the others.</param>
    /// <param name="title">The heading of the figure.</param>
    /// <exception cref="ArgumentException">The id is not such a name, or the section or the title is empty.</exception>
    protected ReportFigure(string id, string section, string title)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(section);
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        if (!FigureNote.IsName(id))
            throw new ArgumentException($"id: found {id}, expected lower-case letters, digits and hyphens.", nameof(id));
        (Id, Section, Title) = (id, section, title);
    }

    /// <summary>The lower-case name under which reports know the figure.</summary>
    public string Id { get; }

    /// <summary>The question under which it stands.</summary>
    public string Section { get; }

    /// <summary>Its heading, unless the drawing has one of its own.</summary>
    public string Title { get; }

    /// <summary>Draws the figure.</summary>
    /// <param name="analysis">What was found; it may have been read from results.json, and then has no operators.</param>
    /// <exception cref="InvalidOperationException">The figure came back under another id.</exception>
    public Figure Draw(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        var figure = DrawnFrom(analysis);
        return figure.Head.Id == Id ? figure : throw new InvalidOperationException($"Figure {Id} was drawn under the id {figure.Head.Id}.");
    }

    private Figure DrawnFrom(ReservoirAnalysis analysis)
    {
        try
        {
            return DrawCore(analysis);
        }
        catch (NotComputedException e)
        {
            return Without($"It was not computed: {e.Reason}.");
        }
    }

    /// <summary>Core of <see cref="Draw"/>: a chart through <see cref="Figure.Of"/>, any SVG element, or <see cref="Without"/> a drawing.</summary>
    protected abstract Figure DrawCore(ReservoirAnalysis analysis);

    /// <summary>The id and the title with the text alternative of the drawing.</summary>
    /// <param name="description">What those who do not see it should take from it.</param>
    /// <param name="title">A heading that depends on what was found; null for <see cref="Title"/>.</param>
    public FigureHead Head(string description, string? title = null)
    {
        ArgumentNullException.ThrowIfNull(description);
        return new(Id, title ?? Title, description);
    }

    /// <summary>The sentence that stands in place of a figure without data.</summary>
    /// <param name="reason">Why there is nothing to draw.</param>
    /// <param name="title">A heading that depends on what was found; null for <see cref="Title"/>.</param>
    public Figure Without(string reason, string? title = null)
    {
        ArgumentNullException.ThrowIfNull(reason);
        return Figure.Without(Id, title ?? Title, reason);
    }
}
