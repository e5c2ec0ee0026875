using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>A recording in memory is the recording in a folder, bit for bit, and so is what is concluded from it.</summary>
public sealed class InMemoryTests
{
    private static CheckpointSequence Recorded(string? folder, Func<Training, optim.Optimizer> make, JacobianRecorderOptions options,
        Func<Tensor, Tensor, Tensor>? loss, ScalarType type, out RecordedRun? run)
    {
        using var training = new Training(p: 2, type: type);
        using var optimizer = make(training);
        loss ??= Training.HalfSquares;
        using var recorder = folder is null
            ? JacobianRecorder.Attach(training.Model, loss, optimizer, training.X_S, training.Y_S, training.X_Q, options with { TestTargets = training.Y_Q })
            : training.Attach(folder, optimizer, options, loss);
        for (int step = 0; step < options.Checkpoints.Last; step++)
        {
            using var scope = NewDisposeScope();
            optimizer.zero_grad();
            loss(training.Model.forward(training.X_S), training.Y_S).backward();
            recorder.Step(options.BatchSize is { } b ? [.. Enumerable.Range(0, b).Select(i => (step + 3L * i) % 20)] : null);
        }
        run = folder is null ? null : RecordedRun.Open(folder);
        return run?.Checkpoints ?? recorder.Checkpoints;
    }

    private static void Same(Func<Training, optim.Optimizer> make, JacobianRecorderOptions options, Func<Tensor, Tensor, Tensor>? loss = null,
        ScalarType type = ScalarType.Float64)
    {
        using var folder = new RunFolder();
        var memory = Recorded(null, make, options, loss, type, out _);
        var files = Recorded(folder.Path, make, options, loss, type, out var opened);
        using var run = opened!;
        Assert.Equal((files.Loss.Kind, files.Loss.IsSum, files.Test, files.Parameters), (memory.Loss.Kind, memory.Loss.IsSum, memory.Test, memory.Parameters));
        Assert.Equal(files.Loss.Targets.ToArray(), memory.Loss.Targets.ToArray());
        Assert.Equal(files.Optimizer, memory.Optimizer);
        Assert.Equal(files.Setting, memory.Setting);
        Assert.Equal(files.Metadata, memory.Metadata);
        SameTensors(files.RunTensors, memory.RunTensors);
        Assert.Equal(files.Select(c => (c.Time, c.Step)), memory.Select(c => (c.Time, c.Step)));
        foreach (var (f, m) in files.Zip(memory)) SameTensors(f.Tensors, m.Tensors);
        var (left, right) = (Analyze.Reservoir(files), Analyze.Reservoir(memory));
        Assert.Equal(left.Options.Method, right.Options.Method);
        foreach (var claim in left.Claims)
        {
            var other = right.Claim(claim.Id);
            Assert.Equal((claim.Verdict, claim.RelativeError.OrDefault(-1), claim.Budget?.Sum ?? -1),
                (other.Verdict, other.RelativeError.OrDefault(-1), other.Budget?.Sum ?? -1));
        }
    }

    private static void SameTensors(IReadOnlyDictionary<string, TensorSource> files, IReadOnlyDictionary<string, TensorSource> memory)
    {
        Assert.Equal(files.Keys.Order(), memory.Keys.Order());
        foreach (var (name, tensor) in files)
        {
            Assert.Equal((tensor.Type, tensor.ShapeText), (memory[name].Type, memory[name].ShapeText));
            Assert.True(tensor.ReadAll().AsSpan().SequenceEqual(memory[name].ReadAll()), name);
        }
    }

    [TorchFact]
    public void WithMidpointsAndAdam() => Same(t => optim.AdamW(t.Model.parameters(), 0.01), new(CheckpointSteps.Every(12))
    {
        Midpoints = true,
        Setting = ["augmentation"],
        Metadata = new Dictionary<string, string> { ["data"] = "waves" },
    });

    [TorchFact]
    public void InSinglePrecisionWithADecay() => Same(t => optim.SGD(t.Model.parameters(), 0.1, weight_decay: 0.01),
        new(CheckpointSteps.Geometric(30, 6)), type: ScalarType.Float32);

    [TorchFact]
    public void WithACustomLoss() => Same(t => optim.SGD(t.Model.parameters(), 0.1), new(CheckpointSteps.Uniform(20, 5)), (u, y) => (u - y).pow(4).mean());

    [TorchFact]
    public void OfBatches() => Same(t => optim.SGD(t.Model.parameters(), 0.05), new(CheckpointSteps.Every(6)) { BatchSize = 5 });

    /// <summary>What was handed out stays as it is while the training goes on.</summary>
    [TorchFact]
    public void IsThereWhileTrainingAndAfterwards()
    {
        using var training = new Training();
        using var optimizer = optim.SGD(training.Model.parameters(), 0.1);
        CheckpointSequence early, late;
        double[] first;
        using (var recorder = JacobianRecorder.Attach(training.Model, Training.HalfSquares, optimizer, training.X_S, training.Y_S, training.X_Q,
            new(CheckpointSteps.Every(4))))
        {
            void Step()
            {
                using var scope = NewDisposeScope();
                optimizer.zero_grad();
                Training.HalfSquares(training.Model.forward(training.X_S), training.Y_S).backward();
                recorder.Step();
            }
            Step();
            Assert.Contains("found 1 checkpoint(s), expected at least two", Assert.Throws<InvalidRunException>(() => recorder.Checkpoints).Message,
                StringComparison.Ordinal);
            Step();
            early = recorder.Checkpoints;
            first = early[0][TensorName.J_S].ReadAll();
            Step();
            Step();
            Assert.Equal([0, 1, 2, 3, 4], recorder.RecordedSteps);
            late = recorder.Checkpoints;
        }
        Assert.Equal((2, 5), (early.Count, late.Count));
        Assert.Equal(first, late[0][TensorName.J_S].ReadAll());
        Assert.NotEqual(first, late[4][TensorName.J_S].ReadAll());
        Assert.Equal(5, Analyze.Reservoir(late).Run.Checkpoints);
    }

    [TorchFact]
    public void AFolderIsNamedWhereTheRecordingIsThere()
    {
        using var folder = new RunFolder();
        using var training = new Training();
        using var optimizer = optim.SGD(training.Model.parameters(), 0.1);
        using var recorder = training.Attach(folder.Path, optimizer, new(CheckpointSteps.Every(4)));
        var refused = Assert.Throws<InvalidOperationException>(() => recorder.Checkpoints);
        Assert.Contains(folder.Path, refused.Message, StringComparison.Ordinal);
    }
}
