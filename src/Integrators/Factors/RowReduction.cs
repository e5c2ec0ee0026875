using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>R of a tall matrix that arrives in pieces of rows: [R; pieces] ← Q·R by Householder QR whenever the workspace is full. Memory a few N²
/// whatever the height.</summary>
internal sealed class RowReduction
{
    private readonly Backend _backend;
    private readonly MatrixView _stack;
    private readonly DenseMatrix _r;
    private int _held;

    /// <param name="columns">N = n·p, the number of stacked training outputs.</param>
    /// <param name="largestPiece">Most rows of a piece.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public RowReduction(int columns, int largestPiece, Backend backend)
    {
        _backend = backend;
        _stack = Buffers.Zero(columns + Math.Max(2 * columns, largestPiece), columns);
        _r = new DenseMatrix(columns, columns);
    }

    /// <summary>The place for the next piece, to be written at once.</summary>
    public MatrixView Next(int rows)
    {
        if (_held + rows > _stack.Rows) Reduce();
        _held += rows;
        return _stack.Slice(_held - rows, 0, rows, _stack.Columns);
    }

    /// <summary>R, upper triangular.</summary>
    public DenseMatrix Finish()
    {
        Reduce();
        for (int j = 0; j < _r.ColumnCount; j++) ((MatrixView)_r).Column(j)[(j + 1)..].Clear();
        return _r;
    }

    private void Reduce()
    {
        int N = _stack.Columns;
        if (_held < N) _stack.Slice(_held, 0, N - _held, N).Fill(0);
        _backend.Qr(_stack.Slice(0, 0, Math.Max(_held, N), N), _r);
        ((MatrixView)_r).CopyTo(_stack.Slice(0, 0, N, N));
        _held = N;
    }
}
