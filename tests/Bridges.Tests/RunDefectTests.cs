namespace KernelFlow.Bridges.Tests;

/// <summary>Every defect of a run's structure is one error that names the file, the tensor or key, what was found and what was expected.</summary>
public sealed class RunDefectTests : DefectiveRun
{
    [Fact]
    public void TheCopyItselfIsSound()
    {
        Rewrite(Checkpoint(3));
        Edit(_ => { });
        using var run = RecordedRun.Open(_run);
        Assert.Equal(16, run.Checkpoints.Count);
    }

    [Fact]
    public void NotFound()
    {
        string none = _folder["none"], file = _folder["file"], empty = _folder["empty"];
        File.WriteAllText(file, "");
        Directory.CreateDirectory(empty);
        Assert.Equal($"{none}: run folder not found.", Assert.Throws<InvalidRunException>(() => RecordedRun.Open(none)).Message);
        Assert.Equal($"{file}: run folder not found: it is a file, expected the folder that holds run.json.",
            Assert.Throws<InvalidRunException>(() => RecordedRun.Open(file)).Message);
        Assert.Equal($"{Path.Combine(empty, "run.json")}: not found.", Assert.Throws<InvalidRunException>(() => RecordedRun.Open(empty)).Message);
        File.Delete(Checkpoint(5));
        Refused($"{Checkpoint(5)}: not found. Use --to 0.25 to analyse the 5 checkpoints before it.");
        File.Delete(Targets);
        Refused($"{Targets}: not found.");
    }

    [Theory]
    [InlineData("U_S")]
    [InlineData("U_Q")]
    [InlineData("J_Q")]
    public void MissingTensor(string name)
    {
        Rewrite(Checkpoint(2), (name, null));
        string others = string.Join(", ", ((string[])["J_Q", "J_S", "U_Q", "U_S", "loss"]).Where(n => n != name));
        Refused($"{Checkpoint(2)}: tensor {name} is missing (checkpoint at step 2); found {others}.");
    }

    [Fact]
    public void MissingJacobian()
    {
        Rewrite(Checkpoint(2), ("J_S", null));
        Refused($"{Checkpoint(2)}: tensor J_S is missing (checkpoint at step 2); found J_Q, U_Q, U_S, loss.");
        Rewrite(Checkpoint(0), ("J_S", null));
        Refused($"{Checkpoint(0)}: tensors J_S and J_Q (or K_SS and K_QS) are missing (checkpoint at step 0); found J_Q, U_Q, U_S, loss.");
    }

    [Fact]
    public void CheckpointWithoutTensors()
    {
        SafetensorsWriter.Write(Checkpoint(1));
        Refused($"{Checkpoint(1)}: tensor U_S is missing (checkpoint at step 1); found none.");
    }

    [Fact]
    public void MissingTargets()
    {
        Rewrite(Targets, ("y_S", null));
        Refused($"{Targets}: tensor y_S is missing; found clean_S, noise_mask_S, y_Q.");
    }

    [Theory]
    [InlineData("U_S", new long[] { 23, 1 }, "[24, 1] or [24]; it disagrees with train = 24")]
    [InlineData("U_S", new long[] { 12, 2 }, "[24, 1] or [24]; it disagrees with train = 24 and outputs = 1")]
    [InlineData("U_S", new long[] { 24, 2 }, "[24, 1] or [24]; it disagrees with outputs = 1")]
    [InlineData("U_Q", new long[] { 24, 1 }, "[16, 1] or [16]; it disagrees with test = 16")]
    [InlineData("J_S", new long[] { 23, 529 }, "[24, 529] or [24, 1, 529]; it disagrees with train x outputs = 24 x 1")]
    [InlineData("J_S", new long[] { 24, 528 }, "[24, 529] or [24, 1, 529]; it disagrees with parameters = 529")]
    [InlineData("J_S", new long[] { 24, 2, 529 }, "[24, 529] or [24, 1, 529]; it disagrees with outputs = 1")]
    [InlineData("J_S", new long[] { 12696 }, "[24, 529] or [24, 1, 529]; it disagrees with train x outputs = 24 x 1 and parameters = 529")]
    [InlineData("J_Q", new long[] { 529, 16 }, "[16, 529] or [16, 1, 529]; it disagrees with test x outputs = 16 x 1 and parameters = 529")]
    [InlineData("J_S_mid", new long[] { 24, 530 }, "[24, 529] or [24, 1, 529]; it disagrees with parameters = 529")]
    [InlineData("J_Q_mid", new long[] { 24, 529 }, "[16, 529] or [16, 1, 529]; it disagrees with test x outputs = 16 x 1")]
    [InlineData("g", new long[] { 1, 24 }, "[24, 1] or [24]; it disagrees with train = 24 and outputs = 1")]
    [InlineData("B", new long[] { 24, 1 }, "[24, 1, 1]; it disagrees with train = 24 and outputs = 1")]
    [InlineData("w", new long[] { 530 }, "[529]; it disagrees with parameters = 529")]
    [InlineData("preconditioner", new long[] { 529, 1 }, "[529]; it disagrees with parameters = 529")]
    [InlineData("K_SS", new long[] { 24, 23 }, "[24, 24]; it disagrees with train x outputs = 24 x 1")]
    [InlineData("loss", new long[] { 2 }, "[] or [1]")]
    public void WrongShape(string name, long[] shape, string expected)
    {
        Rewrite(Checkpoint(4), (name, Zeros(name, shape)));
        Refused($"{Checkpoint(4)}: {name}: found shape [{string.Join(", ", shape)}], expected {expected}.");
    }

