namespace KernelFlow.Numerics;

/// <summary>Large arrays that one computation after the other uses, for everything that computes with a backend.</summary>
/// <remarks>What is returned is held weakly: it is there for the next computation, and the garbage collector may take it whenever memory is wanted.</remarks>
public sealed class BufferPool
{
    private readonly Lock _gate = new();
    private readonly List<WeakReference<double[]>> _returned = [];

    /// <summary>A matrix whose elements may be anything; its array has exactly rows × columns elements.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    public MatrixView Take(int rows, int columns)
    {
        int length = ArraySize.Of(rows, columns);
        lock (_gate)
        {
            for (int i = _returned.Count - 1; i >= 0; i--)
            {
                bool alive = _returned[i].TryGetTarget(out var array);
                if (alive && array!.Length != length) continue;
                _returned.RemoveAt(i);
                if (alive) return new MatrixView(array!, rows, columns);
            }
        }
        return new MatrixView(new double[length], rows, columns);
    }

    /// <summary>Gives an array back; nobody may use it any more.</summary>
    /// <param name="array">An array that <see cref="Take"/> gave out, or any other.</param>
    public void Return(double[] array)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (array.Length == 0) return;
        lock (_gate) _returned.Add(new WeakReference<double[]>(array));
    }
}
