using KernelFlow.Numerics;

namespace KernelFlow.Spectral;

/// <summary>Makes a block orthonormal and orthogonal to a basis, by block Gram–Schmidt repeated until it changes nothing ("twice is
/// enough", Kahan and Parlett; the test is that of Daniel, Gragg, Kaufman and Stewart 1976, per column). A direction the block does
/// not have is filled with a random one.</summary>
internal sealed class BlockOrthogonalizer(Backend backend, Random random)
{
    private const double Enough = 0.5; // what must be left of a column's norm after a pass
    private const int MaximumPasses = 12;
    private double[] _coefficients = [];

    /// <summary>Overwrites Z (N×w) by an orthonormal Z₊ ⟂ Q in its first columns, with Z = QH + Z₊R up to what counts as zero.</summary>
    /// <param name="q">Orthonormal basis, N×m.</param>
    /// <param name="z">The block; its first min(w, N − m) columns are the result.</param>
    /// <param name="tiny">Norm up to which a direction counts as zero.</param>
    /// <param name="trailing">Receives the last rows of H, as many as it has.</param>
    /// <returns>R, min(w, N − m)×w. A row that belongs to a random direction is zero up to what later columns have along it.</returns>
    /// <exception cref="NumericalException">The basis is not orthonormal, so no pass settles.</exception>
    public MatrixView Run(in MatrixView q, in MatrixView z, double tiny, in MatrixView trailing)
    {
        int m = q.Columns, width = z.Columns, target = Math.Min(width, q.Rows - m);
        MatrixView r = default;
        var filled = new bool[target];
        for (int pass = 0; pass < MaximumPasses; pass++)
        {
            var block = z.ColumnRange(0, pass == 0 ? width : target);
            var before = new double[block.Columns];
            for (int j = 0; j < block.Columns; j++) before[j] = VectorRoutines.Norm(block.Column(j));
            var h = Coefficients(m, block.Columns);
            BasisProducts.Project(backend, q, block, h);
            BasisProducts.Subtract(backend, q, h, block);
            if (pass == 0 && trailing.Rows > 0) h.Slice(m - trailing.Rows, 0, trailing.Rows, width).CopyTo(trailing);
            var (step, settled) = Triangularise(block, before, r, filled, tiny);
            r = pass == 0 ? step : Product(step, r);
            if (settled) return r;
        }
        throw new NumericalException($"Lanczos: a block did not become orthogonal to a basis of {m} vectors in {MaximumPasses} passes.");
    }

    // Modified Gram–Schmidt inside the block. 'r' holds the sizes the columns stand for in later passes, where they enter with norm
    // one; a column that was filled stands for nothing.
    private (MatrixView R, bool Settled) Triangularise(in MatrixView z, double[] before, in MatrixView r, bool[] filled, double tiny)
    {
        int width = z.Columns, target = filled.Length, count = 0;
        var step = new MatrixView(new double[ArraySize.Of(target, width)], target, width);
        bool settled = true;
        for (int j = 0; j < width; j++)
        {
            var column = z.Column(j);
            RemoveAccepted(z, count, column, step, j);
            if (count == target) continue; // the space is exhausted: what is left is rounding
            double left = VectorRoutines.Norm(column), size = r.Rows > 0 ? RowNorm(r, count) : 1;
            if (left == 0 || (!filled[count] && left * size <= tiny))
            {
                filled[count] = true;
                if (r.Rows > 0) r.Slice(count, 0, 1, r.Columns).Fill(0);
                for (int i = 0; i < column.Length; i++) column[i] = random.NextDouble() - 0.5;
                VectorRoutines.Divide(column, VectorRoutines.Norm(column));
                RemoveAccepted(z, count, column, default, 0);
                left = VectorRoutines.Norm(column);
                settled = false;
            }
            else
            {
                step[count, j] = left;
                settled &= left >= Enough * before[j];
            }
            if (count != j) column.CopyTo(z.Column(count));
            VectorRoutines.Divide(z.Column(count), left);
            count++;
        }
        return (step, settled);
    }

    private static void RemoveAccepted(in MatrixView z, int count, Span<double> column, in MatrixView step, int j)
    {
        for (int i = 0; i < count; i++)
        {
            double dot = VectorRoutines.Dot(z.Column(i), column);
            VectorRoutines.Axpy(-dot, z.Column(i), column);
            if (step.Rows > 0) step[i, j] += dot;
        }
    }

    private static double RowNorm(in MatrixView r, int row)
    {
        double sum = 0;
        for (int j = 0; j < r.Columns; j++) sum += r[row, j] * r[row, j];
        return Math.Sqrt(sum);
    }

    private MatrixView Product(in MatrixView a, in MatrixView b)
    {
        if (a.Rows == 1)
        {
            for (int j = 0; j < b.Columns; j++) b[0, j] *= a[0, 0];
            return b;
        }
        var c = new MatrixView(new double[ArraySize.Of(a.Rows, b.Columns)], a.Rows, b.Columns);
        backend.Gemm(Op.None, Op.None, 1, a, b, 0, c);
        return c;
    }

    private MatrixView Coefficients(int rows, int columns)
    {
        if (_coefficients.Length < rows * columns) _coefficients = new double[ArraySize.Of(2L * rows, columns)];
        return new MatrixView(_coefficients, 0, rows, columns, Math.Max(1, rows));
    }
}
