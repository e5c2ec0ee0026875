namespace KernelFlow.Cli.Tests;

public sealed class InspectAndRecordTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void InspectSaysWhatIsInARun()
    {
        var result = Cli.Run("inspect", run.Folder, "--backend", "managed");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(result.Error);
        Assert.Contains("squared, mean over examples", result.Out);
        Assert.Contains("n = 12 training and m = 6 test examples, p = 1", result.Out);
        Assert.Contains("gradient-descent, learning rate 0.05", result.Out);
        Assert.Contains("step 0 to 200, t = 0 to 10", result.Out);
        Assert.Contains("A_S/1 [12, 64] float32", result.Out);
        Assert.Contains("D_S/2 [12, 1, 1] float32", result.Out);
        Assert.Matches(@"factors +1 \(64 to 5, bias\), 2 \(5 to 1, bias\); [\d.]+ MB stored, [\d.]+ MB as Jacobians, [\d.]+ times as much", result.Out);
        Assert.Matches(@"density +\d+ to \d+ steps per interval", result.Out);
        Assert.Matches(@"memory +about [\d.]+ MB", result.Out);
    }

    [Fact]
    public void AdaptiveCheckpointsAreRecordedAndInspectSaysWhatFired()
    {
        string folder = _folder.Of("adaptive");
        string[] options = ["--schedule", "adaptive", "--train", "10", "--test", "5", "--layers", "5", "--steps", "300", "--lr", "0.2", "--gradient", "none",
            "--linearity", "0.05", "--kernel", "0.1", "--test-every", "2", "--probes", "4", "--vectors", "2", "--max-gap", "200", "--max-checkpoints", "9",
            "--max-seconds", "1000", "--max-megabytes", "100"];
        var recorded = Cli.Run(["record", folder, .. options]);
        Assert.True(recorded.ExitCode == 0, recorded.ToString());
        Assert.Matches("Recorded [3-9] checkpoints", recorded.Error);
        var result = Cli.Run("inspect", folder);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("adaptive: linearity > 0.05, gradient > None, kernel > 0.1, tested every 2 steps on 4 examples; max_gap 200, max_checkpoints 9, "
            + "max_seconds 1000, max_bytes 100000000", result.Out);
        Assert.Matches(@"fired +step \d+: (linearity|kernel) 0\.\d+ > 0\.\d+", result.Out);
    }

    [Theory]
    [InlineData("--kernel 0", "--kernel: 0 is out of range; it must be positive, or none.")]
    [InlineData("--linearity some", "--linearity: some is not a number (write it as 0.001 or 1e-3, or none).")]
    [InlineData("--max-checkpoints 1", "--max-checkpoints")]
    [InlineData("--midpoints", "--midpoints need every step as a checkpoint")]
    public void AdaptiveOptionsThatMakeNoRuleAreRefused(string option, string message)
    {
        var result = Cli.Run(["record", _folder.Of("none"), "--schedule", "adaptive", .. option.Split(' ')]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(message, result.Error);
    }

    [Fact]
    public void InspectIsTheSameUnderEveryCulture()
    {
        // The last two lines depend on the clock.
        static string Stable(Cli.Result r) => string.Join("\n", r.Out.Split('\n').TakeWhile(l => !l.StartsWith("time ", StringComparison.Ordinal)));
        string expected = Stable(Cli.Run("inspect", run.Folder));
        Assert.Equal(expected, Stable(Cli.RunUnder("de-DE", "inspect", run.Folder)));
        Assert.Equal(expected, Stable(Cli.RunUnder("ru-RU", "inspect", run.Folder)));
    }

    [Fact]
    public void InspectFindsANumberThatIsNotFinite()
    {
        string folder = _folder.Of("damaged");
        run.CopyTo(folder);
        string file = Path.Combine(folder, "checkpoint-000002.safetensors");
        byte[] bytes = File.ReadAllBytes(file);
        var json = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, (int)BitConverter.ToUInt64(bytes))).RootElement;
        int start = 8 + (int)BitConverter.ToUInt64(bytes) + json.GetProperty("A_Q/1").GetProperty("data_offsets")[0].GetInt32();
        BitConverter.TryWriteBytes(bytes.AsSpan(start + 4 * 5), float.NaN);
        File.WriteAllBytes(file, bytes);
        var result = Cli.Run("inspect", folder);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains($"{file}: A_Q/1: found NaN at index [0, 5]", result.Error);
    }

    [Fact]
    public void InspectChecksRecordedKernels()
    {
        string folder = _folder.Of("kernels");
        Assert.Equal(0, Cli.Run("record", folder, "--kernels", "--train", "6", "--test", "3", "--layers", "3", "--steps", "20", "--checkpoints", "4", "--quiet")
            .ExitCode);
        var sound = Cli.Run("inspect", folder);
        Assert.True(sound.ExitCode == 0, sound.ToString());
        Assert.Contains("K_SS is symmetric and PSD", sound.Out);
        Assert.Contains("interpolating K_SS", sound.Out);

        string file = Path.Combine(folder, "checkpoint-000001.safetensors");
        byte[] bytes = File.ReadAllBytes(file);
        int header = (int)BitConverter.ToUInt64(bytes);
        var entry = System.Text.Json.JsonDocument.Parse(bytes.AsMemory(8, header)).RootElement.GetProperty("K_SS");
        Assert.Equal("F64", entry.GetProperty("dtype").GetString());
        int diagonal = 8 + header + entry.GetProperty("data_offsets")[0].GetInt32() + 8 * (2 * 6 + 2);
        BitConverter.TryWriteBytes(bytes.AsSpan(diagonal), -BitConverter.ToDouble(bytes, diagonal));
        File.WriteAllBytes(file, bytes);
        var refused = Cli.Run("inspect", folder);
        Assert.True(refused.ExitCode == 2, refused.ToString());
        Assert.Contains($"{file}: K_SS: not positive semidefinite: found smallest eigenvalue -", refused.Error);
    }

    [Fact]
    public void ARecordingIsReplacedButAForeignFolderIsNot()
    {
        string folder = _folder.Of("again");
        string[] record = ["record", folder, "--train", "4", "--test", "2", "--layers", "2", "--steps", "3", "--checkpoints", "3", "--quiet"];
        Assert.Equal(0, Cli.Run(record).ExitCode);
        var again = Cli.Run(record);
        Assert.True(again is { ExitCode: 0, Error: "", Out: "" }, again.ToString());

        File.WriteAllText(Path.Combine(folder, "thesis.tex"), "mine");
        var refused = Cli.Run(record);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("thesis.tex", refused.Error);
        Assert.Equal(0, Cli.Run([.. record, "--overwrite"]).ExitCode);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(folder, "thesis.tex")));
    }

    [Fact]
    public void EveryRecordingOptionReachesTheRun()
    {
        string folder = _folder.Of("options");
        var result = Cli.Run("record", folder, "--data", "teacher-student", "--train", "8", "--test", "3", "--input-size", "5", "--teacher-width", "3",
            "--layers", "4,3", "--activation", "gelu",
            "--parametrisation", "ntk", "--scale", "0.5", "--optimizer", "momentum", "--momentum", "0.5", "--learning-rate", "0.01",
            "--dampening", "0.25", "--weight-decay", "0.125", "--decoupled", "--batch", "4",
                "--learning-rate-schedule", "cosine", "--warmup-steps", "2",
            "--noise", "0.25", "--steps", "6", "--schedule", "every-step", "--midpoints", "--dtype", "float64", "--seed", "9");
        Assert.True(result.ExitCode == 0, result.ToString());
        using var recorded = RecordedRun.Open(folder);
        Assert.Equal(7, recorded.Checkpoints.Count);
        Assert.Equal(8, recorded.Checkpoints.Train);
        Assert.Equal(new Momentum(recorded.Checkpoints.Optimizer!.LearningRate, 0.5)
        {
            Dampening = 0.25,
            WeightDecay = 0.125,
            Decoupled = true,
            BatchSize = 4,
        }, recorded.Checkpoints.Optimizer);
        Assert.Contains("\"decoupled\": true", File.ReadAllText(Path.Combine(folder, "run.json")));
        Assert.Contains(", momentum 0.5, dampening 0.25, weightDecay 0.125, decoupled, batches of 4", Cli.Run("inspect", folder).Out);
        Assert.Equal(StorageType.Float64, recorded.Checkpoints[0]["J_S"].Type);
        Assert.NotNull(recorded.Checkpoints[0].Find("J_S_mid"));
        // 5·4+4 and 4·3+3 for the hidden layers, 3+1 for the output.
        Assert.Equal(43, recorded.Checkpoints.Parameters);
    }

    [Fact]
    public void NesterovReachesTheRun()
    {
        string folder = _folder.Of("nesterov");
        var result = Cli.Run("record", folder, "--optimizer", "momentum", "--nesterov", "--train", "4", "--test", "2", "--layers", "2", "--steps", "2",
            "--checkpoints", "2", "--quiet");
        Assert.True(result.ExitCode == 0, result.ToString());
        using var recorded = RecordedRun.Open(folder);
        Assert.True(((Momentum)recorded.Checkpoints.Optimizer!).Nesterov);
    }

    [Fact]
    public void TheLearningRateHasAShortName()
    {
        string folder = _folder.Of("short");
        var result = Cli.Run("record", folder, "--lr", "0.125", "--train", "4", "--test", "2", "--layers", "2", "--steps", "2", "--checkpoints", "2",
            "--quiet");
        Assert.True(result.ExitCode == 0, result.ToString());
        using var recorded = RecordedRun.Open(folder);
        Assert.Equal(0.125, recorded.Checkpoints.Optimizer!.LearningRate);
    }
}
