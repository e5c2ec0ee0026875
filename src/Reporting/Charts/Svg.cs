using System.Globalization;
using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Reporting.Charts;

/// <summary>What a drawing is called and what it says to those who do not see it.</summary>
/// <param name="Id">Lower-case name: the figure's anchor on a page and its file name.</param>
/// <param name="Title">The heading of the drawing.</param>
/// <param name="Description">The text alternative: the figures a reader should take from the drawing.</param>
public sealed record FigureHead(string Id, string Title, string Description);

/// <summary>A small SVG writer: coordinates with two decimals, text escaped, colours by class so that the page's style sheet decides them.</summary>
public sealed class Svg
{
    private readonly StringBuilder _text = new();

    /// <summary>Opens the drawing.</summary>
    /// <param name="width">Width in user units; the page scales it.</param>
    /// <param name="height">Height in user units.</param>
    /// <param name="head">Identity and text alternative.</param>
    public Svg(double width, double height, FigureHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        _text.Append($"<svg viewBox=\"0 0 {N(width)} {N(height)}\" role=\"img\" aria-labelledby=\"{head.Id}-title {head.Id}-text\" "
            + "xmlns=\"http://www.w3.org/2000/svg\">\n")
            .Append($"<title id=\"{head.Id}-title\">{Escape(head.Title)}</title>\n<desc id=\"{head.Id}-text\">{Escape(head.Description)}</desc>\n");
    }

    /// <summary>A straight line.</summary>
    public void Line(string cssClass, double x1, double y1, double x2, double y2)
    {
        ArgumentNullException.ThrowIfNull(cssClass);
        Add($"<line class=\"{cssClass}\" x1=\"{N(x1)}\" y1=\"{N(y1)}\" x2=\"{N(x2)}\" y2=\"{N(y2)}\"/>");
    }

    /// <summary>A polyline.</summary>
    public void Path(string cssClass, IReadOnlyList<(double X, double Y)> points)
    {
        ArgumentNullException.ThrowIfNull(cssClass);
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count > 1) Add($"<path class=\"{cssClass}\" d=\"M{string.Join("L", points.Select(p => $"{N(p.X)} {N(p.Y)}"))}\"/>");
    }

    /// <summary>A rectangle with an optional hover text.</summary>
    public void Rectangle(string cssClass, double x, double y, double width, double height, string? hover = null, string? style = null)
    {
        ArgumentNullException.ThrowIfNull(cssClass);
        Add($"<rect class=\"{cssClass}\" x=\"{N(x)}\" y=\"{N(y)}\" width=\"{N(Math.Max(0, width))}\" "
            + $"height=\"{N(Math.Max(0, height))}\"{(style is null ? "" : $" style=\"{style}\"")}", "rect", hover);
    }

    /// <summary>Rectangles of one height and one style, as one path.</summary>
    public void Rectangles(string cssClass, IEnumerable<(double X, double Y, double Width)> rectangles, double height, string style,
        string hover)
    {
        ArgumentNullException.ThrowIfNull(cssClass);
        ArgumentNullException.ThrowIfNull(rectangles);
        ArgumentNullException.ThrowIfNull(style);
        ArgumentNullException.ThrowIfNull(hover);
        string tall = N(height);
        Add($"<path class=\"{cssClass}\" style=\"{style}\" "
            + $"d=\"{string.Concat(rectangles.Select(r => $"M{N(r.X)} {N(r.Y)}h{N(r.Width)}v{tall}h{N(-r.Width)}z"))}\"", "path", hover);
    }

    /// <summary>A marker: its shape tells series apart where colours do not.</summary>
    public void Marker(Marker marker, string cssClass, double x, double y, double size, string? hover = null)
    {
        ArgumentNullException.ThrowIfNull(cssClass);
        double s = size;
        string shape = marker switch
        {
            Charts.Marker.Square => $"<path class=\"{cssClass}\" d=\"M{N(x - s)} {N(y - s)}h{N(2 * s)}v{N(2 * s)}h{N(-2 * s)}z\"",
            Charts.Marker.Diamond => $"<path class=\"{cssClass}\" d=\"M{N(x)} {N(y - 1.4 * s)}L{N(x + 1.4 * s)} {N(y)}L{N(x)} "
                + $"{N(y + 1.4 * s)}L{N(x - 1.4 * s)} {N(y)}z\"",
            Charts.Marker.Triangle => $"<path class=\"{cssClass}\" d=\"M{N(x)} {N(y - 1.3 * s)}L{N(x + 1.2 * s)} {N(y + s)}L{N(x - 1.2 * s)} {N(y + s)}z\"",
            Charts.Marker.Plus => $"<path class=\"{cssClass}\" d=\"M{N(x - 1.3 * s)} "
                + $"{N(y - .4 * s)}h{N(.9 * s)}v{N(-.9 * s)}h{N(.8 * s)}v{N(.9 * s)}h{N(.9 * s)}"
                + $"v{N(.8 * s)}h{N(-.9 * s)}v{N(.9 * s)}h{N(-.8 * s)}v{N(-.9 * s)}h{N(-.9 * s)}z\"",
            _ => $"<circle class=\"{cssClass}\" cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(s)}\"",
        };
        Add(shape, marker == Charts.Marker.Circle ? "circle" : "path", hover);
    }

    /// <summary>Text; the class decides size and colour.</summary>
    /// <param name="cssClass">The CSS class.</param>
    /// <param name="x">Where the anchor stands, in pixels from the left.</param>
    /// <param name="y">Where the base line stands, in pixels from the top.</param>
    /// <param name="text">What to write.</param>
    /// <param name="anchor">start, middle or end.</param>
    /// <param name="rotate">Degrees about the anchor.</param>
    public void Text(string cssClass, double x, double y, string text, string anchor = "start", double rotate = 0)
    {
        ArgumentNullException.ThrowIfNull(cssClass);
        ArgumentNullException.ThrowIfNull(anchor);
        Add($"<text class=\"{cssClass}\" x=\"{N(x)}\" y=\"{N(y)}\" "
            + $"text-anchor=\"{anchor}\"{(rotate == 0 ? "" : $" transform=\"rotate({N(rotate)} {N(x)} {N(y)})\"")}>{Escape(text)}</text>");
    }

    /// <summary>Closes the drawing.</summary>
    public override string ToString() => _text + "</svg>";

    /// <summary>Text for HTML and SVG, in elements and in quoted attributes. What XML cannot hold, and what turns the direction of writing, is visibly
    /// escaped.</summary>
    public static string Escape(string text) =>
        PrintableText.Lines(text).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;");

    /// <summary>Width of text in the size that figures use, near enough to keep labels apart.</summary>
    public static double WidthOf(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return 6.7 * text.Length;
    }

    private void Add(string element) => _text.Append(element).Append('\n');

    private void Add(string open, string name, string? hover) =>
        _text.Append(open).Append(hover is null ? "/>" : $"><title>{Escape(hover)}</title></{name}>").Append('\n');

    private static string N(double value) => !double.IsFinite(value) ? "0" : Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);
}

/// <summary>Shapes of points.</summary>
public enum Marker
{
    /// <summary>A filled circle, ●.</summary>
    Circle,

    /// <summary>A filled square, ■.</summary>
    Square,

    /// <summary>A filled diamond, ◆.</summary>
    Diamond,

    /// <summary>A filled triangle, ▲.</summary>
    Triangle,

    /// <summary>A filled cross, ✚.</summary>
    Plus,
}
