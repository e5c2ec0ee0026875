namespace KernelFlow.Cli.Tests;

public sealed class ImportCommandTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // A run of this tool is tensors under the names of the run format: importing it gives the same run, and the same claims.
    [Fact]
    public void ARunThatIsImportedIsTheSameRun()
    {
        string run = _folder.Of("recorded");
        Assert.Equal(0, Cli.Run("record", run, "--train", "12", "--test", "6", "--layers", "5", "--steps", "200", "--checkpoints", "9", "--factors",
            "never", "--quiet", "--backend", "managed").ExitCode);
        using (var recorded = RecordedRun.Open(run))
        {
            string times = string.Join(", ", recorded.Checkpoints.Select(c => c.Time.ToString("R", System.Globalization.CultureInfo.InvariantCulture)));
            // The numbers in the names count files.
            File.WriteAllText(_folder.Of("map.json"), $$"""
                { "format": "kernel-flow-map", "version": 1, "checkpoints": "checkpoint-{step}.safetensors", "loss": "squared", "times": [{{times}}],
                  "tensors": { "U_S": "U_S", "U_Q": "U_Q", "J_S": "J_S", "J_Q": "J_Q", "g": "g" },
                  "data": { "file": "targets.safetensors", "y_S": "y_S", "y_Q": "y_Q" } }
                """);
        }
        var dry = Cli.Run("import", run, "--map", _folder.Of("map.json"), "--dry-run");
        Assert.True(dry.ExitCode == 0, dry.ToString());
        Assert.StartsWith("9 checkpoints, steps 0, 1, 2, 3, 4, 5, 6, 7, 8, flow time 0 to ", dry.Out, StringComparison.Ordinal);
        var imported = Cli.Run("import", run, "--map", _folder.Of("map.json"), "--out", _folder.Of("run"));
        Assert.True(imported.ExitCode == 0, imported.ToString());
        Assert.Equal($"Imported 9 checkpoints into {_folder.Of("run")}. Next: kernelflow analyze {_folder.Of("run")} --out REPORT", imported.Error.TrimEnd());
        using RecordedRun first = RecordedRun.Open(run), second = RecordedRun.Open(_folder.Of("run"));
        foreach (var (a, b) in first.Checkpoints.Zip(second.Checkpoints))
            foreach (string name in (string[])["U_S", "U_Q", "J_S", "J_Q"]) Assert.Equal(a[name].ReadAll(), b[name].ReadAll());

        var itself = Cli.Run("import", run, "--map", _folder.Of("map.json"), "--out", run);
        Assert.Equal((2, $"error: --out: {run} is the folder itself; choose another folder."), (itself.ExitCode, itself.Error.TrimEnd()));
    }

    [Fact]
    public void WithoutAFolderForTheRunItIsAUsageError()
    {
        var result = Cli.Run("import", _folder.Path, "--map", "map.json");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--out is missing, expected a folder for the run, or --dry-run.", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "format is missing, expected kernel-flow-map.")]
    [InlineData(null, "not found")]
    public void AMapThatIsNoneIsOneErrorAndExitCode2(string? map, string expected)
    {
        if (map is not null) File.WriteAllText(_folder.Of("map.json"), map);
        var result = Cli.Run("import", _folder.Path, "--map", _folder.Of("map.json"), "--dry-run");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }
}
