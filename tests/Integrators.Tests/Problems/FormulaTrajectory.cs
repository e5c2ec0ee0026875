namespace KernelFlow.Integrators.Tests.Problems;

/// <summary>A trajectory given by formulas. J_S(t) and J_Q(t) may be given instead of kernels, which makes the joint kernel PSD.</summary>
internal sealed class FormulaTrajectory : KernelTrajectory
{
    private readonly Func<double, Matrix<double>> _kernels, _testKernel;
    private readonly Func<double, double[]> _blocks;

    /// <param name="M">Test size.</param>
    /// <param name="p">Outputs.</param>
    /// <param name="knots">Times.</param>
    /// <param name="kernels">[K_SS; K_QS](t).</param>
    /// <param name="testKernel">K_QQ(t).</param>
    /// <param name="blocks">B(t), n blocks p×p.</param>
    /// <param name="beta">β when B = βI.</param>
    public FormulaTrajectory(int M, int p, double[] knots, Func<double, Matrix<double>> kernels, Func<double, Matrix<double>> testKernel,
        Func<double, double[]> blocks, double? beta)
        : base(kernels(knots[0]).ColumnCount, M, p, knots) =>
        (_kernels, _testKernel, _blocks, Beta) = (kernels, testKernel, blocks, beta);

    public override double? Beta { get; }

    /// <summary>Called before every evaluation of the kernels with its time.</summary>
    public Action<double>? OnKernels { get; init; }

    public static FormulaTrajectory FromJacobians(int p, double[] knots, Func<double, Matrix<double>> J_S, Func<double, Matrix<double>> J_Q,
        Func<double, double[]> blocks, double? beta) =>
        new(J_Q(knots[0]).RowCount, p, knots, t => J_S(t).Stack(J_Q(t)) * J_S(t).Transpose(), t => J_Q(t) * J_Q(t).Transpose(), blocks, beta);

    /// <summary>The blocks of βI.</summary>
    public static Func<double, double[]> Scalar(int N, double beta) => _ => Enumerable.Repeat(beta, N).ToArray();

    /// <summary>B(t) as a dense matrix.</summary>
    public Matrix<double> DenseHessian(double t)
    {
        double[] blocks = _blocks(t);
        int p = Outputs;
        return DenseMatrix.Create(TrainSize, TrainSize, (i, j) => i / p == j / p ? blocks[i / p * p * p + i % p * p + j % p] : 0);
    }

    public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes)
    {
        Matrix<double> sum = new DenseMatrix(TestSize, TestSize);
        foreach (var node in nodes) sum += node.Weight * _testKernel(node.Time);
        return DenseMatrix.OfMatrix(sum);
    }

    protected override void KernelsCore(int interval, double time, in MatrixView kernels)
    {
        OnKernels?.Invoke(time);
        MatrixView values = DenseMatrix.OfMatrix(_kernels(time));
        values.CopyTo(kernels);
    }

    protected override void HessianCore(int interval, double time, OutputHessian B) => _blocks(time).CopyTo(B.Blocks, 0);
}
