using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Json.Nodes;
using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>Runs written by the recorder and then damaged on disk: each defect is one message that names the file, the tensor, what was found and what was
/// expected.
/// Defects of headers and manifests are tested where they are read (Bridges.Tests); here it is contents, which only the analysis sees.</summary>
public sealed class RunDefectEndToEndTests : IDisposable
{
    private static readonly FlowRecording s_recording = FlowRecording.Of(FlowPath.Curved(6, 4, 1, 20, 0.4, 1, 71), [0, 0.5, 1, 2], stepsPerInterval: 100);
    private readonly string _root = Path.Combine(Path.GetTempPath(), "kernelflow-analysis-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_root)) Directory.Delete(_root, recursive: true);
    }

    private string CheckpointFile(int k) => Path.Combine(_root, string.Create(CultureInfo.InvariantCulture, $"checkpoint-{k:D6}.safetensors"));

    private void Write(CheckpointSequence run)
    {
        using (var writer = RunWriter.Create(_root, new RunDescription(run.Loss, run.Test)))
            foreach (var c in run) writer.Append(c.Time, c.Step, c.Tensors.Values);
        // These runs are damaged to see what the data themselves show: without their sums, as other recorders write them.
        string manifest = Path.Combine(_root, "run.json");
        File.WriteAllText(manifest, Regex.Replace(File.ReadAllText(manifest), @",\s*""(sha256|targetsSha256)"": ""[0-9a-f]{64}""", ""));
    }

    private ReservoirAnalysis Analyse()
    {
        using var run = RecordedRun.Open(_root);
        return Analyze.Reservoir(run.Checkpoints, TestRuns.Options);
    }

    private void Refused(string message) => Assert.Equal(message, Assert.Throws<InvalidRunException>(Analyse).Message);

