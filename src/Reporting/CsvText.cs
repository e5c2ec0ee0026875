using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Reporting;

/// <summary>Comma-separated text: RFC 4180 quoting, line feeds, numbers that read back exactly.</summary>
public static class CsvText
{
    /// <summary>A new text with its line of names.</summary>
    public static StringBuilder Header(params string[] names) => new StringBuilder().AppendJoin(',', names).Append('\n');

    /// <summary>Appends one line; fields with commas, quotes or line breaks are quoted.</summary>
    public static void Row(StringBuilder text, params string[] fields) => text.AppendJoin(',', fields.Select(Quote)).Append('\n');

    /// <summary>A number: empty when there is none; "nan", "inf" and "-inf" are spelt out.</summary>
    public static string Number(double? value) => value is { } x ? double.IsNaN(x) ? "nan" : NumberText.RoundTrip(x) : "";

    /// <summary>A whole number as it is written into a table.</summary>
    public static string Count(long value) => NumberText.Count(value);

    private static string Quote(string field) => field.AsSpan().IndexOfAny(",\"\r\n") < 0 ? field : "\"" + field.Replace("\"", "\"\"") + "\"";
}
