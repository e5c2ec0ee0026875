using System.Globalization;

namespace KernelFlow.Analysis.Reports.Figures;

/// <summary>A matrix of non-negative values as shades of one colour; large matrices are reduced to blocks that show their largest value.</summary>
internal static class HeatMap
{
    private const double Width = 440, Left = 58, Right = 14, Top = 32, Plot = 200, Bottom = 42;
    private const int Cells = 48;

    /// <summary>The drawing.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="value">Value of an element, at least 0.</param>
    /// <param name="xLabel">What columns are.</param>
    /// <param name="yLabel">What rows are.</param>
    /// <param name="scaleLabel">What the shades are.</param>
    /// <param name="head">Identity and text alternative.</param>
    public static string Draw(int rows, int columns, Func<int, int, double> value, string xLabel, string yLabel, string scaleLabel, FigureHead head)
    {
        int high = Math.Min(rows, Cells), wide = Math.Min(columns, Cells);
        var cells = new double[high, wide];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
            {
                ref double cell = ref cells[(int)((long)i * high / rows), (int)((long)j * wide / columns)];
                cell = Math.Max(cell, value(i, j));
            }
        double largest = cells.Cast<double>().Where(double.IsFinite).DefaultIfEmpty(0).Max();
        var svg = new Svg(Width, Top + Plot + Bottom, head);
        double w = (Width - Left - Right) / wide, h = Plot / high;
        svg.Rectangle("empty", Left, Top, Width - Left - Right, Plot);
        for (int i = 0; i < high; i++)
            for (int j = 0; j < wide; j++)
            {
                double share = largest > 0 ? cells[i, j] / largest : 0;
                if (share < 0.005) continue;
                string hover = $"{yLabel} {Span(i, high, rows)}, {xLabel} {Span(j, wide, columns)}: {NumberText.Short(cells[i, j])}";
                svg.Rectangle("heat", Left + j * w, Top + i * h, w + 0.2, h + 0.2, hover, Opacity(share));
            }
        svg.Text("tick", Left, Top + Plot + 15, "1");
        svg.Text("tick", Width - Right, Top + Plot + 15, NumberText.Count(columns), "end");
        svg.Text("tick", Left - 6, Top + 10, "1", "end");
        svg.Text("tick", Left - 6, Top + Plot, NumberText.Count(rows), "end");
        svg.Text("label", (Left + Width - Right) / 2, Top + Plot + 36, xLabel, "middle");
        svg.Text("label", 13, Top + Plot / 2, yLabel, "middle", -90);
        Scale(svg, largest, scaleLabel);
        return svg.ToString();
    }

    private static void Scale(Svg svg, double largest, string label)
    {
        svg.Text("key", Left, 16, "0");
        for (int k = 0; k < 20; k++) svg.Rectangle("heat", Left + 12 + 5 * k, 7, 5.2, 11, style: Opacity((k + 1) / 20.0));
        svg.Text("key", Left + 118, 16, $"{NumberText.Short(largest)}   {label}");
    }

    private static string Opacity(double share) => $"fill-opacity:{Math.Round(share, 3).ToString(CultureInfo.InvariantCulture)}";

    private static string Span(int cell, int cells, int count)
    {
        long first = ((long)cell * count + cells - 1) / cells, last = (((long)cell + 1) * count + cells - 1) / cells - 1;
        return first >= last ? NumberText.Count(first + 1) : $"{NumberText.Count(first + 1)} to {NumberText.Count(last + 1)}";
    }
}
