using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Plain gradient descent from the kernels of each step: T = η_k J̄_k J_S,kᵀ X.</summary>
internal sealed class KernelSteps : DescentMap
{
    private readonly DescentKernels _kernels;
    private readonly Backend _backend;
    private readonly StepKernels _step;
    private readonly ChordHessian _hessian;
    private readonly double[] _none; // no estimate of the quadrature is wanted, for no vector

    /// <param name="kernels">Kernels per step.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public KernelSteps(DescentKernels kernels, Backend backend)
    {
        (_kernels, _backend) = (kernels, backend);
        _step = new StepKernels(kernels.TrainSize, kernels.TestSize);
        _hessian = new ChordHessian(kernels.TrainSize / kernels.Outputs, kernels.Outputs);
        _none = new double[kernels.TrainSize];
    }

    public override long Steps => _kernels.Steps;

    public override int TrainSize => _kernels.TrainSize;

    public override int Rows => _kernels.TrainSize + _kernels.TestSize;

    public override OutputHessian Average => _hessian.Average;

    /// <summary>K_SS at the start of the step last taken.</summary>
    public MatrixView Start => _step.Start;

    /// <summary>η_k, the learning rate of the step.</summary>
    public double LearningRate(long step) => _kernels.LearningRates[(int)step];

    public override void Respond(long step, in MatrixView x, in MatrixView t)
    {
        _kernels.Fill((int)step, _none, _step);
        _kernels.Hessians((int)step, _hessian);
        _backend.Gemm(Op.None, Op.None, LearningRate(step), _step.Average, x, 0, t);
    }
}