    /// <summary>Overwrites elements of a float64 tensor in place.</summary>
    private void Damage(int checkpoint, string tensor, params (long Index, double Value)[] elements)
    {
        byte[] bytes = File.ReadAllBytes(CheckpointFile(checkpoint));
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        using var header = JsonDocument.Parse(bytes.AsMemory(8, length));
        var entry = header.RootElement.GetProperty(tensor);
        Assert.Equal("F64", entry.GetProperty("dtype").GetString());
        long begin = 8 + length + entry.GetProperty("data_offsets")[0].GetInt64();
        foreach (var (index, value) in elements) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan((int)(begin + 8 * index)), value);
        File.WriteAllBytes(CheckpointFile(checkpoint), bytes);
    }

    [Fact]
    public void UndamagedRunsPass()
    {
        Write(s_recording.Jacobians());
        Assert.Equal(4, Analyse().Run.Checkpoints);
        Write(s_recording.Kernels(cross: true));
        Assert.Null(Analyse().Run.Parameters);
    }

    [Theory]
    [InlineData("J_S", 20 * 3 + 7, "[3, 7]", double.NaN, "NaN")]
    [InlineData("J_S", 0, "[0, 0]", double.PositiveInfinity, "infinity")]
    [InlineData("J_Q", 20 * 4 - 1, "[3, 19]", double.NegativeInfinity, "-infinity")]
    public void NotFiniteJacobian(string tensor, long index, string position, double value, string text)
    {
        Write(s_recording.Jacobians());
        Damage(2, tensor, (index, value));
        Refused($"{CheckpointFile(2)}: {tensor}: found {text} at index {position}, expected finite numbers.");
    }

    /// <summary>The first of several is named.</summary>
    [Fact]
    public void TheFirstIndexIsNamed()
    {
        Write(s_recording.Jacobians());
        Damage(1, "J_S", (41, double.NaN), (43, double.NaN), (100, double.PositiveInfinity));
        Refused($"{CheckpointFile(1)}: J_S: found NaN at index [2, 1], expected finite numbers.");
    }

    [Theory]
    [InlineData("K_SS", 13, "[2, 1]")]
    [InlineData("K_QS", 7, "[1, 1]")]
    [InlineData("K_QQ", 6, "[1, 2]")]
    [InlineData("K_SS_next", 0, "[0, 0]")]
    public void NotFiniteKernel(string tensor, long index, string position)
    {
        Write(s_recording.Kernels(cross: true));
        Damage(1, tensor, (index, double.NaN));
        Refused($"{CheckpointFile(1)}: {tensor}: found NaN at index {position}, expected finite numbers.");
    }

    [Theory]
    [InlineData("K_SS", 6)]
    [InlineData("K_QQ", 4)]
    public void KernelThatIsNotSymmetric(string tensor, int order)
    {
        Write(s_recording.Kernels(cross: true));
        Damage(3, tensor, (3 * order + 1, 0.5), (1 * order + 3, 0.25));
        string message = Assert.Throws<InvalidRunException>(Analyse).Message;
        Assert.StartsWith($"{CheckpointFile(3)}: {tensor}: not symmetric: found 0.5 at [3, 1] and 0.25 at [1, 3], expected equal to ", message);
    }

    [Fact]
    public void KernelThatIsNotPositiveSemidefinite()
    {
        Write(s_recording.Kernels(cross: true));
        Matrix<double> K = Matrix<double>.Build.DenseIdentity(6);
        (K[4, 4], K[0, 0]) = (-0.125, 2);
        Damage(1, "K_SS", [.. K.ToRowMajorArray().Select((v, i) => ((long)i, v))]);
        string message = Assert.Throws<InvalidRunException>(Analyse).Message;
        Assert.StartsWith($"{CheckpointFile(1)}: K_SS: not positive semidefinite: found smallest eigenvalue -0.125 (largest 2), expected at least -", message);
    }

    /// <summary>Rounding is not a defect: the same kernel with −10⁻¹⁵ in place of −0.125.</summary>
    [Fact]
    public void KernelThatIsPositiveSemidefiniteToRounding()
    {
        Write(s_recording.Kernels(cross: false));
        Matrix<double> K = Matrix<double>.Build.DenseIdentity(6);
        (K[4, 4], K[0, 0]) = (-1e-15, 2);
        Damage(1, "K_SS", [.. K.ToRowMajorArray().Select((v, i) => ((long)i, v))]);
        Assert.Equal(4, Analyse().Run.Checkpoints);
    }

    [Fact]
    public void GradientThatContradictsLossAndTargets()
    {
        var recording = s_recording;
        var run = recording.Jacobians();
        Write(new CheckpointSequence(run.Select((c, k) =>
            new Checkpoint(c.Time, c.Step, [.. c.Tensors.Values, new MemoryTensor("g", recording.Moments[k].G.ToArray(), 6, 1)])), run.Loss));
        Assert.Equal(4, Analyse().Run.Checkpoints);
        double expected = recording.Moments[2].G[5];
        Damage(2, "g", (5, 12.5));
        string message = Assert.Throws<InvalidRunException>(Analyse).Message;
        Assert.StartsWith(FormattableString.Invariant($"{CheckpointFile(2)}: g: found 12.5 at index [5, 0], expected {expected:G6} from loss squared and ")
            + "targets (tolerance ", message);
    }

    /// <summary>The gradient of the sum where the manifest says mean: off by the factor n at every index, and the first is named.</summary>
    [Fact]
    public void GradientOfAnotherReduction()
    {
        var run = s_recording.Jacobians();
        Write(new CheckpointSequence(run.Select((c, k) =>
            new Checkpoint(c.Time, c.Step, [.. c.Tensors.Values, new MemoryTensor("g", (6 * s_recording.Moments[k].G).ToArray(), 6, 1)])), run.Loss));
        double g = s_recording.Moments[0].G[0];
        string message = Assert.Throws<InvalidRunException>(Analyse).Message;
        Assert.StartsWith(FormattableString.Invariant($"{CheckpointFile(0)}: g: found {6 * g:G6} at index [0, 0], expected {g:G6} from loss squared and ")
            + "targets", message);
    }

    [Fact]
    public void CustomHessianThatIsNoHessian()
    {
        var recording = FlowRecording.Of(FlowPath.Curved(3, 2, 2, 20, 0.4, 1, 72).WithVaryingHessian(2, 73), [0, 0.5, 1, 2], stepsPerInterval: 50);
        Write(recording.Jacobians());
        Assert.Equal("custom", Analyse().Run.Loss);
        Damage(1, "B", (4, 1), (5, 0.5), (6, 0.25), (7, 1));
        Refused($"{CheckpointFile(1)}: B: block 1 is not symmetric: found 0.25 at [1, 0] and 0.5 at [0, 1].");
        Damage(1, "B", (4, 1), (5, 2), (6, 2), (7, 1));
        Refused($"{CheckpointFile(1)}: B: block 1 is not positive semidefinite, expected the Hessian of a convex loss.");
    }

    [Fact]
    public void NegativePreconditioner()
    {
        var run = s_recording.Jacobians();
        Write(new CheckpointSequence(run.Select(c =>
            new Checkpoint(c.Time, c.Step, [.. c.Tensors.Values, new MemoryTensor("preconditioner", Enumerable.Repeat(1.0, 20).ToArray(), 20)])), run.Loss));
        Damage(3, "preconditioner", (9, -0.5));
        Refused($"{CheckpointFile(3)}: preconditioner: found -0.5 at index [9], expected numbers ≥ 0.");
    }

    [Fact]
    public void WrongShape()
    {
        Write(s_recording.Jacobians());
        string right = _root + "-other";
        try
        {
            var other = FlowRecording.Of(FlowPath.Curved(6, 4, 1, 21, 0.4, 1, 71), [0, 1], stepsPerInterval: 10).Jacobians();
            using var writer = RunWriter.Create(right, new RunDescription(other.Loss, 4));
            writer.Append(0, 0, other[0].Tensors.Values);
            File.Copy(Path.Combine(right, "checkpoint-000000.safetensors"), CheckpointFile(2), overwrite: true);
        }
        finally
        {
            Directory.Delete(right, recursive: true);
        }
        Refused($"{CheckpointFile(2)}: J_S: found shape [6, 21], expected [6, 20] or [6, 1, 20]; it disagrees with parameters = 20.");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void TooFewCheckpoints(int count)
    {
        Write(s_recording.Jacobians());
        string manifest = Path.Combine(_root, "run.json");
        var json = JsonNode.Parse(File.ReadAllBytes(manifest))!;
        while (json["checkpoints"]!.AsArray().Count > count) json["checkpoints"]!.AsArray().RemoveAt(count);
        File.WriteAllText(manifest, json.ToJsonString());
        string message = Assert.Throws<InvalidRunException>(Analyse).Message;
        Assert.StartsWith(manifest, message);
        Assert.Contains("at least two", message);
        Assert.Contains($"found {count}", message);
    }

    [Fact]
    public void TooFewCheckpointsInMemory() =>
        Assert.Equal("memory: found 1 checkpoint(s), expected at least two.",
            Assert.Throws<InvalidRunException>(() => Analyze.Reservoir(s_recording.Jacobians().Take(1), LossModel.Squared(s_recording.Targets, 1))).Message);

    /// <summary>A defect outside the window does not matter: the checkpoints before it are analysed.</summary>
    [Fact]
    public void ADefectAfterTheWindowDoesNotMatter()
    {
        Write(s_recording.Jacobians());
        Damage(3, "J_S", (0, double.NaN));
        using var run = RecordedRun.Open(_root, to: 1);
        Assert.Equal(3, Analyze.Reservoir(run.Checkpoints, TestRuns.Options).Run.Checkpoints);
    }

    /// <summary>Contents in memory are checked as those on disk.</summary>
    [Fact]
    public void NotFiniteInMemory()
    {
        var run = s_recording.Jacobians();
        double[] values = run[1]["J_S"].ReadAll();
        values[20 * 3 + 7] = double.NaN;
        var damaged = run.Select((c, k) =>
            k != 1 ? c : c with { Tensors = new Dictionary<string, TensorSource>(c.Tensors) { ["J_S"] = new MemoryTensor("J_S", values, 6, 20) } });
        Assert.Equal("memory: J_S: found NaN at index [3, 7], expected finite numbers.",
            Assert.Throws<InvalidRunException>(() => Analyze.Reservoir(damaged, run.Loss, TestRuns.Options)).Message);
    }
}
