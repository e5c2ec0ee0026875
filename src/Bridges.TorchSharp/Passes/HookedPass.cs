using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>One forward pass and p backward passes for all examples at once: hooks keep what enters each layer, and give
/// the derivatives by what leaves it.</summary>
internal sealed class HookedPass(TensorModule model, IReadOnlyList<int> outputs)
{
    /// <summary>Outputs and the factors of these layers, in the caller's scope.</summary>
    public (Tensor Outputs, LayerTensors[] Found) Of(Tensor inputs, IReadOnlyList<TrainedLayer> layers)
    {
        var seen = new List<(Tensor Entered, Tensor Left)>[layers.Count];
        var removers = new List<Action>();
        try
        {
            for (int l = 0; l < layers.Count; l++)
            {
                var calls = seen[l] = [];
                removers.Add(((TensorModule)layers[l].Module).register_forward_hook((_, entered, left) => Taken(calls, entered, left)).remove);
            }
            using var enabled = torch.enable_grad();
            var u = model.forward(inputs);
            foreach (var remove in removers) remove();
            removers.Clear();
            for (int l = 0; l < layers.Count; l++)
                if (seen[l].Count != 1)
                    throw new RecordingRefusedException($"{layers[l].Layer.Name}: found {seen[l].Count} calls in a forward pass, expected one as when the "
                        + "recording began; use JacobianStrategy.Rows.");
            var deltas = Deltas(u, [.. seen.Select(s => s[0].Left)]);
            using var none = torch.no_grad();
            return (u.detach(), [.. layers.Select((layer, l) => layer.Rule!.Factors(seen[l][0].Entered.alias(), deltas[l]))]);
        }
        finally
        {
            foreach (var remove in removers) remove();
            foreach (var (entered, left) in seen.Where(s => s is not null).SelectMany(s => s))
            {
                entered.Dispose();
                left.Dispose();
            }
        }
    }

    // The module's caller may end the tensor that it gets, work on it in place, and end the scope it runs in: what is kept is none of these.
    private static Tensor Taken(List<(Tensor, Tensor)> calls, Tensor entered, Tensor left)
    {
        calls.Add((entered.detach().clone().DetachFromDisposeScope(), left.alias().DetachFromDisposeScope()));
        return calls[^1].Item2.clone();
    }

    private Tensor[] Deltas(Tensor u, Tensor[] ends)
    {
        BackwardPass.RequireGradient(u);
        var deltas = Array.ConvertAll(ends, e => torch.zeros([e.shape[0], outputs.Count, .. e.shape[1..]], dtype: e.dtype, device: e.device));
        var flat = u.reshape(u.shape[0], -1);
        for (int c = 0; c < outputs.Count; c++)
        {
            using var scope = torch.NewDisposeScope();
            BackwardPass.Run(flat.select(1, outputs[c]).sum(), ends, retain: c + 1 < outputs.Count);
            using var none = torch.no_grad();
            for (int l = 0; l < ends.Length; l++)
            {
                if (ends[l].grad is { } found) deltas[l].select(1, c).copy_(found);
                ends[l].grad = null;
            }
        }
        return deltas;
    }
}
