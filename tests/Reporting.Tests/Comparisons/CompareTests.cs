using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using KernelFlow.Reporting.Comparisons;
using KernelFlow.Tests.Samples;
using KernelFlow.Reporting.Tests.Support;

namespace KernelFlow.Reporting.Tests;

public sealed class CompareTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-compare-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Of(params string[] parts) => Path.Combine([_folder, .. parts]);

    private static AnalysisOptions Options { get; } = TestRuns.Options with { RelativeTolerance = 1e-6, Method = "gauss-6" };

    /// <summary>All numbers and texts of a compared run, as compare.json has them.</summary>
    private static string Flat(ComparedRun run) => ComparisonReports.Json(RunComparison.Of([run with { Label = "a" }, run with { Label = "b" }]));

    /// <summary>Windows and densities of one run are the analyses of that window and of those checkpoints.</summary>
    [Fact]
    public void WindowsAndDensitiesAreWhatTheyAreAlone()
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var times = run.Checkpoints.Select(c => c.Time).ToArray();
        var comparison = KernelFlow.Compare.Runs([TestRuns.DigitsTiny], new CompareOptions { Analysis = Options,
            Windows = [new(null, times[8]), new(times[8], null)], Every = [1, 3] });
        string first = times[8].ToString("G6", CultureInfo.InvariantCulture);
        Assert.Equal([$"digits-tiny [start, {first}] every 1", $"digits-tiny [start, {first}] every 3", $"digits-tiny [{first}, end] every 1",
            $"digits-tiny [{first}, end] every 3"], comparison.Runs.Select(r => r.Label));

        var window = Analyze.Reservoir(run.Checkpoints.Window(times[8], null), Options);
        Assert.Equal(window.Spectrum.Eigenvalues, comparison.Runs[2].Spectrum.Eigenvalues);
        Assert.Equal(window.Claim("C4").RelativeError.OrNull(), comparison.Runs[2].Claim("C4")!.RelativeError.OrNull());
        var thinned = Analyze.Reservoir(run.Checkpoints.Subset([0, 3, 6, 8]), Options);
        Assert.Equal(thinned.Spectrum.Eigenvalues, comparison.Runs[1].Spectrum.Eigenvalues);
        Assert.Equal(4, comparison.Runs[1].Run.Checkpoints);
        Assert.Equal(["checkpoints", "window from", "window to"], comparison.Differences.Select(d => d.Name));
        Assert.Equal(["9", "4", "8", "4"], comparison.Differences[0].Values);
        Assert.Equal(["Windows differ: drift is relative to the kernel at the start of each window."], comparison.Notes);
    }

    /// <summary>results.json read back is the analysis that wrote it, to the last bit.</summary>
    [Fact]
    public void ReportsReadBackExactly()
    {
        foreach (var (name, analysis) in (ReadOnlySpan<(string, ReservoirAnalysis)>)[("flow", SampleAnalysis.Make()),
            ("descent", SampleAnalysis.Descent()), ("tiny", TestRuns.DigitsTinyAnalysis)])
        {
            analysis.WriteFolder(Of(name));
            var read = KernelFlow.Compare.Read(Of(name));
            Assert.Equal(Flat(ComparedRun.Of("x", analysis)), Flat(read));
            Check.AtLeast(Flat(read).Length, 1001, "characters of " + Flat(read));
            Assert.Equal(analysis.Run.Name ?? name, read.Label);
        }
        var infinite = SampleAnalysis.Make();
        (infinite with { Inclusion = infinite.Inclusion with { Visibility = null },
            Spectrum = infinite.Spectrum with { EffectiveRank = double.NaN } }).WriteFolder(Of("infinite"));
        var back = KernelFlow.Compare.Read(Of("infinite", "results.json"), "label");
        Assert.Null(back.Visibility);
        Assert.True(double.IsNaN(back.Spectrum.EffectiveRank));
        Assert.Equal("label", back.Label);
    }

    [Fact]
    public void WhatDiffersIsToldWithWhatItDoesToTheNumbers()
    {
        var a = SampleAnalysis.Make();
        var b = SampleAnalysis.Descent() with { Run = a.Run with { Loss = "logistic", Train = 5, Metadata = new Dictionary<string,
            string> { ["network"] = "tanh", ["labelNoise"] = "0.2" } } };
        var c = KernelFlow.Compare.Runs([ComparedRun.Of("a", a), ComparedRun.Of("b", b),
            ComparedRun.Of("c", a with { Spectrum = a.Spectrum with { Threshold = 0.5 }, Options = a.Options with { Threshold = 0.5 } })]);
        Assert.Equal(["loss", "training examples", "network", "labelNoise", "mode", "method", "threshold"], c.Differences.Select(d => d.Name));
        Assert.Equal(["", "0.2", ""], c.Differences.Single(d => d.Name == "labelNoise").Values);
        foreach (string start in (string[])["Thresholds differ", "The threshold applies", "Flow and descent are mixed", "Losses differ",
            "The numbers of training outputs differ"])
            Assert.Contains(c.Notes, n => n.StartsWith(start, StringComparison.Ordinal));
        Assert.Equal(["a and b are the same input, window and options."], KernelFlow.Compare.Runs([ComparedRun.Of("a", a), ComparedRun.Of("b", a)]).Notes);
    }

    /// <summary>The columns of the claims against data are those of the runs, a user's own among them; claims of other kinds have none.</summary>
    [Fact]
    public void ColumnsOfClaimsComeFromTheRuns()
    {
        var sample = SampleAnalysis.Make();
        var own = new ClaimResult("own-1", "a claim of my own", Verdict.Holds) { Kind = ClaimKind.Data, RelativeError = 0.25, Tolerance = 0.5 };
        var comparison = RunComparison.Of([ComparedRun.Of("a", sample), ComparedRun.Of("b", sample with { Claims = [.. sample.Claims, own] })]);
        comparison.WriteFolder(Of("own"));
        string[] rows = File.ReadAllText(Of("own", "compare.csv")).TrimEnd('\n').Split('\n'), names = rows[0].Split(',');
        Assert.Equal(["C2Error", "C4Error", "own-1Error"], names.Where(n => n.EndsWith("Error", StringComparison.Ordinal)));
        Assert.Equal("0.25", rows[2].Split(',')[Array.IndexOf(names, "own-1Error")]);
        Assert.Equal("", rows[1].Split(',')[Array.IndexOf(names, "own-1Error")]);
        Assert.Contains("own-1 a claim of my own", File.ReadAllText(Of("own", "compare.html")));
    }

    [Fact]
    public void LabelsAreAsShortAsTheyCanBe()
    {
        foreach (string name in (string[])["w16/run", "w64/run"]) SampleAnalysis.Make().WriteFolder(Of(name.Split('/')));
        Assert.Equal(["w16/run", "w64/run"], KernelFlow.Compare.Runs([Of("w16", "run"), Of("w64", "run", "results.json")]).Runs.Select(r => r.Label));
        SampleAnalysis.Make().WriteFolder(Of("other"));
        Assert.Equal(["run", "other"], KernelFlow.Compare.Runs([Of("w16", "run"), Of("other")]).Runs.Select(r => r.Label));
    }

    [Theory]
    [InlineData("version 2 of the results, expected 1", "\"version\": 1", "\"version\": 2")]
    [InlineData("\"format\" is not kernel-flow-results", "kernel-flow-results", "something")]
    [InlineData("spectrum.effectiveRank is missing", "\"effectiveRank\"", "\"rank\"")]
    [InlineData("claims[1].verdict is \"Perhaps\", expected a verdict", "\"Undecided\"", "\"Perhaps\"")]
    [InlineData("run.train is \"3\", expected a whole number", "\"train\": 3", "\"train\": \"3\"")]
    [InlineData("not valid JSON", "\"window\"", "window")]
    public void ResultsThatAreNotSoundAreNamed(string message, string old, string now)
    {
        SampleAnalysis.Make().WriteFolder(Of("bad"));
        string path = Of("bad", "results.json"), text = File.ReadAllText(path);
        Assert.Contains(old, text);
        File.WriteAllText(path, text.Replace(old, now, StringComparison.Ordinal));
        var e = Assert.Throws<InvalidResultsException>(() => KernelFlow.Compare.Read(Of("bad")));
        Assert.Contains(message, e.Message);
        Assert.Contains(path, e.Message);
    }

    [Fact]
    public void WhatCannotBeComparedIsRefused()
    {
        var one = ComparedRun.Of("a", SampleAnalysis.Make());
        Assert.Contains("there is one", Assert.Throws<ArgumentException>(() => KernelFlow.Compare.Runs([one])).Message);
        Assert.Contains("Two runs have the label a", Assert.Throws<ArgumentException>(() => KernelFlow.Compare.Runs([one, one])).Message);
        Assert.Contains("only one thing", Assert.Throws<ArgumentException>(() => KernelFlow.Compare.Runs([TestRuns.DigitsTiny])).Message);
        Assert.Contains("given twice", Assert.Throws<ArgumentException>(() => KernelFlow.Compare.Runs([TestRuns.DigitsTiny, TestRuns.DigitsTiny
            + "/"])).Message);
        Assert.Contains("folder not found", Assert.Throws<InvalidRunException>(() => KernelFlow.Compare.Runs([TestRuns.DigitsTiny, Of("nowhere")])).Message);
        Assert.Contains("neither a run nor a report", Assert.Throws<InvalidRunException>(() =>
            KernelFlow.Compare.Runs([TestRuns.DigitsTiny, _folder])).Message);
        SampleAnalysis.Make().WriteFolder(Of("report"));
        Assert.Contains("holds results, not a run", Assert.Throws<ArgumentException>(() =>
            KernelFlow.Compare.Runs([TestRuns.DigitsTiny, Of("report")], new CompareOptions { Every = [1, 2] })).Message);
        Assert.Contains("every: 0", Assert.Throws<ArgumentException>(() => KernelFlow.Compare.Runs([TestRuns.DigitsTiny],
            new CompareOptions { Every = [1, 0] })).Message);
        var late = Assert.Throws<ArgumentException>(() => KernelFlow.Compare.Runs([TestRuns.DigitsTiny],
            new CompareOptions { Windows = [new(0, 1e9), new(null, null)] }));
        Assert.Matches("digits-tiny: to: 1E\\+?0?9.*is not the time of a checkpoint", late.Message.Replace("1000000000", "1E9"));
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => KernelFlow.Compare.Runs([TestRuns.DigitsTiny], new CompareOptions { Every = [1, 2] }, null,
            stop.Token));
    }

    [Fact]
    public void TheFolderIsCompleteAndTheSameUnderEveryCulture()
    {
        var comparison = KernelFlow.Compare.Runs([ComparedRun.Of("<a> | 1", SampleAnalysis.Make()), ComparedRun.Of("b,\"2\"", SampleAnalysis.Descent()),
            ComparedRun.Of("c", TestRuns.DigitsTinyAnalysis)]);
        foreach (string culture in (string[])["", "de-DE", "ru-RU"]) Cultures.Under(culture, () => { comparison.WriteFolder(Of("out" + culture)); return 0; });
        string[] found = [.. Directory.EnumerateFiles(Of("out"), "*", SearchOption.AllDirectories).Select(f =>
            Path.GetRelativePath(Of("out"), f).Replace('\\', '/'))];
        Assert.Equal(ComparisonReports.Files.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        foreach (string file in found)
            foreach (string culture in (string[])["de-DE", "ru-RU"])
                Assert.True(File.ReadAllBytes(Of("out", file)).SequenceEqual(File.ReadAllBytes(Of("out" + culture, file))), $"{file} differs under {culture}");

        string page = File.ReadAllText(Of("out", "compare.html"));
        Assert.DoesNotMatch(@"<script|\bsrc\s*=|\bhref\s*=\s*""[^#]|@import|url\(|<a> \|", page);
        foreach (Match svg in Regex.Matches(page, "<svg.*?</svg>", RegexOptions.Singleline)) XElement.Parse(svg.Value);
        Assert.Contains("&lt;a&gt; | 1", page);
        Assert.Contains("| &lt;a> \\| 1 | · not tested | ? undecided | ✓ holds | ? unknown | 2 | 1 |", File.ReadAllText(Of("out", "compare.md")));
        var json = JsonDocument.Parse(File.ReadAllText(Of("out", "compare.json"))).RootElement;
        Assert.Equal(ComparisonReports.Format, json.GetProperty("format").GetString());
        Assert.Equal(TestRuns.DigitsTinyAnalysis.Spectrum.Eigenvalues,
            json.GetProperty("runs")[2].GetProperty("spectrum").GetProperty("eigenvalues").EnumerateArray().Select(v => v.GetDouble()));
        string[] rows = File.ReadAllText(Of("out", "compare.csv")).TrimEnd('\n').Split('\n');
        Assert.Equal(4, rows.Length);
        Assert.StartsWith("\"b,\"\"2\"\"\",Holds,squared,3,2,1,7,4,0,150.00000000000003,descent,", rows[2]);
        Assert.Equal(rows[0].Split(',').Length, rows[3].Split(',').Length);
    }

    /// <summary>The overlaid lines: one per run, told apart by colour, shape and dash, and no more than can be told apart.</summary>
    [Fact]
    public void ManyRunsStayApart()
    {
        ComparedRun[] runs = [.. Enumerable.Range(0, 14).Select(i => ComparedRun.Of($"run {i}", SampleAnalysis.Make()))];
        var figures = ComparisonFigures.All(KernelFlow.Compare.Runs(runs));
        Assert.Equal(ComparisonFigures.Ids, figures.Select(f => f.Figure.Head.Id));
        var spectra = figures.Single(f => f.Figure.Head.Id == "compare-spectra").Figure;
        string[] styles = [.. Regex.Matches(spectra.Drawing!, @"<path class=""(l s\d[^""]*)""").Select(m => m.Groups[1].Value)];
        Assert.Equal(12, styles.Length);
        Assert.Equal(12, styles.Distinct().Count());
        Assert.Contains("The first 12 of 14 runs are shown.", spectra.Caption);
        Assert.Contains("<title>run 3, mode 2 of 3: λ = 0.3</title>", spectra.Drawing);
    }
}
