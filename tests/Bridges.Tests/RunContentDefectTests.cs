using System.Globalization;
using System.Text.Json.Nodes;

namespace KernelFlow.Bridges.Tests;

/// <summary>Numbers that cannot be those of a run, and files that were cut off, are refused by one error each.</summary>
public sealed class RunContentDefectTests : DefectiveRun
{
    [Fact]
    public void NotFiniteNumbersInSmallTensorsAreFoundAtOnce()
    {
        foreach (string name in (string[])["U_Q", "g", "loss"])
        {
            string path = Checkpoint(7);
            var (shape, index) = name switch { "U_Q" => (new long[] { 16, 1 }, "[5, 0]"), "g" => ([24, 1], "[5, 0]"), _ => ([], "[]") };
            Rewrite(path, (name, new MemoryTensor(name, Enumerable.Repeat(0.25, (int)shape.Aggregate(1L, (a, b) => a * b)).ToArray(), shape)));
            Spoil(path, name, element: shape.Length == 0 ? 0 : 5);
            Refused($"{path}: {name}: found NaN at index {index}, expected finite numbers.");
            Rewrite3(path);
        }
        Spoil(Targets, "clean_S", 3);
        Refused($"{Targets}: clean_S: found NaN at index [3, 0], expected finite numbers.");
        Rewrite3(Targets);
        Spoil(Checkpoint(7), "J_S", 529 * 2 + 17, size: 4);
        using var run = RecordedRun.Open(_run);
        Assert.Equal($"{Checkpoint(7)}: J_S: found NaN at index [2, 17], expected finite numbers.",
            Assert.Throws<InvalidRunException>(() => run.Checkpoints[7]["J_S"].ReadAll()).Message);

        static void Spoil(string path, string name, int element, int size = 8)
        {
            byte[] bytes = File.ReadAllBytes(path);
            long start;
            using (var file = SafetensorsFile.Open(path)) start = 8 + BitConverter.ToInt64(bytes) + file.Entries[name].Begin;
            bytes.AsSpan((int)start + element * size, size).Fill(0xFF);
            File.WriteAllBytes(path, bytes);
        }
        static void Rewrite3(string path) => File.Copy(Path.Combine(Fixtures.DigitsTiny, Path.GetFileName(path)), path, overwrite: true);
    }

    [Fact]
    public void JacobiansAndKernelBlocksMixed()
    {
        Rewrite(Checkpoint(6), ("J_S", null), ("J_Q", null), ("K_SS", Zeros("K_SS", 24, 24)), ("K_QS", Zeros("K_QS", 16, 24)));
        Refused($"{Checkpoint(6)}: found K_SS, expected J_S and J_Q as in the first checkpoint: "
                + "a run has Jacobians in every checkpoint or kernel blocks in every checkpoint.");
    }

    [Fact]
    public void Batches()
    {
        Rewrite(Checkpoint(1), ("batch", StreamedTensor.Integers("batch", [0, 23, 24])));
        Refused($"{Checkpoint(1)}: batch: found 24 at index [2], expected examples from 0 to 23; it disagrees with train = 24.");
        Rewrite(Checkpoint(1), ("batch", StreamedTensor.Integer("batch", 3)));
        Refused($"{Checkpoint(1)}: batch: found shape [], expected [b], the examples of one step.");
        Rewrite(Checkpoint(1), ("batch", StreamedTensor.Integers("batch", [0, 23])));
        using var run = RecordedRun.Open(_run);
        Assert.Equal([0, 23], run.Checkpoints[1]["batch"].ReadAll());
    }

    [Fact]
    public void Sketches()
    {
        Rewrite(Checkpoint(0), ("sketch", StreamedTensor.Integer("sketch", 64)));
        Refused($"{Checkpoint(0)}: J_S: found shape [24, 529], expected [24, 64] or [24, 1, 64]; it disagrees with sketch = 64.");
        Rewrite(Checkpoint(0), ("J_S", Zeros("J_S", 24, 64)), ("J_Q", Zeros("J_Q", 16, 64)));
        Refused($"{Checkpoint(1)}: sketch: found none, expected 64 as in the first checkpoint.");
        Rewrite(Checkpoint(0), ("sketch", StreamedTensor.Integer("sketch", 0)));
        Refused($"{Checkpoint(0)}: sketch: found shape [], value 0, expected one positive integer.");
        for (int k = 0; k < 16; k++)
            Rewrite(Checkpoint(k), ("sketch", StreamedTensor.Integers("sketch", [64])), ("J_S", Zeros("J_S", 24, 64)), ("J_Q", Zeros("J_Q", 16, 64)),
                ("w", Zeros("w", 529)));
        using var run = RecordedRun.Open(_run);
        Assert.Equal(64, run.Checkpoints.Parameters);
        Assert.Equal(529, run.Manifest.Parameters);
    }

    [Theory]
    [InlineData("logistic", 2, 0.5, "y_S: found 0.5 at index [2, 0], expected -1 or 1 (logistic).")]
    [InlineData("logistic", 0, 0, "y_S: found 0 at index [0, 0], expected -1 or 1 (logistic).")]
    public void TargetsThatTheLossCannotHave(string loss, int index, double value, string message)
    {
        Edit(json => json["loss"] = loss);
        double[] y = Enumerable.Repeat(1.0, 24).ToArray();
        y[index] = value;
        Rewrite(Targets, ("y_S", new MemoryTensor("y_S", y, 24, 1)));
        Refused($"{Targets}: {message}");
    }

