using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>What is refused is recorded when that is asked for; the manifest declares it, and claims against data are not applicable.</summary>
public sealed class RecordAnywayTests
{
    private static readonly JacobianRecorderOptions s_options = new(CheckpointSteps.Every(3));

    private static void Declares(string setting, RecordAnyway what, nn.Module<Tensor, Tensor> model, JacobianRecorderOptions? options = null)
    {
        options ??= s_options;
        using var folder = new RunFolder();
        using var training = new Training(n: 12) { Model = model.to(ScalarType.Float64) };
        using var optimizer = optim.SGD(model.parameters(), 0.1);
        var refused = Assert.Throws<RecordingRefusedException>(() => training.Attach(folder.Path, optimizer, options));
        Assert.Contains($"RecordAnyway.{what}", refused.Message, StringComparison.Ordinal);
        double[][] buffers = [.. model.named_buffers().Select(b => Training.Values(b.buffer))];
        training.Run(folder.Path, optimizer, options with { RecordAnyway = what });
        using var run = RecordedRun.Open(folder.Path);
        Assert.Equal([setting], run.Checkpoints.Setting);
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
            Assert.Equal(Verdict.NotApplicable, Analyze.Reservoir(run.Checkpoints).Claim(id).Verdict);
    }

    [TorchFact]
    public void BatchNorm() => Declares("batch-norm", RecordAnyway.BatchNorm,
        nn.Sequential(("in", nn.Linear(3, 4)), ("norm", nn.BatchNorm1d(4)), ("out", nn.Linear(4, 1))));

    [TorchFact]
    public void Dropout() => Declares("dropout", RecordAnyway.Dropout,
        nn.Sequential(("in", nn.Linear(3, 4)), ("drop", nn.Dropout(0.5)), ("out", nn.Linear(4, 1))));

    [TorchFact]
    public void ARandomForwardPass() => Declares("random-forward", RecordAnyway.RandomForward, new Ended((x, u) => u + rand_like(u)));

    [TorchFact]
    public void DependentSamples() => Declares("dependent-samples", RecordAnyway.DependentSamples, new Ended((x, u) => u - u.mean()));

    [TorchFact]
    public void SharedModules()
    {
        var twice = nn.Linear(3, 3);
        Declares("shared-modules", RecordAnyway.SharedModules, nn.Sequential(("a", twice), ("t", nn.Tanh()), ("b", twice), ("c", nn.Linear(3, 1))),
            s_options with { Strategy = JacobianStrategy.Hooks });
    }

    /// <summary>Jacobians of a batch that meets itself are those of all outputs by central differences, with every example in the batch.</summary>
    [TorchFact]
    public void JacobiansOfAWholeBatchAreThoseOfItsOutputs()
    {
        using var folder = new RunFolder();
        var model = new Ended((x, u) => u * u.mean()).to(ScalarType.Float64);
        using var training = new Training(n: 5, m: 3) { Model = model };
        using var optimizer = optim.SGD(model.parameters(), 0.1);
        Tensor[] leaves = [.. model.parameters()];
        var expected = new double[5 * 4];
        using (no_grad())
            for (int j = 0; j < 4; j++)
            {
                using var scope = NewDisposeScope();
                var flat = (j < 3 ? leaves[0] : leaves[1]).view(-1);
                int at = j < 3 ? j : 0;
                double w = flat[at].item<double>();
                flat[at] = tensor(w + 1e-5, dtype: ScalarType.Float64);
                double[] above = Training.Values(model.forward(training.X_S));
                flat[at] = tensor(w - 1e-5, dtype: ScalarType.Float64);
                double[] below = Training.Values(model.forward(training.X_S));
                flat[at] = tensor(w, dtype: ScalarType.Float64);
                for (int i = 0; i < 5; i++) expected[i * 4 + j] = (above[i] - below[i]) / 2e-5;
            }
        training.Run(folder.Path, optimizer, s_options with { RecordAnyway = RecordAnyway.DependentSamples, Chunk = 2 });
        using var run = RecordedRun.Open(folder.Path);
        double[] J = run.Checkpoints[0][TensorName.J_S].ReadAll();
        for (int i = 0; i < J.Length; i++) Check.Close(J[i], expected[i], 1e-8, $"J at {i}");
    }

    /// <summary>Running statistics and random numbers are those of the training alone.</summary>
    [TorchFact]
    public void TheTrainingIsWhatItIsAlone()
    {
        double[] Trained(bool record)
        {
            using var folder = new RunFolder();
            random.manual_seed(8);
            var model = nn.Sequential(("in", nn.Linear(3, 4)), ("norm", nn.BatchNorm1d(4)), ("drop", nn.Dropout(0.5)), ("out", nn.Linear(4, 1)))
                .to(ScalarType.Float64);
            using var training = new Training { Model = model };
            using var optimizer = optim.SGD(model.parameters(), 0.1);
            random.manual_seed(9);
            using var recorder = record ? training.Attach(folder.Path, optimizer, s_options with { RecordAnyway = (RecordAnyway)31 }) : null;
            for (int step = 0; step < 3; step++)
            {
                optimizer.zero_grad();
                Training.HalfSquares(model.forward(training.X_S), training.Y_S).backward();
                if (recorder is null) optimizer.step();
                else recorder.Step();
            }
            return [.. model.parameters().SelectMany(Training.Values), .. model.named_buffers().SelectMany(b => Training.Values(b.buffer))];
        }
        Assert.Equal(Trained(false), Trained(true));
    }
}
