using System.Runtime.InteropServices;
using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>Jacobians and gradients by backward passes, one example at a time; the gradients that the training holds are put aside meanwhile.</summary>
/// <remarks><c>torch.autograd.grad</c> ends the process where it fails (outputs that need no gradient, graphs that are gone, parameters that were not used);
/// <c>torch.autograd.backward</c> throws, so it is what is used here.</remarks>
internal sealed class Gradients(torch.nn.Module<torch.Tensor, torch.Tensor> model, TrainedParameters parameters)
{
    private readonly torch.Tensor[] _leaves = [.. parameters.All.Select(p => (torch.Tensor)p.Tensor)];

    /// <summary>The Jacobian of the outputs on the inputs, row (i, c) at (i·p + c)·D.</summary>
    public void Jacobian(torch.Tensor inputs, int outputs, double[] J)
    {
        long D = parameters.Count;
        Aside(() =>
        {
            for (int i = 0; i < inputs.shape[0]; i++)
            {
                using var scope = torch.NewDisposeScope();
                using var enabled = torch.enable_grad();
                var u = model.forward(inputs.narrow(0, i, 1)).reshape(-1);
                RequireGradient(u);
                for (int c = 0; c < outputs; c++)
                {
                    Backward(u[c], retain: c + 1 < outputs);
                    Take(J.AsSpan((int)((i * (long)outputs + c) * D), (int)D));
                }
            }
        });
    }

    /// <summary>∇_w of a loss of the outputs on all inputs.</summary>
    public double[] OfLoss(torch.Tensor inputs, Func<torch.Tensor, torch.Tensor> loss)
    {
        var gradient = new double[parameters.Count];
        Aside(() =>
        {
            using var scope = torch.NewDisposeScope();
            using var enabled = torch.enable_grad();
            var value = loss(model.forward(inputs));
            RequireGradient(value);
            Backward(value, retain: false);
            Take(gradient);
        });
        return gradient;
    }

    private static void RequireGradient(torch.Tensor value)
    {
        if (!value.requires_grad)
            throw new RecordingRefusedException("The outputs do not depend on the parameters: forward detaches them or runs without gradients.");
    }

    private void Backward(torch.Tensor value, bool retain)
    {
        try
        {
            torch.autograd.backward([value], retain_graph: retain, inputs: _leaves);
        }
        catch (ExternalException e)
        {
            throw new RecordingRefusedException($"The backward pass through the model failed: {e.Message.Split('\n')[0]} A forward pass that keeps tensors of "
                + "an earlier one, whose graph is gone, is one cause.", e);
        }
    }

    // A parameter that the output does not use has no gradient: its columns are 0.
    private void Take(Span<double> row)
    {
        int at = 0;
        foreach (var leaf in _leaves)
        {
            int count = (int)leaf.numel();
            using var gradient = leaf.grad;
            if (gradient is null) row.Slice(at, count).Clear();
            else HostCopies.Read(gradient, row.Slice(at, count));
            leaf.grad = null;
            at += count;
        }
    }

    private void Aside(Action action)
    {
        var held = new torch.Tensor?[_leaves.Length];
        for (int i = 0; i < held.Length; i++)
        {
            held[i] = _leaves[i].grad?.DetachFromDisposeScope();
            _leaves[i].grad = null;
        }
        try
        {
            action();
        }
        finally
        {
            for (int i = 0; i < held.Length; i++)
            {
                _leaves[i].grad = held[i];
                held[i]?.Dispose();
            }
        }
    }
}
