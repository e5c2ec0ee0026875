using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>A training's own loss gets the name that its gradients have.</summary>
public sealed class LossTests
{
    private static LossModel Recorded(int p, Tensor targets, Func<Tensor, Tensor, Tensor> loss)
    {
        using var folder = new RunFolder();
        using var training = new Training(p: p);
        using var optimizer = optim.SGD(training.Model.parameters(), 0.1);
        using (var recorder = JacobianRecorder.Attach(training.Model, loss, optimizer, training.X_S, targets, training.X_Q, folder.Path,
            new(CheckpointSteps.Fixed(2))))
            for (int step = 0; step < 2; step++)
            {
                optimizer.zero_grad();
                loss(training.Model.forward(training.X_S), targets).backward();
                recorder.Step();
            }
        using var run = RecordedRun.Open(folder.Path);
        foreach (var checkpoint in run.Checkpoints)
        {
            if (!run.Checkpoints.Loss.IsCustom) continue;
            using var u = tensor(checkpoint[TensorName.U_S].ReadAll(), 20, p).requires_grad_(true);
            loss(u, targets).backward();
            double[] g = checkpoint[TensorName.g].ReadAll(), expected = Training.Values(u.grad!);
            for (int i = 0; i < g.Length; i++) Check.Close(g[i], expected[i], 1e-14, $"g at {i}");
        }
        return run.Checkpoints.Loss;
    }

    [TorchFact]
    public void ClassesMakeSoftmaxCrossEntropy()
    {
        using var classes = randint(0, 3, 20);
        using var loss = nn.CrossEntropyLoss();
        var found = Recorded(3, classes, loss.forward);
        Assert.Equal(("softmax-cross-entropy", false), (found.Kind, found.IsSum));
        using var sum = nn.CrossEntropyLoss(reduction: nn.Reduction.Sum);
        Assert.True(Recorded(3, classes, sum.forward).IsSum);
    }

    [TorchFact]
    public void ZerosAndOnesMakeTheLogisticLoss()
    {
        using var labels = randint(0, 2, [20L, 1L]).to(ScalarType.Float64);
        using var loss = nn.BCEWithLogitsLoss();
        Assert.Equal("logistic", Recorded(1, labels, loss.forward).Kind);
    }

    [TorchFact]
    public void AnotherLossIsCustom()
    {
        using var y = randn(20, 2, dtype: ScalarType.Float64);
        Assert.True(Recorded(2, y, (u, t) => (u - t).pow(4).mean()).IsCustom);
    }
}
