using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>A ← B·A + γ·C for a block diagonal B and columns A of many: the product of each block with a few numbers, in registers.</summary>
internal sealed class BlockProduct
{
    private const int MostVectors = 4; // that a block of B may be wide to be kept in registers
    private double[] _padded = [];

    /// <summary>A ← B·A + γ·C; with γ = 0 C is not read.</summary>
    public void Apply(OutputHessian b, in MatrixView a, double gamma, in MatrixView c, ThreadBudget spare)
    {
        int p = b.Outputs, vectors = (p + Vector<double>.Count - 1) / Vector<double>.Count;
        bool small = p > 1 && vectors <= MostVectors;
        if (small) Pad(b, vectors * Vector<double>.Count);
        SharedColumns.Run(spare, a.Columns, 2.0 * a.Rows * a.Columns, new Columns(b, small ? _padded : null, vectors, a, gamma, c));
    }

    // A block of B is symmetric: its rows, which lie one after the other, are its columns. Each begins at a multiple of the width of a vector, zeros between.
    private void Pad(OutputHessian b, int width)
    {
        int p = b.Outputs, rows = b.Examples * p;
        if (_padded.Length != rows * width) _padded = new double[rows * width];
        for (int row = 0; row < rows; row++) b.Blocks.AsSpan(row * p, p).CopyTo(_padded.AsSpan(row * width, p));
    }

    private readonly struct Columns(OutputHessian b, double[]? padded, int vectors, MatrixView a, double gamma, MatrixView c) : IColumnWork
    {
        private const int OnStack = 512;

        public void Run(int first, int last)
        {
            int p = b.Outputs;
            Span<double> sum = p <= OnStack ? stackalloc double[p + MostVectors * Vector<double>.Count] : new double[p];
            for (int j = first; j < last; j++)
            {
                var column = a.Column(j);
                if (p == 1) VectorRoutines.Multiply(b.Blocks, column, column);
                else if (padded is not null) Small(padded, p, vectors, column, sum);
                else Large(b.Blocks, p, column, sum[..p]);
                if (gamma != 0) VectorRoutines.Axpy(gamma, c.Column(j), column);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Small(double[] padded, int p, int vectors, Span<double> column, Span<double> sum)
        {
            var rows = MemoryMarshal.Cast<double, Vector<double>>(padded.AsSpan());
            var target = MemoryMarshal.Cast<double, Vector<double>>(sum[..(vectors * Vector<double>.Count)]);
            int row = 0;
            for (int i = 0; i < column.Length; i += p)
            {
                Vector<double> s0 = default, s1 = default, s2 = default, s3 = default;
                for (int d = 0; d < p; d++, row += vectors)
                {
                    var x = new Vector<double>(column[i + d]);
                    s0 = Vector.MultiplyAddEstimate(x, rows[row], s0);
                    if (vectors > 1) s1 = Vector.MultiplyAddEstimate(x, rows[row + 1], s1);
                    if (vectors > 2) s2 = Vector.MultiplyAddEstimate(x, rows[row + 2], s2);
                    if (vectors > 3) s3 = Vector.MultiplyAddEstimate(x, rows[row + 3], s3);
                }
                target[0] = s0;
                if (vectors > 1) target[1] = s1;
                if (vectors > 2) target[2] = s2;
                if (vectors > 3) target[3] = s3;
                sum[..p].CopyTo(column.Slice(i, p));
            }
        }

        private static void Large(double[] blocks, int p, Span<double> column, Span<double> sum)
        {
            for (int i = 0, block = 0; i < column.Length; i += p)
            {
                VectorRoutines.Scale(column[i], blocks.AsSpan(block, p), sum);
                block += p;
                for (int d = 1; d < p; d++, block += p) VectorRoutines.Axpy(column[i + d], blocks.AsSpan(block, p), sum);
                sum.CopyTo(column.Slice(i, p));
            }
        }
    }
}
