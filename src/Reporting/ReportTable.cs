namespace KernelFlow.Reporting;

/// <summary>What the cells of a column are.</summary>
public enum ColumnKind
{
    /// <summary>Numbers: <see cref="double"/>.</summary>
    Number,

    /// <summary>Whole numbers: <see cref="long"/>.</summary>
    Count,

    /// <summary>Text: <see cref="string"/>.</summary>
    Text,

    /// <summary>Yes or no: <see cref="bool"/>.</summary>
    Flag,
}

/// <summary>One column of a table.</summary>
/// <param name="Name">Its name, as in the first line of the file.</param>
/// <param name="Kind">What its cells are.</param>
public sealed record ReportColumn(string Name, ColumnKind Kind);

/// <summary>A table of a report with typed cells: what the file of the same name says as text.</summary>
public sealed class ReportTable
{
    private readonly List<IReadOnlyList<object?>> _rows = [];

    internal ReportTable(string file, params (string Name, ColumnKind Kind)[] columns)
    {
        File = file;
        Columns = [.. columns.Select(c => new ReportColumn(c.Name, c.Kind))];
        Rows = _rows.AsReadOnly();
    }

    /// <summary>The file: <c>spectrum.csv</c>.</summary>
    public string File { get; }

    /// <summary>The name of the table, which is that of its file without the ending.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File);

    /// <summary>The columns in order, without the id of the report, which the file has in a last one.</summary>
    public IReadOnlyList<ReportColumn> Columns { get; }

    /// <summary>The rows in order: one cell per column, of the type that its <see cref="ColumnKind"/> says; null where a value is missing.</summary>
    public IReadOnlyList<IReadOnlyList<object?>> Rows { get; }

    /// <summary>Appends a row.</summary>
    internal void Add(params object?[] cells)
    {
        if (cells.Length != Columns.Count) throw new ArgumentException($"{File} has {Columns.Count} columns, not {cells.Length}.", nameof(cells));
        for (int j = 0; j < cells.Length; j++)
        {
            if (cells[j] is int whole) cells[j] = (long)whole;
            bool fits = cells[j] switch
            {
                null => true,
                double => Columns[j].Kind == ColumnKind.Number,
                long => Columns[j].Kind == ColumnKind.Count,
                string => Columns[j].Kind == ColumnKind.Text,
                bool => Columns[j].Kind == ColumnKind.Flag,
                _ => false,
            };
            if (!fits) throw new ArgumentException($"{File}: a {cells[j]!.GetType().Name} in column {Columns[j].Name}.", nameof(cells));
        }
        _rows.Add(cells);
    }

    /// <summary>The text of the file, without the id of the report.</summary>
    internal string Csv()
    {
        var text = CsvText.Header([.. Columns.Select(c => c.Name)]);
        foreach (var row in _rows) CsvText.Row(text, [.. row.Select(Cell)]);
        return text.ToString();
    }

    private static string Cell(object? value) => value switch
    {
        double number => CsvText.Number(number),
        long count => CsvText.Count(count),
        bool flag => flag ? "true" : "false",
        _ => (string?)value ?? "",
    };
}
