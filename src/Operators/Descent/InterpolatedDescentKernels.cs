using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Steps of gradient descent between sparse checkpoints: J at each step's time, and J̄ at its middle, from the interpolant (theory, section
/// 8).</summary>
/// <remarks>Learning rates are taken as constant between neighbouring checkpoints. Exact for the interpolant when J is linear in t; how far that is
/// from the run, the budget shows.</remarks>
public sealed class InterpolatedDescentKernels : DescentKernels
{
    private readonly InterpolatedTrajectory _trajectory;
    private readonly (int Interval, double From, double To)[] _steps;
    private readonly MatrixView _kernels;

    /// <summary>Lays the recorded steps over an interpolant.</summary>
    /// <param name="trajectory">The interpolant; its knots are the checkpoints.</param>
    /// <param name="checkpoints">Their step numbers.</param>
    public InterpolatedDescentKernels(InterpolatedTrajectory trajectory, CheckpointSequence checkpoints)
        : this(trajectory, Lay(trajectory, checkpoints)) { }

    private InterpolatedDescentKernels(InterpolatedTrajectory trajectory, (int Interval, double From, double To)[] steps)
        : base(trajectory.TrainSize, trajectory.TestSize, trajectory.Outputs, [.. steps.Select(s => s.To - s.From)])
    {
        _trajectory = trajectory;
        _steps = steps;
        _kernels = new MatrixView(new double[ArraySize.Of(TrainSize + TestSize, TrainSize)], TrainSize + TestSize, TrainSize);
    }

    /// <inheritdoc/>
    public override ChordQuadratureKind Quadrature => ChordQuadratureKind.Interpolated;

    /// <inheritdoc/>
    public override bool HasTestKernel => _trajectory.HasTestKernel;

    /// <inheritdoc/>
    public override double Epsilon => _trajectory.Epsilon;

    /// <summary>Index of the first step that leaves each checkpoint, and the number of steps as the last entry.</summary>
    public static int[] StepOfCheckpoint(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return [.. checkpoints.Select(c => checked((int)(c.Step - checkpoints[0].Step)))];
    }

    /// <summary>Some of the steps, on the same interpolant.</summary>
    /// <param name="first">The first step.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such steps.</exception>
    public InterpolatedDescentKernels Part(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _steps.Length - first);
        return new(_trajectory, _steps[first..(first + count)]);
    }

    /// <inheritdoc/>
    public override void Hessians(int step, ChordHessian target)
    {
        ArgumentNullException.ThrowIfNull(target);
        var (interval, from, to) = _steps[step];
        target.Fill(_trajectory, interval, from, to);
    }

    /// <inheritdoc/>
    protected override void FillCore(int step, ReadOnlySpan<double> g, StepKernels target)
    {
        var (interval, from, to) = _steps[step];
        _trajectory.Kernels(interval, from, _kernels);
        _kernels.Slice(0, 0, TrainSize, TrainSize).CopyTo(target.Start);
        double middle = 0.5 * (from + to);
        _trajectory.Kernels(interval, middle, _kernels);
        _kernels.Slice(0, 0, TrainSize, TrainSize).CopyTo(target.TrainAverage);
        ((MatrixView)_trajectory.TestKernelIntegral([new QuadratureNode(interval, middle, 1)])).CopyTo(target.TestAverage);
        _trajectory.Chord(interval, from, to, target.Average);
        target.Changes.Clear();
    }

    private static (int, double, double)[] Lay(InterpolatedTrajectory trajectory, CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(checkpoints);
        var steps = new List<(int, double, double)>();
        for (int k = 0; k + 1 < checkpoints.Count; k++)
        {
            long count = checkpoints[k + 1].Step - checkpoints[k].Step;
            double start = trajectory.Knots[k], length = trajectory.Knots[k + 1] - start;
            for (long j = 0; j < count; j++) steps.Add((k, start + length * j / count, start + length * (j + 1) / count));
        }
        return [.. steps];
    }
}
