using System.Text.Json.Nodes;
using KernelFlow.Files;

namespace KernelFlow.Bridges.Tests;

public sealed class RunWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _run;

    public RunWriterTests() => _run = _folder["run"];

    public void Dispose() => _folder.Dispose();

    private static RunDescription Description => new(LossModel.Squared([1, -1, 0.5], 1, sum: true), Test: 2)
    {
        Optimizer = new Adam(0.1, 0.9, 0.999, 1e-8),
        Targets = [new MemoryTensor("y_Q", [0.25, 0.75], 2, 1), StreamedTensor.Booleans("noise_mask_S", [true, false, true])],
        Metadata = new Dictionary<string, string> { ["network"] = "θ" },
    };

    private static TensorSource[] Tensors(double value, params TensorSource[] more) =>
    [
        new MemoryTensor("U_S", [value, 0, 0], 3, 1), new MemoryTensor("U_Q", [0, value], 2, 1),
        new MemoryTensor("J_S", Enumerable.Range(0, 12).Select(i => (float)(i * value)).ToArray(), 3, 4), new MemoryTensor("J_Q", new float[8], 2, 4), .. more,
    ];

    private string[] Files => [.. Directory.GetFileSystemEntries(_run).Select(e => Path.GetFileName(e)).Where(name => name != FolderLock.FileName)
        .Order(StringComparer.Ordinal)];

    [Fact]
    public void WhatIsRecordedIsReadBack()
    {
        using var writer = RunWriter.Create(_run, Description);
        writer.Append(0, 0, Tensors(1));
        writer.Append(0.1, 1, Tensors(2, StreamedTensor.Integers("batch", [0, 2])));
        writer.Append(0.30000000000000004, 3, Tensors(3));
        Assert.Equal(["checkpoint-000000.safetensors", "checkpoint-000001.safetensors", "checkpoint-000002.safetensors", "run.json", "targets.safetensors"],
            Files);
        using var run = RecordedRun.Open(_run);
        var c = run.Checkpoints;
        Assert.Equal((3, 2, 1, 4L), (c.Train, c.Test, c.Outputs, c.Parameters));
        Assert.Equal([1, -1, 0.5], c.Loss.Targets.ToArray());
        Assert.True(c.Loss.IsSum);
        Assert.Equal(Description.Optimizer, c.Optimizer);
        Assert.Equal([0, 0.1, 0.30000000000000004], c.Select(k => k.Time));
        Assert.Equal([0, 1, 3L], c.Select(k => k.Step));
        Assert.Equal([1, 0, 1], c.RunTensors["noise_mask_S"].ReadAll());
        Assert.Equal([0.25, 0.75], c.RunTensors["y_Q"].ReadAll());
        Assert.Equal("θ", run.Metadata["network"]);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => 3.0 * i), c[2]["J_S"].ReadAll());
        Assert.Equal(StorageType.Float32, c[2]["J_S"].Type);
        Assert.Equal([0, 2], c[1]["batch"].ReadAll());
    }

    [Theory]
    [InlineData("softmax-cross-entropy")]
    [InlineData("logistic")]
    [InlineData("custom")]
    public void EveryLossAndKernelBlocks(string kind)
    {
        int p = kind == "softmax-cross-entropy" ? 2 : 1;
        var loss = kind switch
        {
            "softmax-cross-entropy" => LossModel.SoftmaxCrossEntropy([0, 1, 0.25, 0.75], 2),
            "logistic" => LossModel.Logistic([1, -1]),
            _ => LossModel.Custom(2, 1),
        };
        using var writer = RunWriter.Create(_run, new RunDescription(loss, Test: 1));
        TensorSource Z(string name, params long[] shape) => new MemoryTensor(name, new double[shape.Aggregate(1L, (a, b) => a * b)], shape);
        for (int k = 0; k < 2; k++)
        {
            TensorSource[] supplied = kind == "custom" ? [Z("g", 2, 1), Z("B", 2, 1, 1)] : [];
            writer.Append(k, k, [Z("U_S", 2, p), Z("U_Q", 1, p), Z("K_SS", 2 * p, 2 * p), Z("K_QS", p, 2 * p), Z("K_SQ_next", 2 * p, p), .. supplied]);
        }
        using var run = RecordedRun.Open(_run);
        Assert.Equal(kind, run.Checkpoints.Loss.Kind);
        Assert.Equal(loss.Targets.ToArray(), run.Checkpoints.Loss.Targets.ToArray());
        Assert.False(run.Checkpoints.HasJacobians);
        Assert.Null(run.Checkpoints.Parameters);
        Assert.Null(run.Checkpoints.Optimizer);
    }

    /// <summary>The folder as it lies on the disk at any moment of writing checkpoint 3, before and after each rename, opens with what was complete.</summary>
    [Fact]
    public void ARecordingKilledAtAnyMomentOpensWithAllCompletedCheckpointsAndIsResumed()
    {
        using var writer = RunWriter.Create(_run, Description);
        for (int k = 0; k < 3; k++) writer.Append(k, k, Tensors(k));
        string during = _folder["during"], between = _folder["between"];
        var slow = new StreamedTensor("w", StorageType.Float64, [4], (_, d) =>
        {
            TemporaryFolder.Copy(_run, during);
            d.Fill(7);
        });
        string before = File.ReadAllText(Path.Combine(_run, "run.json"));
        writer.Append(3, 3, Tensors(3, slow));
        TemporaryFolder.Copy(_run, between); // checkpoint 3 in place, run.json not yet replaced
        File.WriteAllText(Path.Combine(between, "run.json"), before);
        File.WriteAllText(Path.Combine(between, "run.json.part"), before[..50]);

        Assert.Single(Directory.GetFiles(during, "*.part")); // the copy was taken while the file was being written
        Assert.True(File.Exists(Path.Combine(between, "checkpoint-000003.safetensors")));
        foreach (string killed in (string[])[during, between])
        {
            using (var run = RecordedRun.Open(killed))
            {
                Assert.Equal([0.0, 1, 2], run.Checkpoints.Select(c => c.Time));
                Assert.Equal(2, run.Checkpoints[2]["U_S"].ReadAll()[0]);
            }
            using var resumed = RunWriter.Resume(killed);
            Assert.Equal(3, resumed.Checkpoints.Count);
            Assert.Empty(Directory.GetFiles(killed, "*.part"));
            Assert.Throws<ArgumentException>(() => resumed.Append(2, 4, Tensors(9)));
            resumed.Append(3.5, 4, Tensors(9));
            using var whole = RecordedRun.Open(killed);
            Assert.Equal([0, 1, 2, 3.5], whole.Checkpoints.Select(c => c.Time));
            Assert.Equal(9, whole.Checkpoints[3]["U_S"].ReadAll()[0]);
            Assert.Equal(4, Directory.GetFiles(killed, "checkpoint-*").Length);
        }
        using var finished = RecordedRun.Open(_run);
        Assert.Equal(4, finished.Checkpoints.Count);
    }

    [Fact]
    public void ResumingKeepsKeysThatThisVersionDoesNotKnow()
    {
        using (var writer = RunWriter.Create(_run, Description)) writer.Append(0, 0, Tensors(1));
        string path = Path.Combine(_run, "run.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json["later"] = JsonNode.Parse("""{ "a": [1, 2.50, null] }""");
        json["checkpoints"]![0]!["note"] = "first";
        File.WriteAllText(path, "\uFEFF" + json.ToJsonString());
        using (var writer = RunWriter.Resume(_run)) writer.Append(1, 1, Tensors(2));
        var after = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.Equal("""{"a":[1,2.50,null]}""", after["later"]!.ToJsonString());
        Assert.Equal("first", (string?)after["checkpoints"]![0]!["note"]);
        Assert.Equal(2, after["checkpoints"]!.AsArray().Count);
    }

    [Fact]
    public void ResumingARunRecordedElsewhere()
    {
        TemporaryFolder.Copy(Fixtures.DigitsTiny, _run);
        using var writer = RunWriter.Resume(_run);
        using var source = SafetensorsFile.Open(Path.Combine(_run, "checkpoint-000015.safetensors"));
        writer.Append(1e6, 1_000_000, source.Entries.Keys.Select(name => source[name]));
        using var run = RecordedRun.Open(_run);
        Assert.Equal(17, run.Checkpoints.Count);
        Assert.Equal(run.Checkpoints[15]["J_S"].ReadAll(), run.Checkpoints[16]["J_S"].ReadAll());
        var wrong = Assert.Throws<InvalidRunException>(() => writer.Append(2e6, 2_000_000, Tensors(1)));
        Assert.Equal("memory: U_S: found shape [3, 1], expected [24, 1] or [24]; it disagrees with train = 24.", wrong.Message);
    }

    [Fact]
    public void ATensorThatFailsLeavesTheRunAsItWas()
    {
        using var writer = RunWriter.Create(_run, Description);
        for (int k = 0; k < 2; k++) writer.Append(k, k, Tensors(k));
        string[] before = Files;
        var bad = new MemoryTensor("w", [1, double.NaN, 3, 4], 4);
        Assert.Equal("memory: w: found NaN at index [1], expected finite numbers.",
            Assert.Throws<InvalidRunException>(() => writer.Append(2, 2, Tensors(2, bad))).Message);
        Assert.Throws<InvalidRunException>(() => writer.Append(2, 2, Tensors(2)[1..]));
        Assert.Throws<InvalidRunException>(() => writer.Append(2, 2, Tensors(2, new MemoryTensor("batch", [1.0], 1))));
        Assert.Throws<InvalidRunException>(() => writer.Append(2, 2, Tensors(2, StreamedTensor.Integers("batch", [3]))));
        Assert.Throws<ArgumentException>(() => writer.Append(double.NaN, 2, Tensors(2)));
        Assert.Throws<ArgumentException>(() => writer.Append(2, 1, Tensors(2)));
        Assert.Equal(before, Files);
        Assert.Equal(2, writer.Checkpoints.Count);
        writer.Append(2, 2, Tensors(2));
        using var run = RecordedRun.Open(_run);
        Assert.Equal(3, run.Checkpoints.Count);
    }

    [Fact]
    public void DescriptionsThatCannotBeOpenedLaterAreRefusedBeforeAnythingIsWritten()
    {
        Assert.Throws<InvalidRunException>(() => RunWriter.Create(_run, Description with { Test = 0 }));
        Assert.Throws<InvalidRunException>(() => RunWriter.Create(_run, Description with { Setting = [" "] }));
        Assert.Throws<InvalidRunException>(() => RunWriter.Create(_run, Description with { Targets = [new MemoryTensor("y_Q", [1.0], 1, 1)] }));
        Assert.Throws<InvalidRunException>(() => RunWriter.Create(_run, Description with { Targets = [new MemoryTensor("z", [1.0], 1, 1)] }));
        Assert.False(Directory.Exists(_run));
        using var writer = RunWriter.Create(_run, Description);
        Assert.Throws<InvalidRunException>(() => writer.Append(0, 0, Tensors(1, StreamedTensor.Integer("sketch", 4))));
        Assert.Equal($"{Path.Combine(_run, "run.json")}: checkpoints: found 0 checkpoint(s), expected at least two.",
            Assert.Throws<InvalidRunException>(() => RecordedRun.Open(_run)).Message);
    }

    [Fact]
    public void ItsOwnRecordingIsReplaced()
    {
        using (var first = RunWriter.Create(_run, Description))
            for (int k = 0; k < 3; k++) first.Append(k, k, Tensors(k));
        File.WriteAllText(Path.Combine(_run, "checkpoint-000003.safetensors.part"), "half");
        using var second = RunWriter.Create(_run, Description with { Targets = [] });
        Assert.Equal(["run.json", "targets.safetensors"], Files);
        second.Append(0, 0, Tensors(1));
        second.Append(1, 1, Tensors(1));
        using var run = RecordedRun.Open(_run);
        Assert.Equal(2, run.Checkpoints.Count);
        Assert.Empty(run.Checkpoints.RunTensors);
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("run.json")]
    [InlineData("checkpoint-000000.safetensors")]
    [InlineData("folder")]
    public void AForeignFolderIsRefusedUnlessOverwritten(string name)
    {
        Directory.CreateDirectory(_run);
        string path = Path.Combine(_run, name);
        if (name == "folder") Directory.CreateDirectory(path);
        else File.WriteAllText(path, "precious");
        string message = Assert.Throws<IOException>(() => RunWriter.Create(_run, Description)).Message;
        Assert.Equal($"{_run}: the folder is not empty and holds {name}, which this tool did not write; choose another folder, or overwrite (--overwrite).",
            message);
        Assert.Equal([name], Files);
        if (name != "folder") Assert.Equal("precious", File.ReadAllText(path));

        RunWriter.Create(_run, Description, overwrite: true).Dispose();
        string[] expected = [name, "run.json", "targets.safetensors"];
        Assert.Equal(expected.Distinct().Order(StringComparer.Ordinal), Files);
        if (name is "notes.txt" or "checkpoint-000000.safetensors") Assert.Equal("precious", File.ReadAllText(path));
    }

    [Fact]
    public void ARunRecordedElsewhereAndAFileAreForeign()
    {
        TemporaryFolder.Copy(Fixtures.DigitsTiny, _run);
        Assert.Contains("which this tool did not write", Assert.Throws<IOException>(() => RunWriter.Create(_run, Description)).Message);
        using var run = RecordedRun.Open(_run);
        Assert.Equal(16, run.Checkpoints.Count);
        File.WriteAllText(_folder["file"], "");
        Assert.Equal($"{_folder["file"]}: found a file, expected a folder to record into.",
            Assert.Throws<IOException>(() => RunWriter.Create(_folder["file"], Description)).Message);
    }
}
