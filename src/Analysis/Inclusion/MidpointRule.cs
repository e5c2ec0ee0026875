using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>The implicit midpoint rule, equal steps in every interval: Y = (I + ½hβK)⁻¹X and X ← 2Y − X, K in the middle of the step.</summary>
/// <remarks>
/// W_S, G_S and G_Q are sums over the middles, with products of the kernels: nothing is taken from P or from the equations that were solved. With the
/// stepping loop of the integrators it has nothing in common, so no fault of that loop is in both; and having neither error columns nor sums of single
/// steps it goes through N×N numbers less than half as often. For B = βI only: there every fault of P, W_S or G_S in the main integration breaks an
/// identity that holds to rounding, and what the second one is for is the integration error of each mode. Over a B that varies its agreement with the first
/// is all there is, and an error of half a per cent would cover faults of that size.
/// </remarks>
internal static class MidpointRule
{
    /// <summary>Carries columns, or all of them.</summary>
    /// <param name="trajectory">What is integrated; B = βI.</param>
    /// <param name="block">V, N×c: the columns at the first knot; null for the identity.</param>
    /// <param name="count">Steps in every interval.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <returns>What became of the columns, with errors that are not known, and the middles of the steps.</returns>
    /// <exception cref="NumericalException">The equations of a step are singular.</exception>
    public static (BlockTransport Transport, IReadOnlyList<QuadratureNode> Nodes) Carry(KernelTrajectory trajectory, MatrixView? block, int count,
        Backend backend, CancellationToken cancellation)
    {
        int n = trajectory.TrainSize, m = trajectory.TestSize, c = block?.Columns ?? n;
        var taken = new List<double[]>();
        MatrixView Take(int rows, int columns)
        {
            var view = backend.Buffers.Take(rows, columns);
            if (view.Array.Length > 0) taken.Add(view.Array);
            return view;
        }
        DenseMatrix p = new(n, c), w = new(c, c), train = new(n, c), test = new(m, c);
        if (block is { } v) v.CopyTo(p);
        try
        {
            MatrixView kernel = Take(n, n), testKernel = Take(m, n), y = Take(n, c), product = Take(n, c);
            MatrixView matrix = Take(n, n);
            var nodes = new List<QuadratureNode>();
            for (int k = 0; k < trajectory.Intervals; k++)
                for (int s = 0; s < count; s++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    double h = (trajectory.Knots[k + 1] - trajectory.Knots[k]) / count, time = trajectory.Knots[k] + (s + 0.5) * h;
                    nodes.Add(new QuadratureNode(k, time, h));
                    trajectory.TrainKernel(k, time, 1, 0, kernel, kernel, lower: false, backend.Spare);
                    trajectory.TestKernel(k, time, testKernel, backend.Spare);
                    bool identity = block is null && nodes.Count == 1;
                    Form(kernel, 0.5 * h * trajectory.Beta!.Value, matrix, backend);
                    if (backend.Cholesky(matrix) is not 0 and var failed)
                        throw new NumericalException(FormattableString.Invariant($"the midpoint rule: a singular matrix at t = {time:R}, h = {h:R} ")
                            + $"(pivot {failed} of {n}); likely cause: a kernel that is not positive semidefinite, or not finite, there.");
                    Solve(matrix, identity ? null : p, y, backend);
                    backend.Gemm(Op.None, Op.None, 1, kernel, y, 0, product);
                    backend.SymmetricProduct(h, y, product, 1, w);
                    if (m > 0) backend.Gemm(Op.None, Op.None, h, testKernel, y, 1, test);
                    if (identity)
                        for (int i = 0; i < n; i++) p.At(i, i, 1);
                    SharedColumns.Run(backend.Spare, c, 2.0 * n * c, new Advance(y, product, h, p, train));
                }
            var report = new SolveReport(Methods.Gauss2.Name, nodes.Count, 0, 1) { Method = Methods.Gauss2 };
            int[] perInterval = [.. Enumerable.Repeat(count, trajectory.Intervals)];
            return (new BlockTransport(p, train, test, w, new IntegrationError(double.NaN, double.NaN, double.NaN), report) { StepsPerInterval = perInterval },
                nodes);
        }
        finally
        {
            foreach (double[] array in taken) backend.Buffers.Return(array);
        }
    }

    // The lower triangle of I + factor·K: Cholesky reads no more.
    private static void Form(in MatrixView kernel, double factor, in MatrixView matrix, Backend backend)
    {
        int n = matrix.Rows;
        SharedColumns.Run(backend.Spare, n, 0.5 * n * n, new Scaled(factor, kernel, matrix));
        for (int i = 0; i < n; i++) matrix[i, i] += 1;
    }

    // X is null for the identity. With many columns a product with the inverse runs at several times the rate of triangular solves.
    private static void Solve(in MatrixView factor, DenseMatrix? x, in MatrixView y, Backend backend)
    {
        if (x is null || y.Columns > y.Rows / 4)
        {
            backend.CholeskyInverse(factor);
            if (x is null) factor.CopyTo(y);
            else backend.Gemm(Op.None, Op.None, 1, factor, x, 0, y);
            return;
        }
        ((MatrixView)x).CopyTo(y);
        backend.CholeskySolve(factor, y);
    }

    private readonly struct Scaled(double factor, MatrixView from, MatrixView to) : IColumnWork
    {
        public void Run(int first, int last)
        {
            for (int j = first; j < last; j++) VectorRoutines.Scale(factor, from.Column(j)[j..], to.Column(j)[j..]);
        }
    }

    // X ← 2Y − X and G_S ← G_S + h·KY.
    private readonly struct Advance(MatrixView y, MatrixView product, double h, MatrixView x, MatrixView train) : IColumnWork
    {
        public void Run(int first, int last)
        {
            for (int j = first; j < last; j++)
            {
                VectorRoutines.Combine(2, y.Column(j), -1, x.Column(j), x.Column(j));
                VectorRoutines.Axpy(h, product.Column(j), train.Column(j));
            }
        }
    }
}
