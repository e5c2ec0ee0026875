using System.Globalization;
using KernelFlow.Numerics;
using KernelFlow.Reporting;
using KernelFlow.Tests.Samples;
using Microsoft.Data.Analysis;

namespace KernelFlow.Frames.Tests;

/// <summary>Data frames beside the CSV files that a report writes, read back here by a reader of their own.</summary>
public sealed class DataFrameTests : IDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"kernelflow-frames-{Guid.NewGuid():n}");

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static ReservoirAnalysis Analysed()
    {
        using var run = RecordedRun.Open(Path.Combine(AppContext.BaseDirectory, "digits-tiny"));
        return Analyze.Reservoir(run.Checkpoints, new AnalysisOptions { Mode = AnalysisMode.Flow, Backend = Backend.Managed(1), RelativeTolerance = 1e-6 });
    }

    public static TheoryData<string> Samples => ["plain", "descent", "full", "analysed"];

    private static ReservoirAnalysis Sample(string which) => which switch
    {
        "plain" => SampleAnalysis.Make(),
        "descent" => SampleAnalysis.Descent(),
        "full" => SampleAnalysis.Full(),
        _ => Analysed(),
    };

    [Theory]
    [MemberData(nameof(Samples))]
    public void EveryTableIsThatOfTheReport(string which)
    {
        var analysis = Sample(which);
        analysis.WriteFolder(_folder);
        var frames = analysis.ToDataFrames();
        string[] files = Directory.GetFiles(Path.Combine(_folder, ReservoirReports.TablesFolder));
        Assert.Equal(files.Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal), frames.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(15, frames.Count);
        foreach (string file in files) Same(frames[Path.GetFileNameWithoutExtension(file)], file);
    }

    [Fact]
    public void TheTableOfAComparisonIsThatOfItsFolder()
    {
        var full = SampleAnalysis.Full();
        var comparison = RunComparison.Of([ComparedRun.Of("narrow, \"a\"", SampleAnalysis.Make()), ComparedRun.Of("wide", full),
            ComparedRun.Of("descent", SampleAnalysis.Descent())]);
        comparison.WriteFolder(_folder);
        var frame = comparison.ToDataFrame();
        Same(frame, Path.Combine(_folder, ComparisonReports.CsvFile));
        Assert.Equal(["narrow, \"a\"", "wide", "descent"], frame["label"].Cast<string>());
        Assert.Equal([7L, null, 7L], frame["parameters"].Cast<long?>());
        Assert.Equal([3.2, double.PositiveInfinity, 3.2], frame["visibility"].Cast<double?>());
        Assert.Equal([null, 0.05, null], frame["R7Number"].Cast<double?>());
    }

    [Fact]
    public void ColumnsHaveTypesAndMissingValuesAreNull()
    {
        var frames = SampleAnalysis.Full().ToDataFrames();
        var spectrum = frames["spectrum"];
        Assert.IsType<Int64DataFrameColumn>(spectrum["mode"]);
        Assert.Equal([double.PositiveInfinity, double.NaN, -1e-300], spectrum["eigenvalue"].Cast<double?>());
        Assert.Equal(3, Assert.IsType<DoubleDataFrameColumn>(spectrum["dissipatedFraction"]).NullCount);
        Assert.Equal([false, false, true], Assert.IsType<BooleanDataFrameColumn>(frames["modes"]["inReservoir"]).Cast<bool?>());
        var claims = frames["claims"];
        Assert.Equal("C2", Assert.IsType<StringDataFrameColumn>(claims["id"])[0]);
        Assert.Equal([null, "a part of the budget is unknown, \"descent\""], claims["reason"].Cast<string?>().Take(2));
        Assert.Null(claims["descent"][1]);
        Assert.Null(frames["schedule"]["from"][0]);
        Assert.Equal(4L, frames["risk-gate"]["parameters"][0]);
        // What data frames are for: their own arithmetic sees numbers, and missing ones as missing.
        Assert.Equal(0.011 + 0.004, Convert.ToDouble(claims.Head(2)["relativeError"].Sum(), CultureInfo.InvariantCulture), 15);
    }

    [Fact]
    public void ATableWithoutDataHasItsColumnsOnly()
    {
        var noise = SampleAnalysis.Make().ToDataFrames()["noise"];
        Assert.Equal(0, noise.Rows.Count);
        Assert.Equal(["to", "part", "signalShare", "reservoirShare", "dissipated", "size", "testMovement"], noise.Columns.Select(c => c.Name));
        Assert.IsType<StringDataFrameColumn>(noise["part"]);
    }

    [Fact]
    public void TextIsThatOfTheAnalysis()
    {
        var analysis = SampleAnalysis.Make();
        var frames = (analysis with { Claims = [analysis.Claims[0] with { Name = "=1+1" }] }).ToDataFrames();
        Assert.Equal("=1+1", frames["claims"]["name"][0]);
    }

    [Fact]
    public void NullIsRefused()
    {
        Assert.Throws<ArgumentNullException>("analysis", () => ((ReservoirAnalysis)null!).ToDataFrames());
        Assert.Throws<ArgumentNullException>("comparison", () => ((RunComparison)null!).ToDataFrame());
        Assert.Throws<ArgumentNullException>("table", () => ((ReportTable)null!).ToDataFrame());
    }

    /// <summary>Cell by cell against the file: its last column is the id of the report.</summary>
    private static void Same(DataFrame frame, string file)
    {
        var lines = Lines(File.ReadAllText(file));
        Assert.Equal([.. frame.Columns.Select(c => c.Name), "reportId"], lines[0]);
        Assert.Equal(lines.Count - 1, frame.Rows.Count);
        for (int i = 0; i < frame.Rows.Count; i++)
            for (int j = 0; j < frame.Columns.Count; j++)
            {
                object? found = frame[i, j], expected = Cell(lines[i + 1][j], frame.Columns[j].DataType);
                Assert.True(Equals(found, expected),
                    $"{Path.GetFileName(file)}, row {i}, {frame.Columns[j].Name}: {found ?? "null"}, file {expected ?? "null"}");
            }
    }

    private static object? Cell(string text, Type type) => text switch
    {
        "" => null,
        "nan" => double.NaN,
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => Convert.ChangeType(text, type, CultureInfo.InvariantCulture),
    };

    private static List<string[]> Lines(string text)
    {
        var (lines, line, cell, quoted) = (new List<string[]>(), new List<string>(), "", false);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"') { cell += c; i++; }
            else if (c == '"') quoted = !quoted;
            else if (quoted || c is not (',' or '\n')) cell += c;
            else
            {
                line.Add(cell);
                cell = "";
                if (c == '\n') { lines.Add([.. line]); line.Clear(); }
            }
        }
        return lines;
    }
}
