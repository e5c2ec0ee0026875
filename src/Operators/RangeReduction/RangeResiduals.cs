using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>∫‖(I − VVᵀ)J_S‖_F² dτ from the Jacobians themselves. Of kernels no more than N·ε‖∫K‖ can be told from zero; here it is the square of N·ε times
/// that size.</summary>
internal static class RangeResiduals
{
    private const int BlockBytes = 4 << 20;

    /// <summary>An upper bound; 4NrD flops for every checkpoint.</summary>
    /// <param name="checkpoints">A run with Jacobians.</param>
    /// <param name="whole">How they are interpolated.</param>
    /// <param name="basis">V, N×r.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between blocks.</param>
    public static double Integral(CheckpointSequence checkpoints, InterpolatedTrajectory whole, in MatrixView basis, Backend backend,
        CancellationToken cancellation)
    {
        var sizes = new Dictionary<int, double>();
        double sum = 0;
        for (int i = 0; i < whole.Intervals; i++)
        {
            var interpolant = whole.Interpolants![i];
            double mean = 0;
            for (int a = 0; a < interpolant.Checkpoints.Count; a++)
                for (int b = 0; b < interpolant.Checkpoints.Count; b++)
                    mean += TermIntegrals.AbsoluteMean(Polynomial.Product(interpolant.Basis[a], interpolant.Basis[b]))
                        * Size(interpolant.Checkpoints[a], basis) * Size(interpolant.Checkpoints[b], basis);
            sum += (whole.Knots[i + 1] - whole.Knots[i]) * mean;
        }
        return sum;

        double Size(int k, in MatrixView v) =>
            sizes.TryGetValue(k, out double known) ? known : sizes[k] = Residual(checkpoints[k], checkpoints.Parameters!.Value, v, backend, cancellation);
    }

    // ‖J_S − V(VᵀJ_S)‖_F, block by block of columns, with what rounding may hide.
    private static double Residual(Checkpoint checkpoint, long parameters, in MatrixView basis, Backend backend, CancellationToken cancellation)
    {
        int N = basis.Rows, width = (int)Math.Min(parameters, Math.Max(64, BlockBytes / (8L * N)));
        double[] block = new double[ArraySize.Of(width, N)], roots = new double[width], inside = new double[ArraySize.Of(width, basis.Columns)];
        double left = 0, all = 0;
        for (long first = 0; first < parameters; first += width)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(width, parameters - first);
            MatrixView x = new(block, count, N), y = new(inside, count, basis.Columns);
            checkpoint[TensorName.J_S].ReadTransposed(first, x);
            Preconditioner.ScaleRows(checkpoint, first, x, roots);
            all += Math.Pow(MatrixNorms.Frobenius(x), 2);
            backend.Gemm(Op.None, Op.None, 1, x, basis, 0, y);
            backend.Gemm(Op.None, Op.Transpose, -1, y, basis, 1, x);
            left += Math.Pow(MatrixNorms.Frobenius(x), 2);
        }
        return Math.Sqrt(left) + N * Tolerances.Epsilon * Math.Sqrt(all);
    }
}
