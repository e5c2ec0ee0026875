using KernelFlow.Reporting.Charts;

namespace KernelFlow.Reporting.Content;

/// <summary>A figure with its caption, or the sentence that stands in its place.</summary>
/// <param name="Head">Identity and text alternative.</param>
/// <param name="Drawing">The SVG; null when there is nothing to draw.</param>
/// <param name="Caption">What to see in it, or why there is nothing.</param>
public sealed record Figure(FigureHead Head, string? Drawing, string Caption)
{
    /// <summary>A figure without data.</summary>
    public static Figure Without(string id, string title, string reason)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(reason);
        return new(new FigureHead(id, title, ""), null, reason);
    }

    /// <summary>A chart as a figure; one that could not hold any value is not drawn.</summary>
    public static Figure Of(FigureHead head, Chart chart, string caption)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(chart);
        ArgumentNullException.ThrowIfNull(caption);
        return chart.Shown > 0 ? new(head, chart.ToString(), caption) : Without(head.Id, head.Title,
            $"None of its values can be drawn.{(chart.Dropped > 0 ? Drawn.Missing(chart, "are zero, negative or not finite") : "")}");
    }
}
