namespace KernelFlow.Bridges.Tests;

/// <summary>A run in memory is what the same run in a folder gives when it is opened.</summary>
public sealed class MemoryRunTests : IDisposable
{
    private static readonly JacobianLayer[] s_layers = [JacobianLayer.Dense("hidden", 2, 1, bias: true), JacobianLayer.Plain("norm", 2)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static RunDescription Description(bool factors = false, bool custom = false) =>
        new(custom ? LossModel.Custom(3, 1) : LossModel.Squared([1, -1, 0.5], 1, sum: true), Test: 2)
        {
            Layers = factors ? s_layers : null,
            Optimizer = new Adam(0.1, 0.9, 0.999, 1e-8) { WeightDecay = 0.01, BatchSize = 2 },
            UnknownConstants = [new NamedConstant("clip", 2.5)],
            Schedule = [0.1, 0.1, 0.3],
            Setting = ["dropout"],
            Targets = [new MemoryTensor("y_Q", [0.25, 0.75], 2, 1), StreamedTensor.Booleans("noise_mask_S", [true, false, true]),
                .. custom ? new[] { new MemoryTensor("y_S", [0.1, 0.2, 0.3], 3, 1) } : []],
            Metadata = new Dictionary<string, string> { ["network"] = "θ" },
        };

    // The arrays are used again for every checkpoint, as recorders do.
    private static void Record(RunRecording recording, bool factors, bool custom)
    {
        double[] j = new double[12], halves = new double[8];
        for (int k = 0; k < 4; k++)
        {
            for (int i = 0; i < j.Length; i++) j[i] = Math.Sin(i + k);
            for (int i = 0; i < halves.Length; i++) halves[i] = Math.Cos(i - k) / 3;
            TensorSource[] tensors =
            [
                new MemoryTensor("U_S", [k, 0.1, 0.2], 3, 1), new MemoryTensor("U_Q", [0.3f, k], 2, 1),
                Jacobian(TensorName.J_S, 3, factors, j, StorageType.Float64), Jacobian(TensorName.J_Q, 2, factors, halves, StorageType.Float16),
                new StreamedTensor("w", StorageType.BFloat16, [factors ? 5 : 4],
                    (first, destination) => halves.AsSpan((int)first, destination.Length).CopyTo(destination)),
                StreamedTensor.Integers("batch", [0, 2]),
                .. custom ? new[] { new MemoryTensor("g", [0.1, 0.2, k], 3, 1), new MemoryTensor("B", [1.0, 1, 2], 3, 1, 1) } : [],
            ];
            recording.Append(0.1 * k + (k == 3 ? 0.2 : 0), k, tensors);
        }
        Array.Fill(j, 99);
        Array.Fill(halves, 99);
    }

    private static TensorSource Jacobian(TensorName name, int examples, bool factors, double[] numbers, StorageType type)
    {
        StreamedTensor Take(string tensor, params long[] shape) => new(tensor, type, shape,
            (first, destination) => numbers.AsSpan((int)first, destination.Length).CopyTo(destination));
        return !factors ? Take(name, examples, 4) : new FactoredJacobian(name, "memory", examples, 1, [.. s_layers.Select(layer =>
            LayerFactors.Of(name, layer, examples, 1, factor => factor[0] switch
            {
                'J' => Take(factor, examples, 2),
                'A' => Take(factor, examples, 2),
                _ => Take(factor, examples, 1, 1),
            }))]);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void SameAsTheFolder(bool factors, bool custom)
    {
        using (var writer = RunWriter.Create(_folder["run"], Description(factors, custom))) Record(writer, factors, custom);
        using var memory = MemoryRun.Create(Description(factors, custom));
        Record(memory, factors, custom);
        using var run = RecordedRun.Open(_folder["run"]);
        CheckpointSequence files = run.Checkpoints, kept = memory.Sequence();

        Assert.Equal((files.Train, files.Test, files.Outputs, files.Parameters), (kept.Train, kept.Test, kept.Outputs, kept.Parameters));
        Assert.Equal((files.Loss.Kind, files.Loss.IsSum), (kept.Loss.Kind, kept.Loss.IsSum));
        Assert.Equal(files.Loss.Targets.ToArray(), kept.Loss.Targets.ToArray());
        Assert.Equal(files.Optimizer, kept.Optimizer);
        Assert.Equal(files.UnknownConstants, kept.UnknownConstants);
        Assert.Equal(files.Schedule!.Lengths, kept.Schedule!.Lengths);
        Assert.Equal(files.Setting, kept.Setting);
        Assert.Equal(files.Metadata, kept.Metadata);
        Same(files.RunTensors, kept.RunTensors);
        Assert.Equal(files.Select(c => (c.Time, c.Step)), kept.Select(c => (c.Time, c.Step)));
        foreach (var (file, here) in files.Zip(kept)) Same(file.Tensors, here.Tensors);
        Assert.Equal(factors, kept[0]["J_S"] is FactoredJacobian);
    }

    private static void Same(IReadOnlyDictionary<string, TensorSource> files, IReadOnlyDictionary<string, TensorSource> kept)
    {
        Assert.Equal(files.Keys.Order(), kept.Keys.Order());
        foreach (var (name, tensor) in files)
        {
            Assert.Equal((tensor.Type, tensor.ShapeText), (kept[name].Type, kept[name].ShapeText));
            Assert.Equal(tensor.ReadAll(), kept[name].ReadAll());
        }
    }

    [Fact]
    public void WhatAFolderRefusesIsRefusedInTheSameWords()
    {
        using var writer = RunWriter.Create(_folder["run"], Description());
        using var memory = MemoryRun.Create(Description());
        foreach (RunRecording recording in (RunRecording[])[writer, memory])
        {
            TensorSource[] Tensors(double u, double j = 0, int columns = 4) => [new MemoryTensor("U_S", [u, 0, 0], 3, 1),
                new MemoryTensor("U_Q", [0.0, 0], 2, 1), new MemoryTensor("J_S", Enumerable.Repeat(j, 3 * columns).ToArray(), 3, columns),
                new MemoryTensor("J_Q", new float[2 * columns], 2, columns)];
            recording.Append(0, 0, Tensors(1));
            Assert.Equal("memory: U_S: found NaN at index [0, 0], expected finite numbers.",
                Assert.Throws<InvalidRunException>(() => recording.Append(0.1, 1, Tensors(double.NaN))).Message);
            Assert.Equal("memory: J_S: found infinity at index [0, 0], expected finite numbers.",
                Assert.Throws<InvalidRunException>(() => recording.Append(0.1, 1, Tensors(1, double.PositiveInfinity))).Message);
            Assert.StartsWith("memory: J_S: found shape [3, 5]", Assert.Throws<InvalidRunException>(() => recording.Append(0.1, 1, Tensors(1, 0, 5))).Message,
                StringComparison.Ordinal);
            Assert.StartsWith("time: found 0,", Assert.Throws<ArgumentException>(() => recording.Append(0, 1, Tensors(1))).Message, StringComparison.Ordinal);
            Assert.Equal("step: found 0, expected more than 0.", Assert.Throws<ArgumentException>(() => recording.Append(0.1, 0, Tensors(1))).Message);
            Assert.Single(recording.Checkpoints);
            recording.Append(0.1, 1, Tensors(2));
            Assert.Equal(2, recording.Checkpoints.Count);
        }
        Assert.Equal([1, 2], memory.Sequence().Select(c => c["U_S"].ReadAll()[0]));
        memory.Dispose();
        Assert.Throws<ObjectDisposedException>(() => memory.Append(0.2, 2));
        Assert.Equal(2, memory.Sequence().Count);
    }

    [Fact]
    public void OneCheckpointIsNoRun()
    {
        using var memory = MemoryRun.Create(Description());
        Assert.Contains("found 0 checkpoint(s), expected at least two", Assert.Throws<InvalidRunException>(() => memory.Sequence()).Message,
            StringComparison.Ordinal);
    }
}
