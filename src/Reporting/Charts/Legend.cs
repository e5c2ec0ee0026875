namespace KernelFlow.Reporting.Charts;

/// <summary>Swatches with names above a drawing, broken into lines that fit.</summary>
public sealed class Legend
{
    private const double Line = 17, Swatch = 23, Gap = 12;
    private readonly List<(string Name, Action<Svg, double, double> Swatch, double X, int Row)> _entries = [];
    private readonly double _left, _end;
    private double _x;
    private int _row;

    /// <summary>An empty legend.</summary>
    /// <param name="width">Width of the drawing.</param>
    /// <param name="left">Where lines begin.</param>
    /// <param name="right">Free space at their end.</param>
    public Legend(double width, double left, double right) => (_left, _x, _end) = (left, left, width - right);

    /// <summary>The number of lines that the legend takes.</summary>
    public int Rows => _entries.Count == 0 ? 0 : _row + 1;

    /// <summary>Adds an entry; the swatch is drawn around the point it is given.</summary>
    public void Add(string name, Action<Svg, double, double> swatch)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(swatch);
        double needed = Swatch + Svg.WidthOf(name);
        if (_x > _left && _x + needed > _end) (_x, _row) = (_left, _row + 1);
        _entries.Add((name, swatch, _x, _row));
        _x += needed + Gap;
    }

    /// <summary>Draws all entries at the top.</summary>
    public void Draw(Svg svg)
    {
        ArgumentNullException.ThrowIfNull(svg);
        foreach (var (name, swatch, x, row) in _entries)
        {
            double y = 11 + row * Line;
            swatch(svg, x + 9, y);
            svg.Text("key", x + Swatch, y + 4, name);
        }
    }
}