    [Theory]
    [InlineData("train", 25, "y_S: found shape [24, 1], expected [25, 1] or [25]; it disagrees with train = 25.")]
    [InlineData("test", 15, "y_Q: found shape [16, 1], expected [15, 1] or [15]; it disagrees with test = 15.")]
    [InlineData("outputs", 2, "y_S: found shape [24, 1], expected [24, 2] or [48]; it disagrees with outputs = 2.")]
    public void ManifestThatDisagreesWithTheTargets(string key, int value, string message)
    {
        Edit(json => json[key] = value);
        Refused($"{Targets}: {message}");
    }

    [Fact]
    public void ManifestThatDisagreesWithTheCheckpoints()
    {
        Edit(json => json["parameters"] = 530);
        Refused($"{Checkpoint(0)}: J_S: found shape [24, 529], expected [24, 530] or [24, 1, 530]; it disagrees with parameters = 530.");
        Edit(json => json.Remove("parameters"));
        Refused($"{Manifest}: parameters is missing, expected a positive integer: {Checkpoint(0)} has J_S of shape [24, 529].");
        Edit(json => { json["parameters"] = 529; json["test"] = 15; });
        Rewrite(Targets, ("y_Q", null));
        Refused($"{Checkpoint(0)}: U_Q: found shape [16, 1], expected [15, 1] or [15]; it disagrees with test = 15.");
    }

    [Theory]
    [InlineData("y_S", new long[] { 1, 24 }, "[24, 1] or [24]; it disagrees with train = 24 and outputs = 1")]
    [InlineData("clean_S", new long[] { 23, 1 }, "[24, 1] or [24]; it disagrees with train = 24")]
    [InlineData("y_Q", new long[] { 17 }, "[16, 1] or [16]; it disagrees with test x outputs = 16 x 1")]
    public void WrongShapeOfTargets(string name, long[] shape, string expected)
    {
        Rewrite(Targets, (name, Zeros(name, shape)));
        Refused($"{Targets}: {name}: found shape [{string.Join(", ", shape)}], expected {expected}.");
    }

    [Fact]
    public void WrongDtypes()
    {
        Rewrite(Checkpoint(1), ("batch", Zeros("batch", 3)));
        Refused($"{Checkpoint(1)}: batch: found dtype F64, expected I64 or I32.");
        Rewrite(Checkpoint(1), ("batch", null), ("U_S", new StreamedTensor("U_S", StorageType.Int64, [24, 1], (_, d) => d.Clear())));
        Refused($"{Checkpoint(1)}: U_S: found dtype I64, expected F16, BF16, F32 or F64.");
        Rewrite(Targets, ("noise_mask_S", Zeros("noise_mask_S", 24)));
        Refused($"{Targets}: noise_mask_S: found dtype F64, expected BOOL or U8.");
    }

    [Fact]
    public void ADtypeThatCannotBeReadMattersOnlyInATensorOfTheFormat()
    {
        string extra = "extra";
        foreach (string name in (string[])[extra, "w"])
        {
            Rewrite(Checkpoint(1), (extra, null), (name, Zeros(name, 529)));
            byte[] bytes = File.ReadAllBytes(Checkpoint(1));
            int at = bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes($"\"{name}\":{{\"dtype\":\"F64\"")) + name.Length + 13;
            bytes[at] = (byte)'C'; // C64: as long as F64, but not read.
            File.WriteAllBytes(Checkpoint(1), bytes);
            if (name == extra)
            {
                using var run = RecordedRun.Open(_run);
                Assert.Null(run.Checkpoints[1].Find(extra));
                Assert.NotNull(run.Checkpoints[1].Find("loss"));
                Restore(Checkpoint(1));
            }
            else Refused($"{Checkpoint(1)}: w: found dtype C64, expected F16, BF16, F32 or F64.");
        }

        void Restore(string path) => File.Copy(Path.Combine(Fixtures.DigitsTiny, Path.GetFileName(path)), path, overwrite: true);
    }
}
