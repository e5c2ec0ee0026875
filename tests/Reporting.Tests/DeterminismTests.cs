using KernelFlow.Tests.Samples;
using KernelFlow.Reporting.Tests.Support;

namespace KernelFlow.Reporting.Tests;

/// <summary>Two analyses of one run write the same bytes, whatever the culture, once their costs are made equal.</summary>
public sealed class DeterminismTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-same-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheSameRunGivesTheSameFilesUnderEveryCulture()
    {
        string[] cultures = ["", "de-DE", "ru-RU"];
        foreach (string culture in cultures)
            Cultures.Under(culture, () =>
            {
                using var run = RecordedRun.Open(TestRuns.DigitsTiny);
                var analysis = Analyze.Reservoir(run.Checkpoints, TestRuns.Options with { RelativeTolerance = 1e-6 });
                (analysis with { Performance = new PerformanceResult(1.5, 1, 2, 3, "gauss-6", "managed") }).WriteAll(Path.Combine(_folder, "of" + culture));
                return 0;
            });
        string first = Path.Combine(_folder, "of");
        string[] files = [.. Directory.EnumerateFiles(first, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(first, f))];
        Assert.True(files.Length > 15, $"{files.Length} files");
        Assert.Contains("digits-tiny", File.ReadAllText(Path.Combine(first, "report.html")));
        foreach (string culture in cultures[1..])
        {
            string other = Path.Combine(_folder, "of" + culture);
            Assert.Equal(files.Length, Directory.EnumerateFiles(other, "*", SearchOption.AllDirectories).Count());
            foreach (string file in files) Assert.True(File.ReadAllBytes(Path.Combine(first,
                file)).SequenceEqual(File.ReadAllBytes(Path.Combine(other, file))), $"{file} differs under {culture}");
        }
    }
}
