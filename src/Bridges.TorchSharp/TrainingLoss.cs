using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>The training's own loss: a multiple of one of the named losses where its gradients are those, otherwise a custom one whose g and B are
/// recorded.</summary>
internal sealed class TrainingLoss
{
    private readonly Func<Tensor, Tensor, Tensor> _loss;
    private readonly Tensor _targets;

    private TrainingLoss(Func<Tensor, Tensor, Tensor> loss, Tensor targets, LossModel model, double factor)
    {
        _loss = loss;
        _targets = targets;
        Model = model;
        Factor = factor;
    }

    /// <summary>As the run names it, over all outputs.</summary>
    public LossModel Model { get; }

    /// <summary>The training's loss over the one that is recorded.</summary>
    public double Factor { get; }

    /// <summary>The loss of these outputs as the training computes it.</summary>
    public Tensor Value(Tensor outputs) => _loss(outputs, _targets);

    /// <summary>The same with other targets.</summary>
    public Tensor ValueOf(Tensor outputs, Tensor targets) => _loss(outputs, targets);

    /// <summary>Compares gradients at the outputs and away from them with those of every named loss that the targets allow.</summary>
    public static TrainingLoss Of(Func<Tensor, Tensor, Tensor> loss, Tensor outputs, Tensor targets, int n, int p, bool single)
    {
        var own = new TrainingLoss(loss, targets, LossModel.Custom(n, p), 1);
        using var scope = torch.NewDisposeScope();
        Tensor[] places = [outputs, outputs * 0.5 + 0.3];
        double[][] gradients = [.. places.Select(u => own.Gradient(u))], points = [.. places.Select(HostCopies.Doubles)];
        double tolerance = single ? 1e-5 : 1e-11;
        own.RefuseMeetingExamples(outputs, gradients[0], n, p, single ? 1e-4 : 1e-9);
        bool? sum = IsSum(loss, outputs, targets, gradients[0], n, p, tolerance);
        foreach (var model in LossCandidates.Of(targets, n, p))
        {
            double[] factors = [.. points.Zip(gradients, (u, g) => LossCandidates.Factor(model, u, g, tolerance))];
            double factor = LossCandidates.Rounded(factors[0], p, tolerance);
            // Of a multiple only its value on other numbers of examples tells whether it is one of the sum or of the mean.
            if (factor > 0 && Math.Abs(factors[1] - factors[0]) <= 2 * tolerance * factors[0] && (sum is { } known ? known == model.IsSum : factor == 1))
                return new TrainingLoss(loss, targets, model, factor);
        }
        return own;
    }

    /// <summary>∇_U of the training's loss.</summary>
    public double[] Gradient(Tensor outputs) => Derivatives(outputs, _targets, hessian: null);

    /// <summary>g and the blocks B of every example, row-major.</summary>
    public (double[] G, double[] B) Both(Tensor outputs)
    {
        int p = Model.Outputs;
        var blocks = new double[checked(Model.Examples * p * p)];
        return (Derivatives(outputs, _targets, blocks), blocks);
    }

    private double[] Derivatives(Tensor outputs, Tensor targets, double[]? hessian)
    {
        int n = (int)outputs.shape[0], p = Model.Outputs;
        using var scope = torch.NewDisposeScope();
        using var enabled = torch.enable_grad();
        var u = outputs.detach().clone().requires_grad_(true);
        var value = _loss(u, targets);
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

    // A loss in which examples meet has no block B per example: the gradient of the first half would change with the outputs of the second.
    private void RefuseMeetingExamples(Tensor outputs, double[] gradient, int n, int p, double tolerance)
    {
        if (n < 2) return;
        using var scope = torch.NewDisposeScope();
        int half = n / 2;
        var moved = outputs.detach().clone();
        moved.narrow(0, half, n - half).mul_(0.5).add_(0.3);
        double[] found = Gradient(moved);
        double difference = 0, scale = gradient.Max(Math.Abs);
        for (int i = 0; i < half * p; i++) difference = Math.Max(difference, Math.Abs(found[i] - gradient[i]));
        if (!(difference <= tolerance * scale))
            throw new RecordingRefusedException("The loss is no sum over the examples: its gradient by the outputs of one changes "
                + FormattableString.Invariant($"with those of others, by {difference / scale:g3} relative to the largest; recordings need a sum or a mean."));
    }

    // Whether half of the examples have the gradients that they have among all (a sum), or larger ones (a mean); null where the loss tells neither.
    private static bool? IsSum(Func<Tensor, Tensor, Tensor> loss, Tensor outputs, Tensor targets, double[] gradient, int n, int p, double tolerance)
    {
        if (n < 2) return null;
        int half = n / 2;
        double[] part;
        try
        {
            part = new TrainingLoss(loss, targets, LossModel.Custom(half, p), 1).Derivatives(outputs.narrow(0, 0, half), targets.narrow(0, 0, half), null);
        }
        catch (Exception e) when (e is ExternalException or ArgumentException or RecordingRefusedException)
        {
            return null; // A loss that knows how many examples there are.
        }
        double scale = gradient.Take(half * p).Max(Math.Abs);
        bool Ratio(double r) => part.Zip(gradient).All(pair => Math.Abs(pair.First - r * pair.Second) <= 10 * tolerance * r * scale);
        return Ratio(1) ? true : Ratio((double)n / half) ? false : null;
    }

    private static void Backward(Tensor value, Tensor u, bool keep)
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
}
