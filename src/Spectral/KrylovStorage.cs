using KernelFlow.Numerics;

namespace KernelFlow.Spectral;

/// <summary>Small chores around a tall basis.</summary>
internal static class KrylovStorage
{
    /// <summary>Room for a basis.</summary>
    /// <exception cref="ArgumentException">It has more numbers than one array can hold.</exception>
    public static MatrixView Allocate(int rows, int columns)
    {
        if ((long)rows * columns > Array.MaxLength)
            throw new ArgumentException($"A basis of {columns} vectors of length {rows} does not fit into one array: take a smaller MaximumBasis.");
        return new MatrixView(new double[ArraySize.Of(rows, columns)], rows, columns);
    }

    /// <summary>Columns uniform on the cube; the caller makes them orthonormal.</summary>
    public static void Randomise(in MatrixView block, Random random)
    {
        for (int j = 0; j < block.Columns; j++)
            foreach (ref double v in block.Column(j)) v = random.NextDouble() - 0.5;
    }

    /// <summary>max |BᵀB − I|.</summary>
    public static double OrthogonalityLoss(in MatrixView basis, Backend backend)
    {
        int k = basis.Columns;
        var gram = new MatrixView(new double[ArraySize.Of(k, k)], k, k);
        backend.Syrk(Op.Transpose, 1, basis, 0, gram);
        double loss = 0;
        for (int j = 0; j < k; j++)
            for (int i = 0; i < k; i++) loss = Math.Max(loss, Math.Abs(gram[i, j] - (i == j ? 1 : 0)));
        return loss;
    }

    /// <summary>The norms of the columns of C·S.</summary>
    public static double[] ColumnNorms(in MatrixView c, in MatrixView s, Backend backend)
    {
        var norms = new double[s.Columns];
        if (c.Rows == 0 || s.Columns == 0) return norms;
        var product = new MatrixView(new double[ArraySize.Of(c.Rows, s.Columns)], c.Rows, s.Columns);
        backend.Gemm(Op.None, Op.None, 1, c, s, 0, product);
        for (int j = 0; j < norms.Length; j++) norms[j] = VectorRoutines.Norm(product.Column(j));
        return norms;
    }

    /// <summary>A copy of some columns.</summary>
    public static MatrixView Columns(in MatrixView matrix, ReadOnlySpan<int> indices)
    {
        var selected = new MatrixView(new double[ArraySize.Of(matrix.Rows, indices.Length)], matrix.Rows, indices.Length);
        for (int j = 0; j < indices.Length; j++) matrix.Column(indices[j]).CopyTo(selected.Column(j));
        return selected;
    }
}
