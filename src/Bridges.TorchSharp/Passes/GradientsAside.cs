namespace KernelFlow.Recording;

/// <summary>Puts the gradients aside that the training holds in some parameters; they are put back when this is disposed.</summary>
internal sealed class GradientsAside : IDisposable
{
    private readonly Tensor[] _leaves;
    private readonly Tensor?[] _held;

    public GradientsAside(Tensor[] leaves)
    {
        _leaves = leaves;
        _held = new Tensor?[leaves.Length];
        for (int i = 0; i < leaves.Length; i++)
        {
            _held[i] = leaves[i].grad?.DetachFromDisposeScope();
            leaves[i].grad = null;
        }
    }

    public void Dispose()
    {
        for (int i = 0; i < _leaves.Length; i++)
        {
            _leaves[i].grad = _held[i];
            _held[i]?.Dispose();
        }
    }
}