    [Fact]
    public void TargetsThatAreNoProbabilities()
    {
        Edit(json => { json["loss"] = "softmax-cross-entropy"; json["outputs"] = 2; json["train"] = 12; json["test"] = 8; });
        double[] y = Enumerable.Repeat(0.5, 24).ToArray();
        y[7] = 0.75;
        Rewrite(Targets, ("y_S", new MemoryTensor("y_S", y, 12, 2)), ("clean_S", null), ("noise_mask_S", null), ("y_Q", null));
        Refused($"{Targets}: y_S: probabilities of example 3 sum to 1.25, expected 1 (softmax-cross-entropy).");
        (y[6], y[7]) = (-0.5, 1.5);
        Rewrite(Targets, ("y_S", new MemoryTensor("y_S", y, 12, 2)));
        Refused($"{Targets}: y_S: found -0.5 at index [3, 0], expected probabilities (softmax-cross-entropy).");
        (y[6], y[7]) = (0.5, 0.5);
        Rewrite(Targets, ("y_S", new MemoryTensor("y_S", y, 12, 2)), ("y_Q", Zeros("y_Q", 8, 2)));
        Refused($"{Targets}: y_Q: probabilities of example 0 sum to 0, expected 1 (softmax-cross-entropy).");
    }

    [Fact]
    public void MaskThatIsNoMask()
    {
        byte[] bytes = File.ReadAllBytes(Targets);
        bytes[^20] = 7;
        File.WriteAllBytes(Targets, bytes);
        Refused($"{Targets}: noise_mask_S: found byte 7 at index [4], expected 0 or 1.");
    }

    [Fact]
    public void CustomLossNeedsGradientAndHessianButNoTargets()
    {
        Edit(json => { json["loss"] = "custom"; json.Remove("targets"); json.Remove("reduction"); });
        Refused($"{Checkpoint(0)}: tensor g is missing (checkpoint at step 0); found J_Q, J_S, U_Q, U_S, loss.");
        for (int k = 0; k < 16; k++) Rewrite(Checkpoint(k), ("g", Zeros("g", 24, 1)), ("B", Zeros("B", 24, 1, 1)));
        using var run = RecordedRun.Open(_run);
        Assert.True(run.Checkpoints.Loss.IsCustom);
        Assert.Empty(run.Checkpoints.RunTensors);
    }

    [Fact]
    public void AnNpzThatIsNoArchive()
    {
        Edit(json => json["checkpoints"]![3]!["file"] = "checkpoint-000003.npz");
        File.WriteAllBytes(Path.Combine(_run, "checkpoint-000003.npz"), [1, 2, 3]);
        Refused($"{Path.Combine(_run, "checkpoint-000003.npz")}: found no zip archive, expected one.");
    }

    /// <summary>Cut off in the data, in the header, in the length, and empty: the message names the window that still works, and it works.</summary>
    [Theory]
    [InlineData(80_000)]
    [InlineData(100)]
    [InlineData(5)]
    [InlineData(0)]
    public void CutOffInWritingNamesTheWindowThatWorks(int length)
    {
        byte[] bytes = File.ReadAllBytes(Checkpoint(8));
        File.WriteAllBytes(Checkpoint(8), bytes[..length]);
        string message = Assert.ThrowsAny<InvalidRunException>(() => RecordedRun.Open(_run)).Message;
        Assert.StartsWith($"{Checkpoint(8)}: ", message);
        Assert.EndsWith("cut off in writing. Use --to 1.1500000000000001 to analyse the 8 checkpoints before it.", message);
        string to = message.Split("--to ")[1].Split(' ')[0];
        using var run = RecordedRun.Open(_run, to: double.Parse(to, CultureInfo.InvariantCulture));
        Assert.Equal(8, run.Checkpoints.Count);
        Assert.Equal(1.1500000000000001, run.Checkpoints[^1].Time);
        Assert.Equal(24 * 529, run.Checkpoints[^1]["J_S"].ReadAll().Length);
        using var after = RecordedRun.Open(_run, from: 3.25);
        Assert.Equal(7, after.Checkpoints.Count);
    }

    [Fact]
    public void CutOffSoEarlyThatNoWindowIsLeft()
    {
        File.WriteAllBytes(Checkpoint(1), []);
        Refused($"{Checkpoint(1)}: found 0 bytes, expected at least 8 (the length of the header): the file was cut off in writing. "
            + "Fewer than two complete checkpoints come before it, so no --to can help.");
        File.WriteAllBytes(Checkpoint(5), []);
        string message = Assert.ThrowsAny<InvalidRunException>(() => RecordedRun.Open(_run, from: 0.25)).Message;
        Assert.EndsWith("Fewer than two complete checkpoints come before it in the window, so no --to can help.", message);
    }

    /// <summary>Messages are the same under every culture.</summary>
    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    public void OtherCulturesChangeNothing(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo(culture);
            CutOffInWritingNamesTheWindowThatWorks(5);
            TargetsThatTheLossCannotHave("logistic", 2, 0.5, "y_S: found 0.5 at index [2, 0], expected -1 or 1 (logistic).");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
