using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>The products of any trajectory that is applied, a part of a window as well: for sweeps.</summary>
internal sealed class WindowProducts(KernelTrajectory trajectory)
    : KernelProducts(trajectory.TrainSize, trajectory.TestSize, trajectory.Outputs, trajectory.Knots)
{
    public override double? Beta => trajectory.Beta;

    // The bound of the spectrum by Lanczos is lower than any trace.
    public override double TrainBound(int interval) => double.MaxValue;

    public override double TrainFlops(int interval) => 0;

    protected override void ApplyTrainCore(int interval, double time, in MatrixView x, in MatrixView y) =>
        trajectory.ApplyTrain(interval, Times(time, x.Columns), x, y);

    protected override void ApplyTestCore(int interval, double time, in MatrixView x, in MatrixView y) =>
        trajectory.ApplyTest(interval, Times(time, x.Columns), x, y);

    protected override void ApplyTestTransposedCore(int interval, double time, in MatrixView y, in MatrixView x) =>
        throw new NotSupportedException("A part of a window is carried forwards only.");

    protected override void HessianCore(int interval, double time, OutputHessian B) => trajectory.Hessian(interval, time, B);

    private static double[] Times(double time, int columns)
    {
        var times = new double[columns];
        Array.Fill(times, time);
        return times;
    }
}
