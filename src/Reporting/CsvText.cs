using System.Globalization;
using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Reporting;

/// <summary>Comma-separated text: RFC 4180 quoting, line feeds, numbers that read back exactly, and no text that a spreadsheet takes for a formula.</summary>
public static class CsvText
{
    /// <summary>A new text with its line of names.</summary>
    public static StringBuilder Header(params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var text = new StringBuilder();
        Row(text, names);
        return text;
    }

    /// <summary>Appends one line; fields with commas, quotes or line breaks are quoted, and those that begin like a formula get a ' before them.</summary>
    public static void Row(StringBuilder text, params string[] fields)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(fields);
        text.AppendJoin(',', fields.Select(field => Quote(Safe(PrintableText.Lines(field))))).Append('\n');
    }

    /// <summary>A number: empty when there is none; "nan", "inf" and "-inf" are spelt out.</summary>
    public static string Number(double? value) => value is { } x ? double.IsNaN(x) ? "nan" : NumberText.RoundTrip(x) : "";

    /// <summary>A whole number as it is written into a table.</summary>
    public static string Count(long value) => NumberText.Count(value);

    // Spreadsheets look past spaces, and take the wide forms of the signs for the signs.
    private static string Safe(string field) => field.TrimStart() is [var first, ..] begin && "=+-@＝＋－＠".Contains(first, StringComparison.Ordinal)
        && begin != "-inf" && !double.TryParse(field, NumberStyles.Float & ~NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out _)
        ? "'" + field : field;

    private static string Quote(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : "\"" + field.Replace("\"", "\"\"") + "\"";
}
