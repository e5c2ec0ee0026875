using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Columns made orthonormal in their order, by Gram–Schmidt taken twice.</summary>
internal static class OrthonormalColumns
{
    /// <summary>In place; a column that lies in the span of those before it becomes zero.</summary>
    public static void Make(in MatrixView x)
    {
        for (int j = 0; j < x.Columns; j++)
        {
            var column = x.Column(j);
            double before = VectorRoutines.Norm(column);
            for (int pass = 0; pass < 2; pass++)
                for (int i = 0; i < j; i++) VectorRoutines.Axpy(-VectorRoutines.Dot(x.Column(i), column), x.Column(i), column);
            double norm = VectorRoutines.Norm(column);
            if (norm > 1e-12 * before) VectorRoutines.Scale(1 / norm, column, column);
            else column.Clear();
        }
    }
}
