using System.Text.Json.Nodes;
using System.Text;

namespace KernelFlow.Bridges.Tests;

/// <summary>A loss, an optimizer and a file format of one's own, through the folder of a run and back; without them the run says what it lacks.</summary>
public sealed class RunFormatTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Run => _folder["run"];

    public void Dispose() => _folder.Dispose();

    /// <summary>Φ = (1/n) Σ_i δ²(√(1 + ((u_i − y_i)/δ)²) − 1).</summary>
    private sealed class PseudoHuber(double[] targets, double delta, bool sum) : LossModel("pseudo-huber", targets.Length, 1, sum)
    {
        public override ReadOnlySpan<double> Targets => targets;

        public override IReadOnlyList<NamedConstant> Constants => [new("delta", delta)];

        public override LossModel WithTargets(double[] other) => new PseudoHuber(other, delta, IsSum);

        public override double Value(ReadOnlySpan<double> u)
        {
            double total = 0;
            for (int i = 0; i < targets.Length; i++) total += delta * delta * (Root(u[i] - targets[i]) - 1);
            return Scale * total;
        }

        public override void Gradient(ReadOnlySpan<double> u, Span<double> g)
        {
            for (int i = 0; i < targets.Length; i++) g[i] = Scale * (u[i] - targets[i]) / Root(u[i] - targets[i]);
        }

        public override void Hessian(ReadOnlySpan<double> u, OutputHessian B)
        {
            for (int i = 0; i < targets.Length; i++) B.Blocks[i] = Scale / Math.Pow(Root(u[i] - targets[i]), 3);
        }

        private double Root(double r) => Math.Sqrt(1 + r / delta * (r / delta));
    }

    private sealed class PseudoHuberDescriptor() : LossDescriptor("pseudo-huber")
    {
        public override string? ExpectedOutputs(int outputs) => outputs == 1 ? null : "1 (loss pseudo-huber)";

        public override IReadOnlyList<NamedConstant> ReadConstants(ManifestKeys? keys) =>
            [new("delta", keys is { } k ? k.Number("delta", "a positive number", v => v > 0) : 1)];

        public override void CheckTargets(ReadOnlySpan<double> targets, int outputs, string name)
        {
            if (targets.ContainsAnyExceptInRange(-10, 10)) throw new InvalidRunException($"{name}: expected targets from -10 to 10 (pseudo-huber).");
        }

        public override LossModel Make(LossData data) => new PseudoHuber(data.Targets, data.Constants[0].Value, data.IsSum);
    }

    private sealed class Lion(double rate, double decay) : Optimizer("lion", rate)
    {
        public static OptimizerDescriptor Descriptor { get; } =
            new("lion", keys => new Lion(OptimizerDescriptor.LearningRate(keys), OptimizerDescriptor.Fraction(keys, "decay")));

        protected override IReadOnlyList<NamedConstant> OwnConstants => [new("decay", decay)];
    }

    /// <summary>One tensor a line: name, shape, numbers.</summary>
    private sealed class TextContainer() : CheckpointContainer("text")
    {
        public override bool Recognises(string path) => path.EndsWith(".txt", StringComparison.Ordinal);

        public override ContainerFile Open(string path) => new TextFile(path);

        public static void Write(string path, IEnumerable<TensorSource> tensors)
        {
            var text = new StringBuilder();
            foreach (var t in tensors)
                text.Append(t.Name).Append(';').AppendJoin(' ', t.Shape).Append(';')
                    .AppendJoin(' ', t.ReadAll().Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture))).Append('\n');
            File.WriteAllText(path, text.ToString());
        }
    }

    private sealed class TextFile(string path) : ContainerFile(path)
    {
        private readonly Dictionary<string, TensorSource> _tensors = File.ReadAllLines(path).Select(line => line.Split(';')).Select(p => new TextTensor(
            p[0], path, [.. p[1].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)],
            [.. p[2].Split(' ').Select(v => double.Parse(v, System.Globalization.CultureInfo.InvariantCulture))])).ToDictionary(t => t.Name, t =>
                (TensorSource)t);

        public override IEnumerable<string> Names => _tensors.Keys;

        public override TensorSource? Find(string name) => _tensors.GetValueOrDefault(name);
    }

    private sealed class TextTensor(string name, string path, long[] shape, double[] values) : TensorSource(name, path, shape, StorageType.Float64)
    {
        protected override void ReadCore(long first, Span<double> destination) => values.AsSpan((int)first, destination.Length).CopyTo(destination);
    }

    private static readonly double[] _targets = [1.5, -2];

    private static TensorSource[] Tensors(int k) =>
    [
        new MemoryTensor("U_S", [0.5 + k, 1], 2, 1), new MemoryTensor("U_Q", [0.25], 1, 1),
        new MemoryTensor("J_S", [1.0, 2, 3, 4, 5, k], 2, 3), new MemoryTensor("J_Q", [1.0, 0, k], 1, 3),
    ];

    private void Record(LossModel loss, Optimizer? optimizer, RunFormat? format = null)
    {
        using var writer = RunWriter.Create(Run, new RunDescription(loss, Test: 1) { Optimizer = optimizer }, format: format);
        for (int k = 0; k < 3; k++) writer.Append(k, k, Tensors(k));
    }

    private string Refusal(RunFormat? format = null) => Assert.Throws<InvalidRunException>(() => RecordedRun.Open(Run, format: format)).Message;

    [Fact]
    public void ALossOfOnesOwnIsWrittenAndReadBack()
    {
        var format = RunFormat.Default.With(new PseudoHuberDescriptor());
        Record(new PseudoHuber(_targets, 0.5, sum: true), null, format);
        using var run = RecordedRun.Open(Run, format: format);
        var loss = Assert.IsType<PseudoHuber>(run.Checkpoints.Loss);
        Assert.Equal([new NamedConstant("delta", 0.5)], loss.Constants);
        Assert.Equal([new NamedConstant("delta", 0.5)], run.Manifest.LossConstants);
        Assert.True(loss.IsSum);
        Assert.Equal(_targets, loss.Targets.ToArray());
        double value = new PseudoHuber(_targets, 0.5, sum: true).Value([1.5, 1]);
        Assert.Equal(value, OutputRecord.Read(run.Checkpoints).Losses[1]);
        using var again = RunWriter.Resume(Run, format);
        again.Append(3, 3, Tensors(3));
        Assert.Equal(4, again.Checkpoints.Count);
    }

    [Fact]
    public void ALossThatTheFormatDoesNotKnowIsAnError()
    {
        var format = RunFormat.Default.With(new PseudoHuberDescriptor());
        Record(new PseudoHuber(_targets, 0.5, sum: false), null, format);
        string names = "squared, softmax-cross-entropy, logistic, custom";
        Assert.Equal($"{Path.Combine(Run, "run.json")}: loss: found \"pseudo-huber\", expected {names}.", Refusal());
        Assert.Contains("loss: found \"pseudo-huber\"", Assert.Throws<InvalidRunException>(() => RunWriter.Resume(Run)).Message);
        Directory.Delete(Run, recursive: true);
        var error = Assert.Throws<InvalidRunException>(() => Record(new PseudoHuber(_targets, 0.5, sum: false), null));
        Assert.Contains("loss: found \"pseudo-huber\"", error.Message);
        Assert.False(Directory.Exists(Run));
    }

    [Fact]
    public void ConstantsAndTargetsAreCheckedByTheDescriptor()
    {
        var format = RunFormat.Default.With(new PseudoHuberDescriptor());
        Assert.Contains("y_S: expected targets from -10 to 10", Assert.Throws<InvalidRunException>(() =>
            Record(new PseudoHuber([1, 11], 1, sum: false), null, format)).Message);
        Record(new PseudoHuber(_targets, 0.5, sum: false), null, format);
        string manifest = Path.Combine(Run, "run.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace("0.5", "-1", StringComparison.Ordinal));
        Assert.Equal($"{manifest}: lossConstants.delta: found -1, expected a positive number.", Refusal(format));
    }

    [Fact]
    public void AnOptimizerOfOnesOwnIsReadByItsDescriptorAndIsUnknownWithoutIt()
    {
        Record(LossModel.Squared(_targets, 1), new Lion(0.25, 0.75));
        using (var unknown = RecordedRun.Open(Run))
            Assert.Equal(new UnknownOptimizer("lion", 0.25, new NamedConstant("decay", 0.75)), unknown.Checkpoints.Optimizer);
        using var known = RecordedRun.Open(Run, format: RunFormat.Default.With(Lion.Descriptor));
        Assert.Equal(new Lion(0.25, 0.75), known.Checkpoints.Optimizer);
    }

    /// <summary>A learning rate of 0, that of an optimizer which has none, was written and then refused.</summary>
    [Fact]
    public void ALearningRateOfZeroCouldNotBeWritten()
    {
        foreach (Optimizer optimizer in (Optimizer[])[new GradientFlow(), new GradientFlow(0.25), new UnknownOptimizer("lion", 0)])
        {
            Record(LossModel.Squared(_targets, 1), optimizer);
            using (var run = RecordedRun.Open(Run)) Assert.Equal(optimizer, run.Checkpoints.Optimizer);
            Directory.Delete(Run, recursive: true);
        }
    }

    /// <summary>A run whose optimizer nobody knows is converted and written again with what was said of it.</summary>
    [Fact]
    public void AnUnknownOptimizerIsKeptWhenTheRunIsWrittenAgain()
    {
        Record(LossModel.Squared(_targets, 1), new UnknownOptimizer("lion", 0.25, new NamedConstant("decay", 0.75)) { BatchSize = 2 });
        using var run = RecordedRun.Open(Run);
        KernelBlocks.Convert(run.Checkpoints, _folder["blocks"], Numerics.Backend.Resolve("managed", 1));
        using var blocks = RecordedRun.Open(_folder["blocks"]);
        Assert.Equal(run.Checkpoints.Optimizer, blocks.Checkpoints.Optimizer);
        Assert.Equal(2, blocks.Checkpoints.Optimizer!.BatchSize);
    }

    [Fact]
    public void CheckpointsInAFormatOfOnesOwn()
    {
        Record(LossModel.Squared(_targets, 1), new GradientDescent(1));
        string expected;
        using (var run = RecordedRun.Open(Run)) expected = run.InputHash();
        string second = Path.Combine(Run, "checkpoint-000001.safetensors"), text = Path.Combine(Run, "checkpoint-000001.txt");
        TextContainer.Write(text, Tensors(1));
        File.Delete(second);
        string manifest = Path.Combine(Run, "run.json");
        var json = JsonNode.Parse(File.ReadAllText(manifest))!;
        json["checkpoints"]![1]!["file"] = "checkpoint-000001.txt";
        json["checkpoints"]![1]!.AsObject().Remove("sha256");
        File.WriteAllText(manifest, json.ToJsonString());
        var format = RunFormat.Default.With(new TextContainer());
        using var mixed = RecordedRun.Open(Run, format: format);
        Assert.Equal(text, mixed.Checkpoints[1].Location);
        Assert.Equal([1.0, 2, 3, 4, 5, 1], mixed.Checkpoints[1][TensorName.J_S].ReadAll());
        Assert.NotEqual(expected, mixed.InputHash());
        string hash = mixed.InputHash();
        File.AppendAllText(text, "mine;1;7\n");
        using var changed = RecordedRun.Open(Run, format: format);
        Assert.NotEqual(hash, changed.InputHash());
        Assert.Equal(7, changed.Checkpoints[1]["mine"].ReadAll()[0]);
        Assert.Contains("checkpoint-000001.txt", Refusal());
    }

    /// <summary>The bytes that the base class hashes are the file's, as a container with a map hashes them.</summary>
    [Fact]
    public void TheHashOfAContainerIsThatOfItsBytes()
    {
        Directory.CreateDirectory(Run);
        string path = Path.Combine(Run, "a.txt");
        TextContainer.Write(path, Tensors(2));
        using var file = new TextContainer().Open(path);
        using var hash = new Files.Sha256();
        file.AppendTo(hash, CancellationToken.None);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)), hash.Finish());
    }

    [Fact]
    public void AContainerOfTheUsersIsAskedBeforeTheBuiltInOnes()
    {
        Assert.Equal("a.npz: not found.", Message("a.npz", RunFormat.Default));
        Assert.Equal("a.NPZ: asked first.", Message("a.NPZ", RunFormat.Default.With(new Anything())));

        static string Message(string path, RunFormat format) => Assert.Throws<InvalidRunException>(() => format.OpenFile(path)).Message;
    }

    private sealed class Anything() : CheckpointContainer("anything")
    {
        public override bool Recognises(string path) => true;

        public override ContainerFile Open(string path) => throw new InvalidRunException($"{path}: asked first.");
    }

    [Fact]
    public void WhatHasTheSameNameTakesTheOthersPlace()
    {
        var format = RunFormat.Default.With(new PseudoHuberDescriptor()).With(new PseudoHuberDescriptor()).With(Lion.Descriptor);
        Assert.Equal(["squared", "softmax-cross-entropy", "logistic", "custom", "pseudo-huber"], format.Losses.Select(l => l.Name));
        Assert.Equal(6, format.Optimizers.Count);
        Assert.Equal(4, RunFormat.Default.Losses.Count);
    }
}
