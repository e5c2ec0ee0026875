using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Networks;

/// <summary>Random matrices with orthonormal columns.</summary>
internal static class OrthonormalColumns
{
    /// <summary>rows × columns, rows ≥ columns: normal columns, orthogonalised twice (Gram–Schmidt), so that QᵀQ = I to rounding.</summary>
    public static DenseMatrix Random(int rows, int columns, RandomStream random)
    {
        var q = new DenseMatrix(rows, columns);
        for (int j = 0; j < columns; j++)
        {
            var column = q.Values.AsSpan(j * rows, rows);
            foreach (ref double entry in column) entry = random.NextNormal();
            Orthogonalise(q.Values.AsSpan(0, j * rows), column);
            VectorRoutines.Divide(column, VectorRoutines.Norm(column));
        }
        return q;
    }

    /// <summary>column ← column minus its part in the span of orthonormal columns.</summary>
    public static void Orthogonalise(ReadOnlySpan<double> basis, Span<double> column)
    {
        for (int pass = 0; pass < 2; pass++)
            for (int first = 0; first < basis.Length; first += column.Length)
            {
                var q = basis.Slice(first, column.Length);
                VectorRoutines.Axpy(-VectorRoutines.Dot(q, column), q, column);
            }
    }
}
