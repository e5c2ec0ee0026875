namespace KernelFlow.Networks;

/// <summary>Batches without replacement: a permutation of the examples is cut into ⌊n/b⌋ batches, what is left over is
/// dropped, then the next permutation.</summary>
internal sealed class BatchSampler(int examples, int size, RandomStream random)
{
    private int[] _order = [];
    private int _next;

    /// <summary>The examples of the next step.</summary>
    public int[] Next()
    {
        if (_next + size > _order.Length)
        {
            _order = random.NextPermutation(examples);
            _next = 0;
        }
        _next += size;
        return _order[(_next - size).._next];
    }
}
