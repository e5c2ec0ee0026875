namespace KernelFlow.Operators;

/// <summary>J = Σ_a weight_a J_a over checkpoints, with the same weights for all vectors or with weights for each.</summary>
/// <param name="Checkpoints">The indices a.</param>
/// <param name="Weights">The weights, none of them 0; where vectors have weights of their own, anything.</param>
/// <param name="Wanted">The tensors of the interval it belongs to.</param>
/// <param name="Lanes">For each a the weight for every vector of an interleaved block; null where they share <paramref name="Weights"/>.</param>
internal sealed record Mixture(int[] Checkpoints, double[] Weights, IReadOnlySet<TensorSource> Wanted, double[][]? Lanes = null)
{
    /// <summary>The mixture for some of the vectors that have weights of their own, in a block of so many: vectors that fill it up have none.</summary>
    /// <param name="checkpoints">The checkpoints.</param>
    /// <param name="weights">For each of them the weight for every vector.</param>
    /// <param name="wanted">The tensors of the interval.</param>
    /// <param name="first">The first of the vectors.</param>
    /// <param name="count">How many.</param>
    /// <param name="vectors">Vectors of the block.</param>
    public static Mixture Of(IReadOnlyList<int> checkpoints, double[][] weights, IReadOnlySet<TensorSource> wanted, int first, int count, int vectors)
    {
        int[] used = [.. Enumerable.Range(0, checkpoints.Count).Where(a => weights[a].AsSpan(first, count).ContainsAnyExcept(0.0))];
        int[] chosen = Array.ConvertAll(used, a => checkpoints[a]);
        if (Array.TrueForAll(used, a => !weights[a].AsSpan(first, count).ContainsAnyExcept(weights[a][first])))
            return new Mixture(chosen, Array.ConvertAll(used, a => weights[a][first]), wanted);
        return new Mixture(chosen, new double[chosen.Length], wanted, Array.ConvertAll(used, a =>
        {
            var lanes = new double[vectors];
            weights[a].AsSpan(first, count).CopyTo(lanes);
            return lanes;
        }));
    }
}

/// <summary>Buffers of one thread, which grow to what is asked and are counted.</summary>
internal sealed class ProductScratch(MemoryAccount account)
{
    private double[] _inputs = [], _between = [], _deltas = [], _lanes = [];

    public double[] Inputs(int length) => Grown(ref _inputs, length);

    public double[] Between(int length) => Grown(ref _between, length);

    public double[] Deltas(int length) => Grown(ref _deltas, length);

    public double[] Lanes(int length) => Grown(ref _lanes, length);

    private double[] Grown(ref double[] buffer, int length)
    {
        if (buffer.Length >= length) return buffer;
        account.Take(sizeof(double) * (long)(length - buffer.Length));
        return buffer = new double[length];
    }
}

/// <summary>The scratch of as many threads as ever worked at a time.</summary>
internal sealed class ScratchPool(MemoryAccount account)
{
    private readonly Lock _gate = new();
    private readonly Stack<ProductScratch> _free = [];

    public ProductScratch Take()
    {
        lock (_gate) return _free.TryPop(out var scratch) ? scratch : new ProductScratch(account);
    }

    public void Return(ProductScratch scratch)
    {
        lock (_gate) _free.Push(scratch);
    }
}
