using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>K_SS and K_QS formed alone are those of <see cref="KernelTrajectory.Kernels"/>, scaled and added to another matrix as asked.</summary>
public class OneKernelTests
{
    // Leaves the two kernels alone to the base class.
    private sealed class Plain(KernelTrajectory inner) : KernelTrajectory(inner.TrainSize, inner.TestSize, inner.Outputs, inner.Knots)
    {
        public override double? Beta => inner.Beta;

        public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => inner.TestKernelIntegral(nodes);

        protected override void KernelsCore(int interval, double time, in MatrixView kernels) => inner.Kernels(interval, time, kernels);

        protected override void HessianCore(int interval, double time, OutputHessian B) => inner.Hessian(interval, time, B);
    }

    public static TheoryData<string, bool, int> Cases => new()
    {
        { "linear", false, 1 }, { "linear", true, 1 }, { "cubic", false, 1 }, { "cubic", false, 3 }, { "linear", false, 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheyAreTheRowsOfAllKernels(string interpolation, bool plain, int threads)
    {
        const int n = 40, m = 13;
        var run = new SyntheticRun(n, m, p: 1, D: 60, count: 5, seed: 3).Jacobians();
        var builder = TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed);
        KernelTrajectory trajectory = interpolation == "cubic" ? builder.Cubic([0, 1, 2, 3, 4]) : builder.Linear([0, 1, 2, 3, 4]);
        if (plain) trajectory = new Plain(trajectory);
        var spare = new ThreadBudget(threads - 1);
        for (int interval = 0; interval < 4; interval++)
        {
            double time = 0.3 * trajectory.Knots[interval] + 0.7 * trajectory.Knots[interval + 1];
            DenseMatrix all = new(n + m, n), test = DenseMatrix.Create(m, n, double.NaN), train = DenseMatrix.Create(n, n, double.NaN);
            trajectory.Kernels(interval, time, all);
            trajectory.TestKernel(interval, time, test, spare);
            Check.Close(test, all.SubMatrix(n, m, 0, n), 1e-15, "K_QS");
            trajectory.TrainKernel(interval, time, 2, 0, train, train, lower: false, spare);
            Check.Close(train, 2 * all.SubMatrix(0, n, 0, n), 1e-15, "2K_SS over numbers that are none");

            var c = RandomMatrices.Uniform(new Random(interval), n, n);
            var sum = 0.5 * all.SubMatrix(0, n, 0, n) - 3 * c;
            trajectory.TrainKernel(interval, time, 0.5, -3, c, train, lower: false, spare);
            Check.Close(train, sum, 1e-14, "K_SS/2 − 3C");
            trajectory.TrainKernel(interval, time, 0.5, -3, c, c, lower: false, spare);
            Check.Close(c, sum, 1e-14, "K_SS/2 − 3C in place of C");

            var lower = DenseMatrix.Create(n, n, 7);
            trajectory.TrainKernel(interval, time, 1, 0, lower, lower, lower: true, spare);
            double largest = 0;
            for (int j = 0; j < n; j++)
                for (int i = 0; i < n; i++) largest = Math.Max(largest, Math.Abs(lower[i, j] - (i < j ? 7 : all[i, j])));
            Check.Small(largest, 1e-13, "difference of the lower triangle from K_SS, and of the upper one from what it was");
        }
    }

    [Fact]
    public void ShapesAndTimesAreChecked()
    {
        var run = new SyntheticRun(4, 3, p: 1, D: 9, count: 2, seed: 1).Jacobians();
        var trajectory = TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed).Linear([0, 1]);
        DenseMatrix square = new(4, 4), test = new(3, 4);
        var spare = new ThreadBudget(0);
        Assert.Equal("K_SS is 4x4, the buffers 3x4 and 4x4.",
            Assert.Throws<ArgumentException>(() => trajectory.TrainKernel(0, 0, 1, 0, square, test, false, spare)).Message);
        Assert.Equal("K_QS is 3x4, the buffer 4x4.", Assert.Throws<ArgumentException>(() => trajectory.TestKernel(0, 0, square, spare)).Message);
        Assert.Equal("time", Assert.Throws<ArgumentException>(() => trajectory.TrainKernel(0, -1, 1, 0, square, square, false, spare)).ParamName);
        Assert.Equal("time", Assert.Throws<ArgumentException>(() => trajectory.TestKernel(0, 1e9, test, spare)).ParamName);
    }
}
