using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>One backward pass per example and output. Each example passes forward alone; all together where outputs depend on the
/// other examples.</summary>
internal sealed class RowPass(TensorModule model, IReadOnlyList<int> outputs, bool joint)
{
    /// <summary>Outputs and the columns of these layers, in the caller's scope.</summary>
    public (Tensor Outputs, LayerTensors[] Found) Of(Tensor inputs, IReadOnlyList<TrainedLayer> layers)
    {
        long n = inputs.shape[0];
        Tensor[] leaves = [.. layers.SelectMany(l => l.Own.Select(p => (Tensor)p.Tensor))];
        var J = layers.Select(l => torch.zeros(n, outputs.Count, l.Size, dtype: leaves[0].dtype, device: leaves[0].device)).ToArray();
        var u = new Tensor[n];
        using var aside = new GradientsAside(leaves);
        using var enabled = torch.enable_grad();
        var whole = joint ? model.forward(inputs) : null;
        for (long i = 0; i < n; i++)
        {
            using var scope = torch.NewDisposeScope();
            var one = whole is null ? model.forward(inputs.narrow(0, i, 1)) : whole.narrow(0, i, 1);
            var flat = one.reshape(-1);
            BackwardPass.RequireGradient(flat);
            for (int c = 0; c < outputs.Count; c++)
            {
                BackwardPass.Run(flat[outputs[c]], leaves, retain: joint || c + 1 < outputs.Count);
                Take(layers, J, i, c);
            }
            u[i] = one.detach().MoveToOuterDisposeScope();
        }
        return (torch.cat(u, 0), [.. layers.Select((l, k) => new LayerTensors(JacobianLayer.Plain(l.Layer.Name, l.Size), J[k]))]);
    }

    // A parameter that the output does not use has no gradient: its columns stay 0.
    private static void Take(IReadOnlyList<TrainedLayer> layers, Tensor[] J, long example, int output)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        for (int l = 0; l < layers.Count; l++)
        {
            var row = J[l].select(0, example).select(0, output);
            long at = 0;
            foreach (var (_, leaf) in layers[l].Own)
            {
                if (leaf.grad is { } found) row.narrow(0, at, found.numel()).copy_(found.reshape(-1));
                leaf.grad = null;
                at += leaf.numel();
            }
        }
    }
}
