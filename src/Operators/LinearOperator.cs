using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>A linear operator A, given by its action on blocks of vectors. The base class checks shapes once, and subclasses only compute.</summary>
public abstract class LinearOperator
{
    /// <summary>Sets the shape of the operator.</summary>
    protected LinearOperator(int rows, int columns, bool isSymmetric)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        if (isSymmetric && rows != columns) throw new ArgumentException($"A symmetric operator is square, not {rows}x{columns}.");
        Rows = rows;
        Columns = columns;
        IsSymmetric = isSymmetric;
    }

    /// <summary>The length of A·x.</summary>
    public int Rows { get; }

    /// <summary>The length of x, the number of columns.</summary>
    public int Columns { get; }

    /// <summary>Whether A = Aᵀ.</summary>
    public bool IsSymmetric { get; }

    /// <summary>Writes Y ← A·X.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    public void Apply(in MatrixView x, in MatrixView y)
    {
        if (x.Rows != Columns || y.Rows != Rows || x.Columns != y.Columns)
            throw new ArgumentException($"The operator is {Rows}x{Columns}; x is {x.Rows}x{x.Columns}, y is {y.Rows}x{y.Columns}.");
        if (x.Columns > 0) ApplyCore(x, y);
    }

    /// <summary>Writes X ← Aᵀ·Y.</summary>
    /// <exception cref="ArgumentException">Shapes do not fit.</exception>
    /// <exception cref="NotSupportedException">The operator is not symmetric and has no transpose.</exception>
    public void ApplyTranspose(in MatrixView y, in MatrixView x)
    {
        if (IsSymmetric)
        {
            Apply(y, x);
            return;
        }
        if (x.Rows != Columns || y.Rows != Rows || x.Columns != y.Columns)
            throw new ArgumentException($"The operator is {Rows}x{Columns}; y is {y.Rows}x{y.Columns}, x is {x.Rows}x{x.Columns}.");
        if (y.Columns > 0) ApplyTransposeCore(y, x);
    }

    /// <summary>Core of <see cref="Apply"/>.</summary>
    protected abstract void ApplyCore(in MatrixView x, in MatrixView y);

    /// <summary>Core of <see cref="ApplyTranspose"/>; not called for symmetric operators. An operator that does not override it has no transpose.</summary>
    /// <exception cref="NotSupportedException">The operator has no transpose.</exception>
    protected virtual void ApplyTransposeCore(in MatrixView y, in MatrixView x) =>
        throw new NotSupportedException($"{GetType().Name} has no transpose: it does not override {nameof(ApplyTransposeCore)}.");
}

/// <summary>A matrix as an operator (shared, not copied).</summary>
public sealed class DenseOperator : LinearOperator
{
    private readonly MatrixView _matrix;
    private readonly Backend _backend;

    /// <summary>Wraps a matrix.</summary>
    /// <param name="matrix">The matrix.</param>
    /// <param name="symmetric">Whether it is symmetric (taken on trust).</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public DenseOperator(in MatrixView matrix, bool symmetric, Backend backend) : base(matrix.Rows, matrix.Columns, symmetric)
    {
        ArgumentNullException.ThrowIfNull(backend);
        _matrix = matrix;
        _backend = backend;
    }

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y) => _backend.Gemm(Op.None, Op.None, 1, _matrix, x, 0, y);

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x) => _backend.Gemm(Op.Transpose, Op.None, 1, _matrix, y, 0, x);
}
