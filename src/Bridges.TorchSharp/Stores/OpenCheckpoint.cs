namespace KernelFlow.Recording;

/// <summary>A checkpoint that is being made: what will be written, and what is held for it meanwhile.</summary>
/// <param name="time">Flow time.</param>
/// <param name="step">Optimizer steps taken.</param>
internal sealed class OpenCheckpoint(double time, long step) : IDisposable
{
    private readonly List<IDisposable> _held = [];

    /// <summary>Flow time.</summary>
    public double Time => time;

    /// <summary>Optimizer steps taken.</summary>
    public long Step => step;

    /// <summary>What is written.</summary>
    public List<TensorSource> Tensors { get; } = [];

    /// <summary>Jacobians of every chunk that kernel blocks are still to be made of.</summary>
    public Dictionary<TensorName, List<ChunkJacobian>> Jacobians { get; } = [];

    /// <summary>√M on the model's device; null without a preconditioner.</summary>
    public Tensor? Root { get; private set; }

    /// <summary>Takes √M.</summary>
    public void TakeRoot(Tensor root)
    {
        Root = root.DetachFromDisposeScope();
        _held.Add(Root);
    }

    /// <summary>A tensor that will be filled.</summary>
    public HostRows Rows(string name, StorageType type, params long[] shape)
    {
        var rows = new HostRows(name, type, shape);
        _held.Add(rows);
        return rows;
    }

    /// <summary>Keeps a chunk until this is disposed.</summary>
    public void Keep(TensorName jacobian, ChunkJacobian chunk)
    {
        if (!Jacobians.TryGetValue(jacobian, out var chunks)) Jacobians[jacobian] = chunks = [];
        chunks.Add(chunk);
        _held.Add(chunk);
    }

    public void Dispose()
    {
        foreach (var held in _held) held.Dispose();
        _held.Clear();
    }
}
