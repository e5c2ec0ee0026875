using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The products of a trajectory whose kernels are at hand as matrices: each one is formed at the time asked for, then multiplied.</summary>
/// <remarks>What a matrix-free computation is compared with, and what serves closed-form test problems. Memory: (N+M)·N numbers.</remarks>
public sealed class TrajectoryProducts : KernelProducts
{
    private readonly KernelTrajectory _trajectory;
    private readonly Backend _backend;
    private MatrixView _kernels, _train;
    private (int Interval, double Time) _formed = (-1, double.NaN), _formedTrain = (-1, double.NaN);

    /// <summary>Wraps a trajectory.</summary>
    /// <param name="trajectory">The trajectory.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public TrajectoryProducts(KernelTrajectory trajectory, Backend backend)
        : base(Given(trajectory, backend).TrainSize, trajectory.TestSize, trajectory.Outputs, trajectory.Knots)
    {
        (_trajectory, _backend) = (trajectory, backend);
    }

    /// <inheritdoc/>
    public override double? Beta => _trajectory.Beta;

    /// <inheritdoc/>
    public override double TrainBound(int interval)
    {
        // A trace bounds the largest eigenvalue of a positive semidefinite matrix, and with J or K linear in time it is convex: largest at an end. Other
        // trajectories are known at moments only, and twice the largest of these is taken.
        const int Moments = 5;
        double largest = 0, from = Knots[interval], length = Knots[interval + 1] - from;
        for (int i = 0; i < Moments; i++)
        {
            var kernels = Formed(interval, from + length * i / (Moments - 1));
            double trace = 0;
            for (int j = 0; j < TrainSize; j++) trace += kernels[j, j];
            largest = Math.Max(largest, trace);
        }
        return 2 * largest;
    }

    /// <inheritdoc/>
    public override double TrainFlops(int interval) => 2.0 * TrainSize * TrainSize;

    /// <inheritdoc/>
    protected override void ApplyTrainCore(int interval, double time, in MatrixView x, in MatrixView y) =>
        _backend.Gemm(Op.None, Op.None, 1, Train(interval, time), x, 0, y);

    /// <inheritdoc/>
    protected override void ApplyTestCore(int interval, double time, in MatrixView x, in MatrixView y) =>
        _backend.Gemm(Op.None, Op.None, 1, Formed(interval, time).Slice(TrainSize, 0, TestSize, TrainSize), x, 0, y);

    /// <inheritdoc/>
    protected override void ApplyTestTransposedCore(int interval, double time, in MatrixView y, in MatrixView x) =>
        _backend.Gemm(Op.Transpose, Op.None, 1, Formed(interval, time).Slice(TrainSize, 0, TestSize, TrainSize), y, 0, x);

    /// <inheritdoc/>
    protected override void HessianCore(int interval, double time, OutputHessian B) => _trajectory.Hessian(interval, time, B);

    // K_SS alone, which most products are with.
    private MatrixView Train(int interval, double time)
    {
        if (_formed == (interval, time)) return _kernels.Slice(0, 0, TrainSize, TrainSize);
        if (_formedTrain == (interval, time)) return _train;
        if (_train.Rows == 0) _train = Fresh(TrainSize, TrainSize);
        _trajectory.TrainKernel(interval, time, 1, 0, _train, _train, lower: false, _backend.Spare);
        _formedTrain = (interval, time);
        return _train;
    }

    private static MatrixView Fresh(int rows, int columns) => new(new double[ArraySize.Of(rows, columns)], rows, columns);

    private MatrixView Formed(int interval, double time)
    {
        if (_formed == (interval, time)) return _kernels;
        if (_kernels.Rows == 0) _kernels = Fresh(TrainSize + TestSize, TrainSize);
        _trajectory.Kernels(interval, time, _kernels);
        _formed = (interval, time);
        return _kernels;
    }

    private static KernelTrajectory Given(KernelTrajectory trajectory, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(backend);
        return trajectory;
    }
}
