using KernelFlow.Reporting;
using Microsoft.Data.Analysis;

namespace KernelFlow;

/// <summary>The tables of a report as data frames of Microsoft.Data.Analysis.</summary>
/// <remarks>
/// Columns have the names and the order that they have in the files of the report, without the last one, its id. Numbers are <see cref="double"/>, with
/// NaN and infinities as they are; whole numbers <see cref="long"/>; text <see cref="string"/>; yes and no <see cref="bool"/>. A missing value is null.
/// Text is that of the analysis, without the ' that the files put before what a spreadsheet would take for a formula.
/// </remarks>
public static class DataFrames
{
    /// <summary>Every table of the report of an analysis, by its name: <c>analysis.ToDataFrames()["spectrum"]</c> is tables/spectrum.csv. A table
    /// without data has its columns and no rows.</summary>
    public static IReadOnlyDictionary<string, DataFrame> ToDataFrames(this ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        return ReservoirReports.TablesOf(analysis).ToDictionary(table => table.Name, ToDataFrame);
    }

    /// <summary>The table of a comparison, compare.csv: one row per run.</summary>
    public static DataFrame ToDataFrame(this RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return ComparisonReports.TableOf(comparison).ToDataFrame();
    }

    /// <summary>A table as a data frame.</summary>
    public static DataFrame ToDataFrame(this ReportTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        return new DataFrame(table.Columns.Select((column, j) => Column(column, table.Rows.Select(row => row[j]))));
    }

    private static DataFrameColumn Column(ReportColumn column, IEnumerable<object?> cells) => column.Kind switch
    {
        ColumnKind.Number => new DoubleDataFrameColumn(column.Name, cells.Cast<double?>()),
        ColumnKind.Count => new Int64DataFrameColumn(column.Name, cells.Cast<long?>()),
        ColumnKind.Flag => new BooleanDataFrameColumn(column.Name, cells.Cast<bool?>()),
        ColumnKind.Text => new StringDataFrameColumn(column.Name, cells.Cast<string?>()),
        _ => throw new ArgumentOutOfRangeException(nameof(column), column.Kind, "Not a kind of column."),
    };
}
