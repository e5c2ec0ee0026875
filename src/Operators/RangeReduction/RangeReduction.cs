using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>A flow on the range that the kernels of a window have in common, to a bound that is known before anything is integrated.</summary>
public sealed class RangeReduction
{
    internal RangeReduction(InterpolatedTrajectory whole, DenseMatrix basis, InterpolatedTrajectory reduced, TruncationBound bound)
    {
        (Whole, Basis, Trajectory, Bound) = (whole, basis, reduced, bound);
    }

    /// <summary>The trajectory that was reduced.</summary>
    public InterpolatedTrajectory Whole { get; }

    /// <summary>V, N×r, with orthonormal columns.</summary>
    public DenseMatrix Basis { get; }

    /// <summary>r.</summary>
    public int Rank => Basis.ColumnCount;

    /// <summary>N.</summary>
    public int Size => Basis.RowCount;

    /// <summary>VᵀK_SSV, K_QSV and B = βI as functions of time.</summary>
    public KernelTrajectory Trajectory { get; }

    /// <summary>How far the operators of the reduced flow are at most from those of the whole one.</summary>
    public TruncationBound Bound { get; }

    /// <summary>Vᵀx, r numbers.</summary>
    /// <param name="x">N numbers.</param>
    public double[] Project(ReadOnlySpan<double> x)
    {
        var result = new double[Rank];
        MatrixView v = Basis;
        for (int j = 0; j < result.Length; j++) result[j] = VectorRoutines.Dot(v.Column(j), x);
        return result;
    }

    /// <summary>V y, N numbers.</summary>
    /// <param name="y">r numbers.</param>
    public double[] Lift(ReadOnlySpan<double> y)
    {
        var result = new double[Size];
        MatrixView v = Basis;
        for (int j = 0; j < Rank; j++) VectorRoutines.Axpy(y[j], v.Column(j), result);
        return result;
    }

    /// <summary>x − VVᵀx: what is left out of a vector.</summary>
    /// <param name="x">N numbers.</param>
    public double[] LeftOut(ReadOnlySpan<double> x)
    {
        var result = x.ToArray();
        // Twice: what rounding leaves of the range in the first remainder is of the size of x.
        for (int pass = 0; pass < 2; pass++) VectorRoutines.Axpy(-1, Lift(Project(result)), result);
        return result;
    }

    /// <summary>The same range with d taken from the Jacobians themselves where that is smaller: kernels know it to rounding of ∫K_SS dτ only.</summary>
    /// <param name="checkpoints">The run that the trajectory was made of, with Jacobians.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between blocks of columns.</param>
    /// <exception cref="InvalidOperationException">The trajectory does not interpolate Jacobians.</exception>
    public RangeReduction WithResiduals(CheckpointSequence checkpoints, Backend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(backend);
        if (!checkpoints.HasJacobians || Whole.Interpolants is null) throw new InvalidOperationException("The trajectory does not interpolate Jacobians.");
        double trace = RangeResiduals.Integral(checkpoints, Whole, Basis, backend, cancellation);
        var tails = Bound.Tails;
        return new(Whole, Basis, (InterpolatedTrajectory)Trajectory, new TruncationBound(tails with
        {
            Trace = Math.Min(tails.Trace, trace), Largest = Math.Min(tails.Largest, trace),
        }));
    }

    /// <summary>Why a trajectory cannot be reduced; null where it can.</summary>
    /// <param name="trajectory">The trajectory.</param>
    public static string? Obstacle(KernelTrajectory trajectory)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        if (trajectory.Beta is not > 0) return "B is not a positive multiple of the identity, and the bound of truncation is proved for B = βI only";
        return trajectory is InterpolatedTrajectory ? null : "the interpolation gives no sum of kernels that could be projected one by one";
    }
}
