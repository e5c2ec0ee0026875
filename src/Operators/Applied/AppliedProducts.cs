using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The products of a trajectory that is applied (<see cref="KernelTrajectory.IsApplied"/>), for sweeps.</summary>
public sealed class AppliedProducts : KernelProducts
{
    private readonly InterpolatedTrajectory _trajectory;
    private readonly AppliedKernels _kernels;

    /// <summary>Wraps a trajectory.</summary>
    /// <param name="trajectory">A trajectory of a builder that forms nothing (<see cref="TrajectoryBuilder.ReadApplied"/>).</param>
    /// <exception cref="ArgumentException">The trajectory forms its kernels.</exception>
    public AppliedProducts(InterpolatedTrajectory trajectory)
        : base(Given(trajectory).TrainSize, trajectory.TestSize, trajectory.Outputs, trajectory.Knots) =>
        (_trajectory, _kernels) = (trajectory, trajectory.Applied!);

    /// <inheritdoc/>
    public override double? Beta => _trajectory.Beta;

    /// <inheritdoc/>
    public override double TrainBound(int interval) => _kernels.TraceBound(interval);

    /// <inheritdoc/>
    public override double TrainFlops(int interval) => _kernels.Flops(interval);

    /// <inheritdoc/>
    protected override void ApplyTrainCore(int interval, double time, in MatrixView x, in MatrixView y) =>
        _kernels.Train(interval, Thetas(interval, time, x.Columns), x, y);

    /// <inheritdoc/>
    protected override void ApplyTestCore(int interval, double time, in MatrixView x, in MatrixView y) =>
        _kernels.Test(interval, Thetas(interval, time, x.Columns), x, y);

    /// <inheritdoc/>
    protected override void ApplyTestTransposedCore(int interval, double time, in MatrixView y, in MatrixView x) =>
        _kernels.TestTransposed(interval, _trajectory.Theta(interval, time), y, x);

    /// <inheritdoc/>
    protected override void HessianCore(int interval, double time, OutputHessian B) => _trajectory.Hessian(interval, time, B);

    private double[] Thetas(int interval, double time, int columns)
    {
        var thetas = new double[columns];
        Array.Fill(thetas, _trajectory.Theta(interval, time));
        return thetas;
    }

    private static InterpolatedTrajectory Given(InterpolatedTrajectory trajectory)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        if (!trajectory.IsApplied) throw new ArgumentException("The trajectory forms its kernels; TrajectoryProducts is for those.", nameof(trajectory));
        return trajectory;
    }
}
