using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>The training's own loss: one of the named losses where its gradients are those, otherwise a custom one whose g and B are recorded.</summary>
internal sealed class TrainingLoss
{
    private readonly Func<torch.Tensor, torch.Tensor, torch.Tensor> _loss;
    private readonly torch.Tensor _targets;

    private TrainingLoss(Func<torch.Tensor, torch.Tensor, torch.Tensor> loss, torch.Tensor targets, LossModel model)
    {
        _loss = loss;
        _targets = targets;
        Model = model;
    }

    /// <summary>As the run names it.</summary>
    public LossModel Model { get; }

    /// <summary>The loss of these outputs as the training computes it.</summary>
    public torch.Tensor Value(torch.Tensor outputs) => _loss(outputs, _targets);

    /// <summary>Compares gradients at the outputs and away from them with those of every named loss that the targets allow.</summary>
    public static TrainingLoss Of(Func<torch.Tensor, torch.Tensor, torch.Tensor> loss, torch.Tensor outputs, torch.Tensor targets, int n, int p, bool single)
    {
        var own = new TrainingLoss(loss, targets, LossModel.Custom(n, p));
        using var scope = torch.NewDisposeScope();
        torch.Tensor[] places = [outputs, outputs * 0.5 + 0.3];
        double[][] gradients = [.. places.Select(u => own.Gradient(u))], points = [.. places.Select(HostCopies.Doubles)];
        double tolerance = single ? 1e-5 : 1e-11;
        var named = Candidates(targets, n, p).FirstOrDefault(model => points.Zip(gradients).All(pair => Agrees(model, pair.First, pair.Second, tolerance)));
        return named is null ? own : new TrainingLoss(loss, targets, named);
    }

    /// <summary>∇_U of the training's loss.</summary>
    public double[] Gradient(torch.Tensor outputs) => Derivatives(outputs, hessian: null);

    /// <summary>g and the blocks B of every example, row-major.</summary>
    public (double[] G, double[] B) Both(torch.Tensor outputs)
    {
        int p = Model.Outputs;
        var blocks = new double[checked(Model.Examples * p * p)];
        return (Derivatives(outputs, blocks), blocks);
    }

    private double[] Derivatives(torch.Tensor outputs, double[]? hessian)
    {
        int n = Model.Examples, p = Model.Outputs;
        using var scope = torch.NewDisposeScope();
        using var enabled = torch.enable_grad();
        var u = outputs.detach().clone().requires_grad_(true);
        var value = Value(u);
        if (value.numel() != 1)
            throw new RecordingRefusedException($"The loss has {value.numel()} values, expected one: the mean or the sum over all examples.");
        if (!value.requires_grad) throw new RecordingRefusedException("The loss does not depend on the outputs.");
        Backward(value, u, hessian is not null);
        var g = u.grad ?? throw new RecordingRefusedException("The loss does not depend on the outputs.");
        double[] gradient = HostCopies.Doubles(g);
        if (hessian is null || !g.requires_grad) return gradient;
        // Examples do not meet in the loss, so the sum over them gives the row c of every block at once.
        var rows = g.reshape(n, p);
        for (int c = 0; c < p; c++)
        {
            u.grad = null;
            var row = rows.select(1, c).sum();
            if (!row.requires_grad) continue;
            Backward(row, u, keep: true);
            if (u.grad is not { } second) continue;
            double[] values = HostCopies.Doubles(second);
            for (int i = 0; i < n; i++) values.AsSpan(i * p, p).CopyTo(hessian.AsSpan((i * p + c) * p));
        }
        u.grad = null;
        return gradient;
    }

    private static void Backward(torch.Tensor value, torch.Tensor u, bool keep)
    {
        try
        {
            torch.autograd.backward([value], retain_graph: keep, create_graph: keep, inputs: [u]);
        }
        catch (ExternalException e)
        {
            throw new RecordingRefusedException($"The backward pass through the loss failed: {e.Message.Split('\n')[0]}", e);
        }
    }

    private static bool Agrees(LossModel model, double[] u, double[] expected, double tolerance)
    {
        var g = new double[u.Length];
        model.Gradient(u, g);
        double difference = 0, scale = 0;
        for (int i = 0; i < g.Length; i++)
        {
            difference += (g[i] - expected[i]) * (g[i] - expected[i]);
            scale += expected[i] * expected[i];
        }
        return difference <= tolerance * tolerance * scale;
    }

    private static IEnumerable<LossModel> Candidates(torch.Tensor targets, int n, int p)
    {
        double[] y = HostCopies.Doubles(targets);
        if (y.Length == n && p > 1 && y.All(v => v >= 0 && v < p && v == Math.Floor(v)))
        {
            var classes = new double[n * p];
            for (int i = 0; i < n; i++) classes[i * p + (int)y[i]] = 1;
            foreach (bool sum in (bool[])[false, true]) yield return LossModel.SoftmaxCrossEntropy(classes, p, sum);
        }
        if (y.Length != n * p) yield break;
        foreach (bool sum in (bool[])[false, true])
        {
            yield return LossModel.Squared(y, p, sum);
            if (p > 1 && Enumerable.Range(0, n).All(i => IsProbability(y.AsSpan(i * p, p)))) yield return LossModel.SoftmaxCrossEntropy(y, p, sum);
            if (p != 1) continue;
            if (y.All(v => v is 1 or -1)) yield return LossModel.Logistic(y, sum);
            if (y.All(v => v is 1 or 0)) yield return LossModel.Logistic(Array.ConvertAll(y, v => 2 * v - 1), sum);
        }
    }

    private static bool IsProbability(ReadOnlySpan<double> row)
    {
        double sum = 0;
        foreach (double v in row)
        {
            if (v < 0) return false;
            sum += v;
        }
        return Math.Abs(sum - 1) <= 1e-9;
    }
}
