using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Budgets;

/// <summary>The same trajectory, gone through in every interval at a speed that falls exponentially: at the relative time θ it is where the other one is at
/// φ(θ) = (1 − e^{−cθ})/(1 − e^{−c}).</summary>
/// <remarks>An interpolant in time takes the parameters to move at a constant speed between two checkpoints, where they move at the speed of the
/// gradient.</remarks>
internal sealed class WarpedTrajectory(KernelTrajectory straight, IReadOnlyList<double> rates)
    : KernelTrajectory(straight.TrainSize, straight.TestSize, straight.Outputs, straight.Knots)
{
    public override double? Beta => straight.Beta;

    public override bool HasTestKernel => straight.HasTestKernel;

    public override double Epsilon => straight.Epsilon;

    public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) =>
        straight.TestKernelIntegral(nodes.Select(n => n with { Time = At(n.Interval, n.Time) }));

    protected override void KernelsCore(int interval, double time, in MatrixView kernels) => straight.Kernels(interval, At(interval, time), kernels);

    protected override void HessianCore(int interval, double time, OutputHessian B) => straight.Hessian(interval, At(interval, time), B);

    private double At(int interval, double time)
    {
        double a = Knots[interval], h = Knots[interval + 1] - a, c = rates[interval], theta = Math.Clamp((time - a) / h, 0, 1);
        // Below this the two times are the same to rounding.
        if (Math.Abs(c) < 1e-8) return time;
        return a + h * Math.Clamp((1 - Math.Exp(-c * theta)) / (1 - Math.Exp(-c)), 0, 1);
    }
}
