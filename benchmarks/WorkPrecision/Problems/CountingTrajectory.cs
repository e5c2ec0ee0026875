using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.WorkPrecision;

/// <summary>Another trajectory with its kernel evaluations counted.</summary>
internal sealed class CountingTrajectory(KernelTrajectory inner) : KernelTrajectory(inner.TrainSize, inner.TestSize, inner.Outputs, inner.Knots)
{
    public long Evaluations { get; private set; }

    public override double? Beta => inner.Beta;

    public override bool HasTestKernel => inner.HasTestKernel;

    public override double Epsilon => inner.Epsilon;

    public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => inner.TestKernelIntegral(nodes);

    protected override void KernelsCore(int interval, double time, in MatrixView kernels)
    {
        Evaluations++;
        inner.Kernels(interval, time, kernels);
    }

    protected override void TrainKernelCore(int interval, double time, double alpha, double gamma, in MatrixView c, in MatrixView a, bool lower,
        ThreadBudget spare)
    {
        Evaluations++;
        inner.TrainKernel(interval, time, alpha, gamma, c, a, lower, spare);
    }

    protected override void TestKernelCore(int interval, double time, in MatrixView a, ThreadBudget spare) => inner.TestKernel(interval, time, a, spare);

    protected override void HessianCore(int interval, double time, OutputHessian B) => inner.Hessian(interval, time, B);
}
