using KernelFlow.Files;
using System.Globalization;

namespace KernelFlow.Reporting.Charts;

/// <summary>What a heat map shows.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">Number of columns.</param>
/// <param name="Blocks">Values, at least 0, in blocks of neighbours as <see cref="HeatMap.Blocks"/> makes them.</param>
/// <param name="XLabel">What columns are.</param>
/// <param name="YLabel">What rows are.</param>
/// <param name="ScaleLabel">What the shades are.</param>
public sealed record HeatMapData(int Rows, int Columns, IReadOnlyList<IReadOnlyList<double>> Blocks, string XLabel, string YLabel, string ScaleLabel)
{
    /// <summary>Names of the columns; null for numbers from 1.</summary>
    public Func<int, string>? ColumnName { get; init; }

    /// <summary>Decades that the shades span, down from the largest value; 0 for shades proportional to the value.</summary>
    public int Decades { get; init; }

    /// <summary>Consecutive rows that belong together, from the first on: named beside the map and divided by lines; empty for none.</summary>
    public IReadOnlyList<(string Name, int Count)> RowGroups { get; init; } = [];

    /// <summary>Whether every cell says its value when it is pointed at; otherwise equal shades are one path, which keeps pages small.</summary>
    public bool Hover { get; init; } = true;

    /// <summary>Whether values lie in [−1, 1], the negative ones in a second colour, in a square with the groups on both sides.</summary>
    public bool IsSigned { get; init; }
}

/// <summary>A matrix of non-negative values as shades of one colour; large matrices are reduced to blocks that show their largest value.</summary>
public static class HeatMap
{
    private const double Width = 440, Left = 58, Right = 14, Top = 32, Plot = 200, Bottom = 42, Side = 270;
    private const int Levels = 25;

    /// <summary>The blocks of a matrix: each shows its largest element.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="value">Value of an element, at least 0.</param>
    public static IReadOnlyList<IReadOnlyList<double>> Blocks(int rows, int columns, Func<int, int, double> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return ResponseMap.Of(rows, columns, value).Largest;
    }

