using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>Plain gradient descent from the kernels of each step: T = η_k J̄_k J_S,kᵀ X. The parameters do not appear.</summary>
internal sealed class KernelResponse : StepResponse
{
    private readonly DescentKernels _kernels;
    private readonly Backend _backend;
    private readonly StepKernels _step;
    private readonly MatrixView _test, _motion, _left, _transposed;
    private int _last;

    public KernelResponse(DescentKernels kernels, Backend backend, DescentRule? rule = null, int? carried = null)
        : base(kernels.TrainSize, kernels.TestSize, kernels.Outputs)
    {
        (_kernels, _backend, Carried) = (kernels, backend, carried ?? kernels.TrainSize);
        Rule = rule ?? DescentRule.Plain;
        int N = kernels.TrainSize, M = kernels.TestSize;
        _step = new StepKernels(N, M);
        _test = new MatrixView(new double[ArraySize.Of(M, M)], M, M);
        (_motion, _left, _transposed) = (Square(N), Square(N), Square(N));
    }

    public override int Carried { get; }

    public override DescentRule Rule { get; }

    public override IReadOnlyList<double> LearningRates => _kernels.LearningRates;

    public override ChordQuadratureKind Quadrature => _kernels.Quadrature;

    public override bool HasTestKernel => _kernels.HasTestKernel;

    public override double Epsilon => _kernels.Epsilon;

    public override MatrixView Start => _step.Start;

    public override ReadOnlySpan<double> Weights => _kernels.Batches is { } batches ? batches.Weights(_last) : default;

    public override StepChanges Changes => _step.Changes;

    protected override void Hessians(int step, ChordHessian target) => _kernels.Hessians(step, target);

    protected override void RespondCore(int step, in MatrixView x, in MatrixView t)
    {
        double eta = LearningRates[step];
        _last = step;
        _kernels.Fill(step, x.Column(Carried), _step);
        _backend.Gemm(Op.None, Op.None, eta, _step.Average, x, 0, t);
        _step.Changes.Scale(eta);
        for (int j = 0; j < TestSize; j++) TensorPrimitives.MultiplyAdd(_step.TestAverage.Column(j), eta, _test.Column(j), _test.Column(j));
        // Σ η B̄ J̄J̄ᵀ B̄, B̄ applied from the left twice.
        Hessian.Average.Apply(1, _step.TrainAverage, 0, _left);
        for (int j = 0; j < TrainSize; j++)
            for (int i = 0; i < TrainSize; i++) _transposed[i, j] = _left[j, i];
        Hessian.Average.Apply(eta, _transposed, 1, _motion);
    }

    public override (DenseMatrix Response, DenseMatrix Motion) Bounds(CancellationToken cancellation)
    {
        MatrixNorms.SymmetricPart(_motion);
        MatrixNorms.SymmetricPart(_test);
        return (_test.ToMatrix(), _motion.ToMatrix());
    }

    private static MatrixView Square(int n) => new(new double[ArraySize.Of(n, n)], n, n);
}
