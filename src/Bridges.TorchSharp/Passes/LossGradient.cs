using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>The gradient that the optimizer would get for a step over all training examples.</summary>
internal static class LossGradient
{
    /// <summary>∇_w of a loss of the outputs on all inputs.</summary>
    public static double[] Of(TensorModule model, TrainedParameters parameters, Tensor inputs, Func<Tensor, Tensor> loss)
    {
        var gradient = new double[parameters.Count];
        using var aside = new GradientsAside(parameters.Tensors);
        using var scope = torch.NewDisposeScope();
        using var enabled = torch.enable_grad();
        var value = loss(model.forward(inputs));
        BackwardPass.RequireGradient(value);
        BackwardPass.Run(value, parameters.Tensors, retain: false);
        int at = 0;
        foreach (var leaf in parameters.Tensors)
        {
            int count = (int)leaf.numel();
            // A parameter that the loss does not use has no gradient: it is 0.
            if (leaf.grad is { } found) HostCopies.Read(found, gradient.AsSpan(at, count));
            leaf.grad = null;
            at += count;
        }
        return gradient;
    }
}
