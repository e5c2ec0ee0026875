using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>(I + ½hBK)Y = X, the equations of a step of the midpoint rule: by Cholesky where B = βI, otherwise by LU.</summary>
/// <param name="trajectory">Gives B.</param>
/// <param name="matrix">Scratch N×N.</param>
/// <param name="backend">The dense linear algebra to use.</param>
internal sealed class MidpointEquations(KernelTrajectory trajectory, MatrixView matrix, Backend backend)
{
    private readonly OutputHessian? _hessian =
        trajectory.Beta is null ? new OutputHessian(trajectory.TrainSize / trajectory.Outputs, trajectory.Outputs) : null;

    private readonly int[] _pivots = new int[trajectory.TrainSize];

    /// <summary>Solves for Y.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">The middle of the step.</param>
    /// <param name="h">Its length.</param>
    /// <param name="kernel">K_SS there.</param>
    /// <param name="x">X; null for the identity.</param>
    /// <param name="y">Receives Y.</param>
    public void Solve(int interval, double time, double h, in MatrixView kernel, MatrixView? x, in MatrixView y)
    {
        int n = matrix.Rows;
        if (trajectory.Beta is { } beta) SharedColumns.Run(backend.Spare, n, 0.5 * n * n, new Scaled(0.5 * h * beta, kernel, matrix));
        else
        {
            trajectory.Hessian(interval, time, _hessian!);
            _hessian!.Apply(0.5 * h, kernel, 0, matrix);
        }
        for (int i = 0; i < n; i++) matrix[i, i] += 1;
        int failed = _hessian is null ? backend.Cholesky(matrix) : backend.Lu(matrix, _pivots);
        if (failed != 0)
            throw new NumericalException(FormattableString.Invariant($"the midpoint rule: the equations of the step at t = {time:R}, h = {h:R} are singular ")
                + $"(pivot {failed} of {n}); likely cause: a kernel or loss Hessian that is not positive semidefinite, or not finite, there.");
        // With many columns a product with the inverse runs at several times the rate of triangular solves.
        if (_hessian is null && y.Columns > n / 4)
        {
            backend.CholeskyInverse(matrix);
            if (x is { } all) backend.Gemm(Op.None, Op.None, 1, matrix, all, 0, y);
            else matrix.CopyTo(y);
            return;
        }
        if (x is { } columns) columns.CopyTo(y);
        else
        {
            y.Fill(0);
            for (int i = 0; i < n; i++) y[i, i] = 1;
        }
        if (_hessian is null) backend.CholeskySolve(matrix, y);
        else backend.LuSolve(Op.None, matrix, _pivots, y);
    }

    // The lower triangle of a multiple of K: Cholesky reads no more.
    private readonly struct Scaled(double factor, MatrixView from, MatrixView to) : IColumnWork
    {
        public void Run(int first, int last)
        {
            for (int j = first; j < last; j++) VectorRoutines.Scale(factor, from.Column(j)[j..], to.Column(j)[j..]);
        }
    }
}