    /// <summary>Draws the map as SVG.</summary>
    /// <param name="data">What to show.</param>
    /// <param name="head">Identity and text alternative.</param>
    public static string Draw(HeatMapData data, FigureHead head)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(head);
        return new Drawing(data, head).Text();
    }

    // One drawing: a square where rows and columns are the same things.
    private sealed class Drawing(HeatMapData data, FigureHead head)
    {
        private readonly double _wide = data.IsSigned ? Side : Width - Left - Right, _tall = data.IsSigned ? Side : Plot;
        private readonly Svg _svg = new(Width, Top + (data.IsSigned ? Side : Plot) + Bottom, head);
        private readonly double _largest = data.IsSigned ? 1 : data.Blocks.SelectMany(row => row).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        private readonly double _left = data.IsSigned ? (Width - Side) / 2 + 14 : Left;

        public string Text()
        {
            _svg.Rectangle("empty", _left, Top, _wide, _tall);
            if (data.Hover) Cells();
            else Shades();
            Groups();
            Ticks();
            _svg.Text("label", _left + _wide / 2, Top + _tall + 36, data.XLabel, "middle");
            _svg.Text("label", _left - 45, Top + _tall / 2, data.YLabel, "middle", -90);
            Scale();
            return _svg.ToString();
        }

        private double Shade(double value) => Share(data.IsSigned ? Math.Abs(value) : value, _largest, data.Decades);

        private static string Colour(double value) => value < 0 ? "heat cold" : "heat";

        private void Cells()
        {
            var cells = data.Blocks;
            int high = cells.Count, wide = high == 0 ? 0 : cells[0].Count;
            double w = _wide / wide, h = _tall / high;
            for (int j = 0; j < wide; j++)
            {
                string column = Span(j, wide, data.Columns, data.ColumnName);
                for (int i = 0; i < high; i++)
                {
                    double share = Shade(cells[i][j]);
                    if (share < 0.005) continue;
                    _svg.Rectangle(Colour(cells[i][j]), _left + j * w, Top + i * h, w + 0.2, h + 0.2,
                        $"{data.YLabel} {Span(i, high, data.Rows, RowName)}, {data.XLabel} {column}: {NumberText.Short(cells[i][j])}", Opacity(share));
                }
            }
        }

        // Every row is a group of its own where rows are named.
        private Func<int, string>? RowName => data.RowGroups.Count == data.Rows && data.Rows > 0 ? i => data.RowGroups[i].Name : null;

        // Runs of one shade in a row are one rectangle of the path of that shade.
        private void Shades()
        {
            var cells = data.Blocks;
            int high = cells.Count, wide = high == 0 ? 0 : cells[0].Count;
            double w = _wide / wide, h = _tall / high;
            var paths = new SortedDictionary<(string Colour, int Level), List<(double X, double Y, double Width)>>();
            for (int i = 0; i < high; i++)
                for (int j = 0, end; j < wide; j = end)
                {
                    var at = Key(cells[i][j]);
                    for (end = j + 1; end < wide && Key(cells[i][end]) == at; end++) { }
                    if (at.Level == 0) continue;
                    if (!paths.TryGetValue(at, out var runs)) paths[at] = runs = [];
                    runs.Add((_left + j * w, Top + i * h, (end - j) * w));
                }
            foreach (var (key, runs) in paths) 
                _svg.Rectangles(key.Colour, runs, h + 0.2, Opacity(key.Level / (double)Levels), $"{data.ScaleLabel}: about {About(key)}");

            // The value in the middle of a shade.
            string About((string Colour, int Level) key) => NumberText.Short((key.Colour == Colour(-1) ? -1 : 1) * _largest * key.Level / Levels, 2);

            (string Colour, int Level) Key(double value) => (Colour(value), (int)Math.Round(Levels * Shade(value)));
        }

        private void Groups()
        {
            if (data.RowGroups.Count < 2) return;
            int row = 0;
            double shown = double.NegativeInfinity;
            foreach (var (name, count) in data.RowGroups)
            {
                double middle = (row + count / 2.0) / data.Rows, y = Top + _tall * middle;
                if (y - shown >= 13)
                {
                    _svg.Text("tick", _left - 6, y + 4, name, "end");
                    shown = y;
                }
                row += count;
                if (row >= data.Rows || data.RowGroups.Count == data.Rows) continue;
                double share = (double)row / data.Rows;
                _svg.Line("part", _left, Top + _tall * share, _left + _wide, Top + _tall * share);
                if (data.IsSigned) _svg.Line("part", _left + _wide * share, Top, _left + _wide * share, Top + _tall);
            }
        }

        private void Ticks()
        {
            string Column(int j) => data.ColumnName is { } name ? name(j) : NumberText.Count(j + 1);
            double y = Top + _tall + 15;
            _svg.Text("tick", _left, y, Column(0));
            if (data.Columns > 1) _svg.Text("tick", _left + _wide, y, Column(data.Columns - 1), "end");
            if (data.Columns > 2 && data.ColumnName is not null)
                _svg.Text("tick", _left + (data.Columns / 2 + 0.5) * _wide / data.Columns, y, Column(data.Columns / 2), "middle");
            if (data.RowGroups.Count > 1) return;
            _svg.Text("tick", _left - 6, Top + 10, "1", "end");
            if (data.Rows > 1) _svg.Text("tick", _left - 6, Top + _tall, NumberText.Count(data.Rows), "end");
        }

        private void Scale()
        {
            const double step = 5;
            string low = data.IsSigned ? "−1" : data.Decades == 0 ? "0" : NumberText.Short(_largest * Math.Pow(10, -data.Decades), 2);
            double x = Left + Svg.WidthOf(low) + 5;
            _svg.Text("key", Left, 16, low);
            for (int k = 0; k < 20; k++)
                if (data.IsSigned) _svg.Rectangle(k < 10 ? "heat cold" : "heat", x + step * k, 7, step + 0.2, 11, style: Opacity(Math.Abs(2 * k - 19) / 19.0));
                else _svg.Rectangle("heat", x + step * k, 7, step + 0.2, 11, style: Opacity((k + 1) / 20.0));
            _svg.Text("key", x + 20 * step + 6, 16, $"{NumberText.Short(_largest)}   {data.ScaleLabel}");
        }
    }

    private static double Share(double value, double largest, int decades) =>
        !(value > 0) || !(largest > 0) ? 0 : Math.Clamp(decades == 0 ? value / largest : 1 + Math.Log10(value / largest) / decades, 0, 1);

    private static string Opacity(double share) => $"fill-opacity:{Math.Round(share, 3).ToString(CultureInfo.InvariantCulture)}";

    private static string Span(int cell, int cells, int count, Func<int, string>? name)
    {
        int first = (int)(((long)cell * count + cells - 1) / cells), last = (int)((((long)cell + 1) * count + cells - 1) / cells - 1);
        string Name(int k) => name is null ? NumberText.Count(k + 1) : name(k);
        return first >= last ? Name(first) : $"{Name(first)} to {Name(last)}";
    }
}
