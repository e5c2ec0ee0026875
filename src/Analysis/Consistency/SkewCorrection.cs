using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Consistency;

/// <summary>The part of J̄J_Sᵀ that is lost where products of distant checkpoints were formed as symmetric sums only.</summary>
/// <remarks>J_bJ_aᵀ − J_aJ_bᵀ is to first order (t_b − t_a) times a matrix that hardly moves over neighbouring intervals, and that matrix is known
/// from the pair
/// (k, k+1): without it a step would be wrong by O(h), more than the difference of two interpolants.</remarks>
internal sealed class SkewCorrection
{
    private readonly JacobianInterpolant _interpolant;
    private readonly DenseMatrix _skew;
    private readonly IReadOnlyList<double> _times;

    private SkewCorrection(JacobianInterpolant interpolant, DenseMatrix skew, IReadOnlyList<double> times) =>
        (_interpolant, _skew, _times) = (interpolant, skew, times);

    /// <summary>For an interval of a path; null where nothing is lost.</summary>
    /// <param name="path">The path, J interpolated.</param>
    /// <param name="interval">The interval between checkpoints k and k + 1.</param>
    /// <param name="kernels">The products of the run.</param>
    /// <param name="times">Times of all checkpoints.</param>
    public static SkewCorrection? Of(InterpolatedTrajectory path, int interval, TrajectoryBuilder kernels, IReadOnlyList<double> times) =>
        path.Interpolants?[interval] is { Checkpoints.Count: > 2, IsWrittenInSlopes: false } interpolant && kernels.Skew(interval) is { } skew
            ? new SkewCorrection(interpolant, skew, times) : null;

    /// <summary>Adds it to the kernel of a step.</summary>
    /// <param name="start">t_k.</param>
    /// <param name="end">t_{k+1}.</param>
    /// <param name="from">Where the step begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="kernels">[J̄_S; J̄_Q]J_Sᵀ, which is completed.</param>
    public void Add(double start, double end, double from, double to, in MatrixView kernels)
    {
        double h = end - start, x = (from - start) / h, y = (to - start) / h, factor = 0;
        var points = _interpolant.Checkpoints;
        for (int a = 0; a < points.Count; a++)
            for (int b = a + 1; b < points.Count; b++)
                if (points[b] - points[a] > 1)
                    factor += 0.5 * (_interpolant.Mean(b, x, y) * _interpolant.At(a, x) - _interpolant.Mean(a, x, y) * _interpolant.At(b, x))
                        * (_times[points[b]] - _times[points[a]]) / h;
        MatrixView skew = _skew;
        for (int j = 0; j < kernels.Columns; j++) VectorRoutines.Axpy(factor, skew.Column(j), kernels.Column(j));
    }
}
