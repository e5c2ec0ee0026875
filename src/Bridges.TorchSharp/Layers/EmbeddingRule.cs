using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>An embedding: the row of every index collects the derivatives of its positions. Kept as columns.</summary>
internal sealed class EmbeddingRule : FactorRule
{
    private readonly long[] _shape;
    private readonly long? _resting;

    private EmbeddingRule(JacobianLayer layer, long[] shape, long? resting) : base(layer) => (_shape, _resting) = (shape, resting);

    /// <summary>The rule, unless the module is more than a look-up of its rows.</summary>
    public static EmbeddingRule? Of(TrainedLayer layer, Embedding module)
    {
        if (!layer.Owns("weight")) return null;
        var weight = layer.Own[0].Tensor;
        using var scope = torch.NewDisposeScope();
        using var enabled = torch.enable_grad();
        // The module does not tell its padding index, nor whether it rescales rows: both show when every row is looked up once. Rescaling changes the weights,
        // so they are put back.
        var before = weight.detach().clone();
        using var aside = new GradientsAside([weight]);
        var found = module.forward(torch.arange(weight.shape[0], device: weight.device));
        found.sum().backward();
        bool same = found.detach().eq(before).all().item<bool>() && weight.detach().eq(before).all().item<bool>();
        double[] moved = HostCopies.Doubles(weight.grad!.select(1, 0));
        using (torch.no_grad()) weight.copy_(before);
        long[] resting = [.. Enumerable.Range(0, moved.Length).Where(i => moved[i] == 0).Select(i => (long)i)];
        return !same || resting.Length > 1 || moved.Any(v => v is not (0 or 1)) ? null
            : new EmbeddingRule(layer.Layer, weight.shape, resting.Length == 1 ? resting[0] : null);
    }

    public override LayerTensors Factors(Tensor inputs, Tensor deltas)
    {
        long n = deltas.shape[0], p = deltas.shape[1], width = _shape[1];
        var index = inputs.to(torch.ScalarType.Int64).reshape(n, 1, -1, 1);
        var each = deltas.reshape(n, p, -1, width);
        if (_resting is { } row) each = each * index.ne(row);
        var J = torch.zeros([n, p, .. _shape], dtype: deltas.dtype, device: deltas.device);
        return new LayerTensors(Layer, J.scatter_add_(2, index.expand(each.shape), each).reshape(n, p, -1));
    }
}
