using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Element-wise passes over N×N matrices, shared among the threads of a backend.</summary>
/// <param name="spare">Threads that may compute beside this one.</param>
internal sealed class ColumnSums(ThreadBudget spare)
{
    /// <summary>z ← a·x + b·y; z may be x or y.</summary>
    public void Combine(double a, in MatrixView x, double b, in MatrixView y, in MatrixView z) => Run(new Combination(z, a, x, b, y, default, default));

    /// <summary>z ← a·x + b·y + c·u; z may be x.</summary>
    public void Combine(double a, in MatrixView x, double b, in MatrixView y, double c, in MatrixView u, in MatrixView z) =>
        Run(new Combination(z, a, x, b, y, (c, 0), (u, default)));

    /// <summary>z ← a·x + b·y + c·u + d·v; z may be x.</summary>
    public void Combine(double a, in MatrixView x, double b, in MatrixView y, double c, in MatrixView u, double d, in MatrixView v, in MatrixView z) =>
        Run(new Combination(z, a, x, b, y, (c, d), (u, v)));

    /// <summary>z ← a·x.</summary>
    public void Scale(double a, in MatrixView x, in MatrixView z) => Run(new Multiple(z, a, x));

    /// <summary>A ← B·A + γ·C for the block diagonal B; with γ = 0 C is not read.</summary>
    public void Apply(OutputHessian b, in MatrixView a, double gamma, in MatrixView c) =>
        SharedColumns.Run(spare, a.Columns, (double)b.Outputs * a.Rows * a.Columns, new BlockProduct(b, a, gamma, c));

    private void Run<T>(in T work)
        where T : struct, ITargeted => SharedColumns.Run(spare, work.Target.Columns, (double)work.Target.Rows * work.Target.Columns, work);

    private interface ITargeted : IColumnWork
    {
        MatrixView Target { get; }
    }

    private readonly struct Multiple(MatrixView z, double a, MatrixView x) : ITargeted
    {
        public MatrixView Target => z;

        public void Run(int first, int last)
        {
            for (int j = first; j < last; j++) VectorRoutines.Scale(a, x.Column(j), z.Column(j));
        }
    }

    private readonly struct Combination(MatrixView z, double a, MatrixView x, double b, MatrixView y, (double C, double D) more,
        (MatrixView U, MatrixView V) others) : ITargeted
    {
        public MatrixView Target => z;

        public void Run(int first, int last)
        {
            for (int j = first; j < last; j++)
            {
                var target = z.Column(j);
                VectorRoutines.Combine(a, x.Column(j), b, y.Column(j), target);
                if (more.C != 0) VectorRoutines.Axpy(more.C, others.U.Column(j), target);
                if (more.D != 0) VectorRoutines.Axpy(more.D, others.V.Column(j), target);
            }
        }
    }

    // A block of B is symmetric: its rows, which lie one after the other, are its columns, so that a column of A is combined from whole rows of numbers.
    private readonly struct BlockProduct(OutputHessian b, MatrixView a, double gamma, MatrixView c) : IColumnWork
    {
        private const int OnStack = 512;

        public void Run(int first, int last)
        {
            int p = b.Outputs;
            double[] blocks = b.Blocks;
            Span<double> sum = p <= OnStack ? stackalloc double[p] : new double[p];
            for (int j = first; j < last; j++)
            {
                var column = a.Column(j);
                if (p == 1) VectorRoutines.Multiply(blocks, column, column);
                else
                {
                    for (int i = 0, block = 0; i < column.Length; i += p)
                    {
                        VectorRoutines.Scale(column[i], blocks.AsSpan(block, p), sum);
                        block += p;
                        for (int d = 1; d < p; d++, block += p) VectorRoutines.Axpy(column[i + d], blocks.AsSpan(block, p), sum);
                        sum.CopyTo(column.Slice(i, p));
                    }
                }
                if (gamma != 0) VectorRoutines.Axpy(gamma, c.Column(j), column);
            }
        }
    }
}
