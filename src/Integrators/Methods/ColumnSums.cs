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
}
