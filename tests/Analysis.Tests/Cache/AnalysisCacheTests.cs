using System.Text.Json.Nodes;
using KernelFlow.Analysis.Cache;
using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Cache;

/// <summary>An analysis with a cache, whatever is in it, has the results of one without.</summary>
public sealed class AnalysisCacheTests : IDisposable
{
    private static readonly AnalysisOptions s_options = TestRuns.Options with { RelativeTolerance = 1e-6, ByInterval = true };
    private static readonly Lazy<string> s_plain = new(() => Results(s_options));
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-cache-").FullName;
    private readonly List<string> _warnings = [];

    public void Dispose()
    {
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private static string Results(AnalysisOptions options, string? folder = null, CancellationToken cancellation = default,
        IProgress<AnalysisProgress>? progress = null)
    {
        using var run = RecordedRun.Open(folder ?? TestRuns.DigitsTiny);
        return ResultsOf(Analyze.Reservoir(run.Checkpoints, options, progress, cancellation));
    }

    // Everything but what it cost.
    private static string ResultsOf(ReservoirAnalysis analysis)
    {
        var json = JsonNode.Parse(ResultsFile.Text(analysis))!.AsObject();
        Assert.True(json.Remove("performance"));
        json.Remove("reportId");
        return json.ToJsonString();
    }

    private AnalysisCache Open(long limit = AnalysisCache.DefaultLimit, string? folder = null) => AnalysisCache.Open(folder ?? _folder, limit, _warnings.Add);

    private AnalysisOptions With(AnalysisCache cache) => s_options with { Cache = cache };

    private string[] Entries(string kind = "") => [.. Directory.GetFiles(_folder, $"{kind}*.kfc").Order(StringComparer.Ordinal)];

    /// <summary>What a killed process left goes with the next one; what a living one is writing stays, and so does what is no file of this tool.</summary>
    [Fact]
    public void FilesThatAKillLeftHalfWrittenAreRemoved()
    {
        Open();
        string left = Path.Combine(_folder, $"kernelflow-{Guid.NewGuid():N}.part"), other = Path.Combine(_folder, "notes.part");
        string fresh = Path.Combine(_folder, $"kernelflow-{Guid.NewGuid():N}.part");
        foreach (string file in (string[])[left, other, fresh]) File.WriteAllText(file, "half");
        void Age(string file) => File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        Age(left);
        Age(other);
        using (Files.TemporaryFile.Create(_folder, out string living))
        {
            Age(living);
            Open();
            // One that was closed a moment ago may be on its way to another name.
            Assert.Equal((false, true, true, true), (File.Exists(left), File.Exists(living), File.Exists(other), File.Exists(fresh)));
            Age(fresh);
            Open();
            Assert.Equal((true, false), (File.Exists(living), File.Exists(fresh)));
        }
        Open();
        Assert.Equal([other], Directory.GetFiles(_folder, "*.part"));
    }

    [Fact]
    public void FilledHalfFilledAndEmptyGiveTheSameBits()
    {
        var first = Open();
        Assert.Equal(s_plain.Value, Results(With(first)));
        Assert.Equal((0, Entries().Length), (first.Read, first.Computed));
        var second = Open();
        Assert.Equal(s_plain.Value, Results(With(second)));
        Assert.Equal(0, second.Computed);
        // What is left of an analysis that was stopped: some intervals, and nothing that was made of them.
        string[] gone = [.. Entries().Where((f, i) => !Path.GetFileName(f).StartsWith("interval", StringComparison.Ordinal) || i % 3 == 0)];
        foreach (string file in gone) File.Delete(file);
        int left = Entries().Length;
        Assert.True(left > 5, $"{left} intervals are left");
        var third = Open();
        Assert.Equal(s_plain.Value, Results(With(third)));
        Assert.Equal(left, third.Read);
        Assert.Empty(_warnings);
    }

    [Fact]
    public void AnAnalysisThatWasStoppedGoesOnWhereItWas()
    {
        using var stop = new CancellationTokenSource();
        var stopping = new Stopping(stop);
        Assert.ThrowsAny<OperationCanceledException>(() => Results(With(Open()), cancellation: stop.Token, progress: stopping));
        int kept = Entries("interval").Length;
        Assert.InRange(kept, 1, 14);
        var again = Open();
        Assert.Equal(s_plain.Value, Results(With(again)));
        Assert.True(again.Read >= kept, $"{kept} intervals were kept, {again.Read} entries read");
    }

    /// <summary>A byte that flipped, a file that ends early, one of something else under the name, one that is no entry at all, and an empty one.</summary>
    [Theory]
    [InlineData("flipped", "its checksum is not that of its contents")]
    [InlineData("cut", "the file ends early")]
    [InlineData("swapped", "it is an entry of something else under this name")]
    [InlineData("foreign", "it is no entry of this tool")]
    [InlineData("empty", "the file ends early")]
    [InlineData("longer", "it is longer than its contents")]
    public void ADamagedEntryIsComputedAgainWithAWarning(string damage, string expected)
    {
        Results(With(Open()));
        foreach (string file in Entries("window")) File.Delete(file);
        string victim = Entries("interval")[3], other = Entries("interval")[4];
        byte[] bytes = File.ReadAllBytes(victim);
        switch (damage)
        {
            case "flipped": bytes[^5000] ^= 1; break;
            case "cut": bytes = bytes[..^100]; break;
            case "swapped": bytes = File.ReadAllBytes(other); break;
            case "foreign": bytes = [.. "PNG!"u8.ToArray(), .. bytes]; break;
            case "empty": bytes = []; break;
            default: bytes = [.. bytes, 1, 2, 3]; break;
        }
        File.WriteAllBytes(victim, bytes);
        Assert.Equal(s_plain.Value, Results(With(Open())));
        string warning = Assert.Single(_warnings);
        Assert.StartsWith(victim, warning);
        Assert.Contains("it is computed again", warning);
        if (damage is not ("cut" or "longer")) Assert.Contains(expected, warning);
        _warnings.Clear();
        Results(With(Open()));
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("tolerance")]
    [InlineData("method")]
    [InlineData("threads")]
    [InlineData("seed")]
    public void WhatWasComputedOtherwiseIsNotTaken(string what)
    {
        Results(With(Open()));
        int before = Entries("interval").Length;
        var other = Open();
        var options = With(other);
        options = what switch
        {
            "tolerance" => options with { RelativeTolerance = 2e-6 },
            "method" => options with { Method = "gauss-6" },
            "threads" => options with { Backend = Numerics.Backend.Managed(2) },
            _ => options with { Seed = 1 },
        };
        Results(options);
        Assert.Equal(2 * before, Entries("interval").Length);
    }

    /// <summary>Files that are not the ones run.json speaks of end the analysis, and leave nothing that a sound run could find.</summary>
    [Fact]
    public void NothingIsKeptOfFilesThatAreNotTheRecordedOnes()
    {
        string copy = Directory.CreateTempSubdirectory("kernelflow-run-").FullName;
        try
        {
            foreach (string file in Directory.GetFiles(TestRuns.DigitsTiny)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
            string manifest = Path.Combine(copy, "run.json");
            var json = JsonNode.Parse(File.ReadAllText(manifest))!;
            json["checkpoints"]![4]!["sha256"] = new string('0', 64);
            File.WriteAllText(manifest, json.ToJsonString());
            var error = Assert.Throws<InvalidRunException>(() => Results(With(Open()), copy));
            Assert.Contains("checkpoint-000004", error.Message);
            Assert.Empty(Entries());
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    [Fact]
    public async Task TwoAnalysesMayUseOneCacheAtOnce()
    {
        var both = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() => Results(With(Open())))));
        Assert.All(both, results => Assert.Equal(s_plain.Value, results));
        Assert.Empty(_warnings);
    }

    /// <summary>Two that make the same cache at once both open it: the mark of one on its way is no foreign file to the other.</summary>
    [Fact]
    public void TwoMayMakeOneCacheAtOnce()
    {
        for (int i = 0; i < 100; i++)
        {
            string folder = Path.Combine(_folder, $"made-{i}");
            Parallel.For(0, 4, _ => Open(folder: folder));
            Assert.Equal(AnalysisCache.MarkFile, Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(folder))));
        }
    }

    [Fact]
    public void TheOldestEntriesGoFirst()
    {
        var matrix = new DenseMatrix(10, 10);
        CacheKey Key(int i) => CacheKey.Of("test", ("i", i));
        long size = EntryFile.Size(Key(0), new Dictionary<string, DenseMatrix> { ["a"] = matrix });
        var cache = Open(3 * size + size / 2);
        for (int i = 0; i < 5; i++)
        {
            cache.Write(Key(i), new Dictionary<string, DenseMatrix> { ["a"] = matrix });
            File.SetLastWriteTimeUtc(Path.Combine(_folder, Key(i).FileName), DateTime.UtcNow.AddHours(i - 10));
        }
        Assert.Equal([false, false, true, true, true], Enumerable.Range(0, 5).Select(i => cache.TryRead(Key(i)) is not null));
        Assert.Equal(size, new FileInfo(Path.Combine(_folder, Key(4).FileName)).Length);
        Assert.Empty(_warnings);
        Open(size - 1).Write(Key(9), new Dictionary<string, DenseMatrix> { ["a"] = matrix });
        Assert.Contains("larger than the whole cache", Assert.Single(_warnings));
    }

    [Fact]
    public void AnEntryComesBackBitForBit()
    {
        var key = CacheKey.Of("test", ("x", 0.1));
        var a = new DenseMatrix(2, 3, [0.1, -0.0, double.Epsilon, 1e300, double.NaN, 3]);
        var cache = Open();
        cache.Write(key, new Dictionary<string, DenseMatrix> { ["a"] = a, ["none"] = new DenseMatrix(0, 3) });
        var read = cache.TryRead(key)!;
        Assert.Equal(a.Values.Select(BitConverter.DoubleToInt64Bits), read["a"].Values.Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal((2, 3, 0, 3), (read["a"].RowCount, read["a"].ColumnCount, read["none"].RowCount, read["none"].ColumnCount));
    }

    /// <summary>A disk that is full, or a folder that is gone, costs the cache and not the analysis.</summary>
    [Fact]
    public void WhatCannotBeKeptIsToldOnce()
    {
        var cache = Open();
        Directory.Delete(_folder, recursive: true);
        Assert.Equal(s_plain.Value, Results(With(cache)));
        Assert.Contains("nothing more is kept in the cache", Assert.Single(_warnings));
    }

    [Fact]
    public void AFolderOfSomethingElseIsRefused()
    {
        File.WriteAllText(Path.Combine(_folder, "thesis.tex"), "");
        Assert.Contains("thesis.tex", Assert.Throws<ArgumentException>(() => Open()).Message);
        string file = Path.Combine(_folder, "thesis.tex");
        Assert.Contains("is a file", Assert.Throws<ArgumentException>(() => Open(folder: file)).Message);
        Assert.Contains("more than 0 bytes", Assert.Throws<ArgumentException>(() => Open(0, Path.Combine(_folder, "new"))).Message);
    }

    private sealed class Stopping(CancellationTokenSource stop) : IProgress<AnalysisProgress>
    {
        public void Report(AnalysisProgress value)
        {
            if (value is { Stage: "integrating", Fraction: > 0.3 }) stop.Cancel();
        }
    }
}
