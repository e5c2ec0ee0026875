using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Carries;

/// <summary>A part of a trajectory between two of its knots, as a trajectory of its own.</summary>
internal sealed class WindowTrajectory(KernelTrajectory whole, int first, int last)
    : KernelTrajectory(whole.TrainSize, whole.TestSize, whole.Outputs, [.. whole.Knots.Skip(first).Take(last - first + 1)])
{
    public override double? Beta => whole.Beta;

    public override bool HasTestKernel => whole.HasTestKernel;

    public override double Epsilon => whole.Epsilon;

    public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) =>
        whole.TestKernelIntegral(nodes.Select(n => n with { Interval = n.Interval + first }));

    public override DenseMatrix MotionIntegral(IEnumerable<QuadratureNode> nodes) =>
        whole.MotionIntegral(nodes.Select(n => n with { Interval = n.Interval + first }));

    public override IReadOnlyList<WeightedTerm>? Terms(int interval) => whole.Terms(interval + first);

    public override double Position(int interval, double time) => whole.Position(interval + first, time);

    public override bool IsApplied => whole.IsApplied;

    protected override void ApplyTrainCore(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y) =>
        whole.ApplyTrain(interval + first, times, x, y);

    protected override void ApplyTestCore(int interval, ReadOnlySpan<double> times, in MatrixView x, in MatrixView y) =>
        whole.ApplyTest(interval + first, times, x, y);

    protected override void KernelsCore(int interval, double time, in MatrixView kernels) => whole.Kernels(interval + first, time, kernels);

    protected override void TrainKernelCore(int interval, double time, double alpha, double gamma, in MatrixView c, in MatrixView a, bool lower,
        ThreadBudget spare) => whole.TrainKernel(interval + first, time, alpha, gamma, c, a, lower, spare);

    protected override void TestKernelCore(int interval, double time, in MatrixView a, ThreadBudget spare) =>
        whole.TestKernel(interval + first, time, a, spare);

    protected override void HessianCore(int interval, double time, OutputHessian B) => whole.Hessian(interval + first, time, B);
}
