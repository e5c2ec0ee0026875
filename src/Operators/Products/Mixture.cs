namespace KernelFlow.Operators;

/// <summary>J = Σ_a weight_a J_a over checkpoints.</summary>
/// <param name="Checkpoints">The indices a.</param>
/// <param name="Weights">The weights, none of them 0.</param>
/// <param name="Wanted">The tensors of the interval it belongs to.</param>
internal sealed record Mixture(int[] Checkpoints, double[] Weights, IReadOnlySet<TensorSource> Wanted);

/// <summary>Buffers of one thread, which grow to what is asked and are counted.</summary>
internal sealed class ProductScratch(MemoryAccount account)
{
    private double[] _inputs = [], _between = [], _deltas = [];

    public double[] Inputs(int length) => Grown(ref _inputs, length);

    public double[] Between(int length) => Grown(ref _between, length);

    public double[] Deltas(int length) => Grown(ref _deltas, length);

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
