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
}

/// <summary>A matrix of non-negative values as shades of one colour; large matrices are reduced to blocks that show their largest value.</summary>
public static class HeatMap
{
    private const double Width = 440, Left = 58, Right = 14, Top = 32, Plot = 200, Bottom = 42;

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
        var (rows, columns) = (data.Rows, data.Columns);
        var cells = data.Blocks;
        int high = cells.Count, wide = cells.Count == 0 ? 0 : cells[0].Count;
        double largest = cells.SelectMany(row => row).Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var svg = new Svg(Width, Top + Plot + Bottom, head);
        double w = (Width - Left - Right) / wide, h = Plot / high;
        svg.Rectangle("empty", Left, Top, Width - Left - Right, Plot);
        for (int j = 0; j < wide; j++)
        {
            string column = Span(j, wide, columns, data.ColumnName);
            for (int i = 0; i < high; i++)
            {
                double share = Share(cells[i][j], largest, data.Decades);
                if (share < 0.005) continue;
                svg.Rectangle("heat", Left + j * w, Top + i * h, w + 0.2, h + 0.2,
                    $"{data.YLabel} {Span(i, high, rows, null)}, {data.XLabel} {column}: {NumberText.Short(cells[i][j])}", Opacity(share));
            }
        }
        string Column(int j) => data.ColumnName is { } name ? name(j) : NumberText.Count(j + 1);
        svg.Text("tick", Left, Top + Plot + 15, Column(0));
        if (columns > 1) svg.Text("tick", Width - Right, Top + Plot + 15, Column(columns - 1), "end");
        if (columns > 2 && data.ColumnName is not null)
            svg.Text("tick", Left + (columns / 2 + 0.5) * (Width - Left - Right) / columns, Top + Plot + 15, Column(columns / 2), "middle");
        svg.Text("tick", Left - 6, Top + 10, "1", "end");
        svg.Text("tick", Left - 6, Top + Plot, NumberText.Count(rows), "end");
        svg.Text("label", (Left + Width - Right) / 2, Top + Plot + 36, data.XLabel, "middle");
        svg.Text("label", 13, Top + Plot / 2, data.YLabel, "middle", -90);
        Scale(svg, largest, data);
        return svg.ToString();
    }

    private static double Share(double value, double largest, int decades) =>
        !(value > 0) || !(largest > 0) ? 0 : Math.Min(1, decades == 0 ? value / largest : 1 + Math.Log10(value / largest) / decades);

    private static void Scale(Svg svg, double largest, HeatMapData data)
    {
        string low = data.Decades == 0 ? "0" : NumberText.Short(largest * Math.Pow(10, -data.Decades), 2);
        double x = Left + Svg.WidthOf(low) + 5;
        svg.Text("key", Left, 16, low);
        for (int k = 0; k < 20; k++) svg.Rectangle("heat", x + 5 * k, 7, 5.2, 11, style: Opacity((k + 1) / 20.0));
        svg.Text("key", x + 106, 16, $"{NumberText.Short(largest)}   {data.ScaleLabel}");
    }

    private static string Opacity(double share) => $"fill-opacity:{Math.Round(share, 3).ToString(CultureInfo.InvariantCulture)}";

    private static string Span(int cell, int cells, int count, Func<int, string>? name)
    {
        int first = (int)(((long)cell * count + cells - 1) / cells), last = (int)((((long)cell + 1) * count + cells - 1) / cells - 1);
        string Name(int k) => name is null ? NumberText.Count(k + 1) : name(k);
        return first >= last ? Name(first) : $"{Name(first)} to {Name(last)}";
    }
}
