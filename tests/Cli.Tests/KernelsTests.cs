using System.Text.Json;

namespace KernelFlow.Cli.Tests;

public sealed class KernelsTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static JsonElement Analysis(string folder)
    {
        var result = Cli.Run("analyze", folder, "--json", "--quiet", "--mode", "flow", "--backend", "managed", "--threads", "1");
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonDocument.Parse(result.Out).RootElement;
    }

    private static void AssertClose(JsonElement expected, JsonElement actual, string what)
    {
        double a = expected.GetDouble(), b = actual.GetDouble();
        Check.Small(Math.Abs(a - b), 1e-13 * Math.Max(1, Math.Abs(a)), FormattableString.Invariant($"{what}: {a} from Jacobians, {b} from kernel blocks"));
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    public void TheConvertedRunHasTheSameAnalysis(string culture)
    {
        string blocks = _folder.Of("blocks");
        var converted = Cli.RunUnder(culture, "kernels", run.Folder, "--out", blocks);
        Assert.True(converted.ExitCode == 0, converted.ToString());
        Assert.Empty(converted.Out);
        Assert.Equal($"Wrote 9 checkpoints with kernel blocks to {blocks}. Next: kernelflow analyze {blocks} --out REPORT", converted.Error.TrimEnd());

        using (var recorded = RecordedRun.Open(blocks))
        {
            Assert.False(recorded.Checkpoints.HasJacobians);
            Assert.Equal(StorageType.Float64, recorded.Checkpoints[0]["K_SS"].Type);
            Assert.NotNull(recorded.Checkpoints[0].Find("K_SQ_next"));
            Assert.Contains("noise_mask_S", recorded.Checkpoints.RunTensors.Keys);
            Assert.Equal("gradient-descent", recorded.Checkpoints.Optimizer!.Kind);
            Assert.Equal("digits", recorded.Metadata["data"]);
            Assert.Equal([Math.ScaleB(1, -23)], recorded.Checkpoints[0]["kernel_epsilon"].ReadAll());
        }
        JsonElement before = Analysis(run.Folder), after = Analysis(blocks);
        foreach (var (a, b) in before.GetProperty("spectrum").GetProperty("eigenvalues").EnumerateArray()
            .Zip(after.GetProperty("spectrum").GetProperty("eigenvalues").EnumerateArray()))
            AssertClose(a, b, "eigenvalue");
        int compared = 0;
        foreach (var (a, b) in before.GetProperty("claims").EnumerateArray().Zip(after.GetProperty("claims").EnumerateArray()))
        {
            if (a.GetProperty("id").GetString() is not ("C1" or "C2" or "C3" or "C4")) continue;
            AssertClose(a.GetProperty("relativeError"), b.GetProperty("relativeError"), a.GetProperty("id").GetString()!);
            compared++;
        }
        Assert.Equal(4, compared);
        Assert.Equal(before.GetProperty("inclusion").GetProperty("verdict").GetString(), after.GetProperty("inclusion").GetProperty("verdict").GetString());
    }

    [Fact]
    public void MidpointsAreConverted()
    {
        string recorded = _folder.Of("steps"), blocks = _folder.Of("blocks");
        Assert.Equal(0, Cli.Run("record", recorded, "--train", "5", "--test", "2", "--layers", "3", "--steps", "4", "--schedule", "every-step", "--midpoints",
            "--quiet").ExitCode);
        Assert.Equal(0, Cli.Run("kernels", recorded, "--out", blocks, "--quiet").ExitCode);
        using var run = RecordedRun.Open(blocks);
        Assert.All(run.Checkpoints.SkipLast(1), c => Assert.True(c.Find("K_SS_mid") is not null && c.Find("K_QS_mid") is not null));
        Assert.Null(run.Checkpoints[^1].Find("K_SS_mid"));
    }

    [Fact]
    public void AWindowIsConverted()
    {
        string blocks = _folder.Of("blocks");
        double[] times;
        using (var recorded = RecordedRun.Open(run.Folder)) times = [.. recorded.Checkpoints.Select(c => c.Time)];
        string from = times[2].ToString("R", System.Globalization.CultureInfo.InvariantCulture),
            to = times[5].ToString("R", System.Globalization.CultureInfo.InvariantCulture);
        var result = Cli.Run("kernels", run.Folder, "--out", blocks, "--from", from, "--to", to);
        Assert.True(result.ExitCode == 0, result.ToString());
        using var window = RecordedRun.Open(blocks);
        Assert.Equal(times[2..6], window.Checkpoints.Select(c => c.Time));
    }

    /// <summary>Writing starts by removing an earlier run: doing that to the source would lose it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TheRunItselfIsNotReplaced(bool throughALink)
    {
        string folder = _folder.Of("run"), other = folder + Path.DirectorySeparatorChar;
        run.CopyTo(folder);
        if (throughALink)
        {
            if (OperatingSystem.IsWindows()) return; // Links need a privilege there.
            Directory.CreateSymbolicLink(other = _folder.Of("link"), folder);
        }
        string[] before = [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)];
        var refused = Cli.Run("kernels", folder, "--out", other, "--overwrite");
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains("is the run itself; choose another folder.", refused.Error);
        Assert.Equal(before, Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal));
        RecordedRun.Open(folder).Dispose();
    }

    [Fact]
    public void ForeignFoldersAndKernelRunsAreRefused()
    {
        string blocks = _folder.Of("blocks"), foreign = _folder.Of("foreign");
        Directory.CreateDirectory(foreign);
        File.WriteAllText(Path.Combine(foreign, "thesis.tex"), "mine");
        var refused = Cli.Run("kernels", run.Folder, "--out", foreign);
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains("thesis.tex", refused.Error);
        Assert.Equal(0, Cli.Run("kernels", run.Folder, "--out", foreign, "--overwrite").ExitCode);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(foreign, "thesis.tex")));

        Assert.Equal(0, Cli.Run("kernels", run.Folder, "--out", blocks).ExitCode);
        var again = Cli.Run("kernels", blocks, "--out", _folder.Of("again"));
        Assert.True(again.ExitCode == 2, again.ToString());
        Assert.Contains("found kernel blocks, expected Jacobians", again.Error);
        Assert.False(Directory.Exists(_folder.Of("again")));
    }

    [Fact]
    public void CubicInterpolationNeedsJacobiansAndSaysSo()
    {
        string blocks = _folder.Of("blocks");
        Assert.Equal(0, Cli.Run("kernels", run.Folder, "--out", blocks, "--quiet").ExitCode);
        var refused = Cli.Run("analyze", blocks, "--json", "--interpolation", "cubic");
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.StartsWith("error: interpolation: cubic needs Jacobians, and this run holds kernel blocks", refused.Error);
        Assert.Empty(refused.Out);
        var cubic = Cli.Run("analyze", run.Folder, "--json", "--quiet", "--interpolation", "cubic");
        Assert.True(cubic.ExitCode == 0, cubic.ToString());
        Assert.Equal("cubic", JsonDocument.Parse(cubic.Out).RootElement.GetProperty("options").GetProperty("interpolation").GetString());
    }
}
