using KernelFlow.Reporting.Tests.Support;
using KernelFlow.Tests.Samples;
using System.Buffers.Binary;
using System.Text.Json;
using KernelFlow.Reporting.Content;

namespace KernelFlow.Reporting.Tests;

public sealed class ReportFolderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Found() => [.. Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(f =>
        Path.GetRelativePath(_folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>All files but those of figures that the sample has no data for.</summary>
    // The sample has no windows of its own, and so neither table nor figures of them.
    private static string[] Expected() => [.. ReservoirReports.Files.Except(["tables/windows.csv", "figures/windows-dimension.svg",
        "figures/windows-error.svg"]).Except(ReportFigures.All(SampleAnalysis.Make()).Where(f =>
        f.Figure.Drawing is null).Select(f => $"figures/{f.Figure.Head.Id}.svg")).Order(StringComparer.Ordinal)];

    [Fact]
    public void TheFolderHoldsWhatItSaysAndNothingElse()
    {
        SampleAnalysis.Make().WriteAll(_folder);
        Assert.Equal(Expected(), Found());
        Check.AtLeast(Expected().Count(f => f.EndsWith(".svg", StringComparison.Ordinal)), 10, "figures among " + string.Join(' ', Expected()));
    }

    [Fact]
    public void AnEarlierReportIsReplacedWithItsOperators()
    {
        var sample = SampleAnalysis.Make();
        sample.WriteAll(_folder);
        (sample with { Run = sample.Run with { Loss = "logistic" } }).WriteFolder(_folder);
        Assert.DoesNotContain(ReservoirReports.OperatorsFile, Found());
        Assert.Contains("figures/dissipated-fraction.svg", Found());
        SampleAnalysis.Descent().WriteFolder(_folder);
        Assert.DoesNotContain("figures/dissipated-fraction.svg", Found()); // descent has none, and the earlier one would lie
        (sample with { Run = sample.Run with { Loss = "logistic" } }).WriteFolder(_folder);
        Assert.Contains("logistic", File.ReadAllText(Path.Combine(_folder, ReservoirReports.ResultsFile)));
        Assert.Contains("logistic", File.ReadAllText(Path.Combine(_folder, ReservoirReports.MarkdownFile)));
    }

    [Fact]
    public void TheSameAnalysisGivesTheSameBytes()
    {
        string other = Path.Combine(_folder, "b");
        SampleAnalysis.Make().WriteAll(Path.Combine(_folder, "a"));
        SampleAnalysis.Make().WriteAll(other);
        foreach (string file in Expected())
            Assert.True(File.ReadAllBytes(Path.Combine(_folder, "a", file)).SequenceEqual(File.ReadAllBytes(Path.Combine(other, file))), file);
    }

    [Fact]
    public void AFileThatCannotBeWrittenLeavesNothingBehind()
    {
        string blocked = Path.Combine(_folder, "results.json");
        Directory.CreateDirectory(blocked);
        var e = Assert.ThrowsAny<Exception>(() => SampleAnalysis.Make().Write(ReportFormat.Json, blocked));
        Assert.True(e is IOException or UnauthorizedAccessException, e.ToString());
        Assert.Empty(Found());
    }

    [Fact]
    public void TextIsUtf8WithoutAByteOrderMarkAndWithLineFeeds()
    {
        SampleAnalysis.Make().WriteFolder(_folder);
        foreach (string file in Found())
        {
            byte[] bytes = File.ReadAllBytes(Path.Combine(_folder, file));
            Assert.False(bytes is [0xEF, 0xBB, 0xBF, ..], file);
            Assert.DoesNotContain((byte)'\r', bytes);
            Assert.Equal((byte)'\n', bytes[^1]);
        }
    }

    [Fact]
    public void OperatorsAreFloat64AndRowMajor()
    {
        var analysis = SampleAnalysis.Make();
        analysis.WriteAll(_folder);
        byte[] bytes = File.ReadAllBytes(Path.Combine(_folder, ReservoirReports.OperatorsFile));
        int header = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var json = JsonDocument.Parse(bytes.AsMemory(8, header)).RootElement;
        double[] Tensor(string name, params int[] shape)
        {
            var entry = json.GetProperty(name);
            Assert.Equal("F64", entry.GetProperty("dtype").GetString());
            Assert.Equal(shape, entry.GetProperty("shape").EnumerateArray().Select(e => e.GetInt32()));
            var offsets = entry.GetProperty("data_offsets");
            return [.. Enumerable.Range(0, (offsets[1].GetInt32() - offsets[0].GetInt32()) / 8)
                .Select(i => BinaryPrimitives.ReadDoubleLittleEndian(bytes.AsSpan(8 + header + offsets[0].GetInt32() + 8 * i)))];
        }
        static IEnumerable<double> From(int first, int count) => Enumerable.Range(first, count).Select(i => (double)i);
        Assert.Equal(From(1, 9), Tensor("P", 3, 3));
        Assert.Equal(From(100, 9), Tensor("W_S", 3, 3));
        Assert.Equal(From(200, 6), Tensor("G_Q", 2, 3));
        Assert.Equal(From(300, 9), Tensor("G_S", 3, 3));
        Assert.Equal(analysis.Spectrum.Eigenvalues, Tensor("eigenvalues", 3));
        Assert.Equal(From(400, 9), Tensor("eigenvectors", 3, 3));
    }
}
