using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>The two base classes: what they refuse before a subclass sees it.</summary>
public class ContractTests
{
    private sealed class Constant(int N, int M, int p, double[] knots) : KernelTrajectory(N, M, p, knots)
    {
        public override double? Beta => 1;

        public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => new(TestSize, TestSize);

        protected override void KernelsCore(int interval, double time, in MatrixView kernels) => kernels.Fill(time);

        protected override void HessianCore(int interval, double time, OutputHessian B) => Array.Fill(B.Blocks, time);
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void DenseOperatorIsTheMatrix(string backend)
    {
        var random = new Random(1);
        DenseMatrix a = RandomMatrices.Uniform(random, 7, 5), x = RandomMatrices.Uniform(random, 5, 3), y = RandomMatrices.Uniform(random, 7, 3);
        var op = new DenseOperator(a, symmetric: false, Backends.Get(backend));
        DenseMatrix ax = new(7, 3), aty = new(5, 3);
        var before = x.Clone();
        op.Apply(x, ax);
        op.ApplyTranspose(y, aty);
        Check.Close(ax, a * x, 1e-15, "A·X");
        Check.Close(aty, a.Transpose() * y, 1e-15, "Aᵀ·Y");
        Assert.Equal(before, x);
        var s = RandomMatrices.Symmetric(RandomMatrices.Orthogonal(random, 5), [1, 2, 3, 4, 5]);
        var symmetric = new DenseOperator(s, symmetric: true, Backends.Get(backend));
        var transposed = new DenseMatrix(5, 3);
        symmetric.ApplyTranspose(x, transposed);
        Check.Close(transposed, s * x, 1e-15, "A·X of a symmetric operator by its transpose");
    }

    [Fact]
    public void OperatorShapesAreChecked()
    {
        var op = new DenseOperator(new DenseMatrix(7, 5), false, Backends.Managed);
        Assert.Equal("The operator is 7x5; x is 7x3, y is 5x3.",
            Assert.Throws<ArgumentException>(() => op.Apply(new DenseMatrix(7, 3), new DenseMatrix(5, 3))).Message);
        Assert.Equal("The operator is 7x5; y is 5x3, x is 7x3.",
            Assert.Throws<ArgumentException>(() => op.ApplyTranspose(new DenseMatrix(5, 3), new DenseMatrix(7, 3))).Message);
        Assert.Throws<ArgumentException>(() => op.Apply(new DenseMatrix(5, 3), new DenseMatrix(7, 2)));
        Assert.Equal("A symmetric operator is square, not 7x5.",
            Assert.Throws<ArgumentException>(() => new DenseOperator(new DenseMatrix(7, 5), true, Backends.Managed)).Message);
    }

    [Fact]
    public void TrajectoriesNeedKnotsThatIncreaseAndSizesThatFit()
    {
        Assert.Throws<ArgumentException>(() => new Constant(2, 1, 1, [0]));
        Assert.Throws<ArgumentException>(() => new Constant(2, 1, 1, [0, 0]));
        Assert.Throws<ArgumentException>(() => new Constant(2, 1, 1, [0, double.NaN]));
        Assert.Contains("N = 3, M = 1, p = 2", Assert.Throws<ArgumentException>(() => new Constant(3, 1, 2, [0, 1])).Message);
        Assert.Throws<ArgumentException>(() => new Constant(0, 1, 1, [0, 1]));
    }

    [Fact]
    public void IntervalsAreClosedUpToRounding()
    {
        var trajectory = new Constant(1, 0, 1, [0, 1, 3]);
        Assert.Equal((2, true), (trajectory.Intervals, trajectory.HasTestKernel));
        var buffer = new DenseMatrix(1, 1);
        foreach (double t in (double[])[1, 2, 3, 3 + 1e-10, 1 - 1e-10])
        {
            trajectory.Kernels(1, t, buffer);
            Assert.Equal(t, buffer[0, 0]);
        }
        Assert.StartsWith("t = 0.99 lies outside interval 1, [1, 3].", Assert.Throws<ArgumentException>(() => trajectory.Kernels(1, 0.99, buffer)).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => trajectory.Kernels(-1, 0, buffer));
    }
}
