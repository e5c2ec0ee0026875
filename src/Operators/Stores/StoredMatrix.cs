using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>Fills a matrix from where its numbers are recorded.</summary>
/// <param name="target">Receives every element.</param>
internal delegate void MatrixReader(in MatrixView target);

/// <summary>A matrix that is in memory, or is read from a file whenever it is wanted: kernels of a large run are more than a computer needs to hold at a
/// time, as an integration goes through them interval by interval.</summary>
/// <param name="rows">Number of rows.</param>
/// <param name="columns">Number of columns.</param>
internal abstract class StoredMatrix(int rows, int columns)
{
    public int Rows => rows;

    public int Columns => columns;

    /// <summary>The matrix, for as long as it is held; safe from several threads.</summary>
    public abstract HeldMatrix Hold();

    /// <summary>The matrix for good: the one in memory, or a copy of its own.</summary>
    public abstract DenseMatrix ToMatrix();

    /// <summary>A matrix that is at hand.</summary>
    public static StoredMatrix Of(DenseMatrix matrix) => new Kept(matrix.RowCount, matrix.ColumnCount, new Lazy<DenseMatrix>(() => matrix));

    /// <summary>One of which only the shape is known: whoever wants it gets <see cref="NotSupportedException"/>.</summary>
    public static StoredMatrix Never(int rows, int columns) => new Kept(rows, columns, new Lazy<DenseMatrix>(
        () => throw new NotSupportedException("The kernels of this run are applied to vectors and never formed.")));

    /// <summary>One that is read when it is first wanted and then kept, or, with a cache, read whenever the cache has it no longer.</summary>
    public static StoredMatrix Read(int rows, int columns, MatrixReader reader, MatrixCache? cache) => cache is not null
        ? new Cached(rows, columns, reader, cache)
        : new Kept(rows, columns, new Lazy<DenseMatrix>(() =>
        {
            var matrix = new DenseMatrix(rows, columns);
            reader(matrix);
            return matrix;
        }));

    private sealed class Kept(int rows, int columns, Lazy<DenseMatrix> matrix) : StoredMatrix(rows, columns)
    {
        public override HeldMatrix Hold() => new(matrix.Value, null);

        public override DenseMatrix ToMatrix() => matrix.Value;
    }

    private sealed class Cached(int rows, int columns, MatrixReader reader, MatrixCache cache) : StoredMatrix(rows, columns)
    {
        public override HeldMatrix Hold() => cache.Hold(this, reader);

        public override DenseMatrix ToMatrix()
        {
            using var held = Hold();
            return ((MatrixView)held.Matrix).ToMatrix();
        }
    }
}

/// <summary>A matrix that nobody overwrites until it is released.</summary>
/// <param name="Matrix">To be read only.</param>
/// <param name="Place">Where it lies in a cache; null for one that is always in memory.</param>
internal readonly record struct HeldMatrix(DenseMatrix Matrix, MatrixCache.Place? Place) : IDisposable
{
    public void Dispose() => Place?.Release();
}
