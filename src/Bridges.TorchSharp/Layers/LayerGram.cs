using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Products of the rows of one layer, J_a J_bᵀ, in float64: from the factors where they are products, without the rows.</summary>
internal static class LayerGram
{
    /// <summary>The block [n_a·p, n_b·p].</summary>
    /// <param name="a">Some examples.</param>
    /// <param name="b">Others.</param>
    /// <param name="left">What the columns of a are multiplied by; null for nothing.</param>
    /// <param name="right">What the columns of b are multiplied by; null for nothing.</param>
    public static Tensor Block(LayerTensors a, LayerTensors b, Tensor? left, Tensor? right)
    {
        a = a.Doubles();
        b = b.Doubles();
        long na = a.Last.shape[0], nb = b.Last.shape[0], p = a.Last.shape[1];
        if (left is null && right is null && a.Layer.Kind == JacobianLayerKind.Dense) return Dense(a, b, na, nb, p);
        if (left is null && right is null && a.Layer.Kind == JacobianLayerKind.Positions && PairsAreCheaper(a.Layer, p)) return Pairs(a, b, na, nb, p);
        return torch.matmul(Rows(a, left).reshape(na * p, -1), Rows(b, right).reshape(nb * p, -1).t());
    }

    // What they are made of is gone when they are there: rows are the largest tensors of all.
    private static Tensor Rows(LayerTensors layer, Tensor? factor)
    {
        using var scope = torch.NewDisposeScope();
        var rows = layer.Rows();
        if (factor is not null) rows = layer.Inputs is null ? rows * factor : rows.mul_(factor);
        return rows.alias().MoveToOuterDisposeScope();
    }

    // (A_a A_bᵀ + β) ⊗ 1 times, element by element, Δ_a Δ_bᵀ.
    private static Tensor Dense(LayerTensors a, LayerTensors b, long na, long nb, long p)
    {
        var around = torch.matmul(a.Inputs!, b.Inputs!.t());
        if (a.Layer.HasBias) around.add_(1);
        var inner = torch.matmul(a.Last.reshape(na * p, -1), b.Last.reshape(nb * p, -1).t());
        inner.view(na, p, nb, p).mul_(around.view(na, 1, nb, 1));
        return inner;
    }

    // The same for every pair of positions, one position of b at a time, which bounds the memory.
    private static Tensor Pairs(LayerTensors a, LayerTensors b, long na, long nb, long p)
    {
        long T = a.Layer.Positions;
        var total = torch.zeros([na, p, nb, p], dtype: torch.ScalarType.Float64, device: a.Last.device);
        Tensor inputs = a.Inputs!.reshape(na * T, -1), deltas = a.Last.reshape(na * p * T, -1);
        for (long t = 0; t < T; t++)
        {
            using var scope = torch.NewDisposeScope();
            var around = torch.matmul(inputs, b.Inputs!.select(1, t).t()).view(na, 1, T, nb, 1);
            if (a.Layer.HasBias) around.add_(1);
            var inner = torch.matmul(deltas, b.Last.select(2, t).reshape(nb * p, -1).t()).view(na, p, T, nb, p);
            total.add_(inner.mul_(around).sum(2));
        }
        return total.reshape(na * p, nb * p);
    }

    /// <summary>Whether pairs of positions cost less than rows, both counted for one pair of examples; expanding itself is of lower order.</summary>
    public static bool PairsAreCheaper(JacobianLayer layer, long p) =>
        (double)layer.Positions * layer.Positions * (layer.Inputs + (double)p * p * (layer.Outputs + 1)) < (double)p * p * layer.Inputs * layer.Outputs;
}
