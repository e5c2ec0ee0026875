using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>The buffers of one pass over a window, taken from those of the backend and returned together: the next pass or integration uses them
/// again.</summary>
/// <param name="pool">Where they come from.</param>
internal sealed class Workspace(BufferPool pool) : IDisposable
{
    private readonly List<double[]> _taken = [];

    /// <summary>A matrix whose elements may be anything.</summary>
    public MatrixView Take(int rows, int columns)
    {
        var view = pool.Take(rows, columns);
        if (view.Array.Length > 0) _taken.Add(view.Array);
        return view;
    }

    /// <summary>A matrix of zeros.</summary>
    public MatrixView Zero(int rows, int columns)
    {
        var view = Take(rows, columns);
        view.Fill(0);
        return view;
    }

    /// <summary>A matrix for somebody who keeps it: it does not come back.</summary>
    public DenseMatrix Result(int rows, int columns) => new(rows, columns, pool.Take(rows, columns).Array);

    /// <summary>Returns all of them.</summary>
    public void Dispose()
    {
        foreach (double[] array in _taken) pool.Return(array);
        _taken.Clear();
    }
}
