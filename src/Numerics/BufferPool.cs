namespace KernelFlow.Numerics;

/// <summary>Large arrays that one computation after the other uses, for everything that computes with a backend.</summary>
/// <remarks>What is returned is held weakly: it is there for the next computation, and the garbage collector may take it whenever memory is wanted.</remarks>
public sealed class BufferPool
{
    private readonly Lock _gate = new();
    private readonly List<WeakReference<double[]>> _returned = [];
    private readonly Stack<WeakReference<double[]>> _empty = [];

    /// <summary>A matrix whose elements may be anything; its array has exactly rows × columns elements.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    public MatrixView Take(int rows, int columns) => new(Find(ArraySize.Of(rows, columns)) ?? new double[ArraySize.Of(rows, columns)], rows, columns);

    /// <summary>Gives an array back; nobody may use it any more.</summary>
    /// <param name="array">An array that <see cref="Take"/> gave out, or any other.</param>
    public void Return(double[] array)
    {
        ArgumentNullException.ThrowIfNull(array);
        if (array.Length == 0) return;
        lock (_gate)
        {
            if (!_empty.TryPop(out var place)) place = new WeakReference<double[]>(array);
            else place.SetTarget(array);
            _returned.Add(place);
        }
    }

    // The array of this length that came back last; the places of arrays that are no more are kept for others.
    private double[]? Find(int length)
    {
        lock (_gate)
        {
            for (int i = _returned.Count - 1; i >= 0; i--)
            {
                var place = _returned[i];
                bool alive = place.TryGetTarget(out double[]? array);
                if (alive && array!.Length != length) continue;
                _returned.RemoveAt(i);
                place.SetTarget(null!);
                _empty.Push(place);
                if (alive) return array;
            }
        }
        return null;
    }
}
