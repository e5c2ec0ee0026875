using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>Cubic interpolation where two checkpoints are close together, beside intervals R times as long: nothing cancels, whatever R is.</summary>
public class CloseCheckpointTests
{
    private const int Close = 3;

    // J a smooth function of t at 0, 1, 2, 3, 3 + 1/R, 4, 5.
    private static SyntheticRun Smooth(double ratio)
    {
        double[] times = [0, 1, 2, 3, 3 + 1 / ratio, 4, 5];
        var run = new SyntheticRun(n: 6, m: 4, p: 1, D: 12, times.Length, seed: 3);
        Matrix<double>[] S = [.. run.J_S.Take(3)], Q = [.. run.J_Q.Take(3)];
        static Matrix<double> At(Matrix<double>[] x, double t) => 0.4 * (x[0] + Math.Sin(0.5 * t) * x[1] + Math.Cos(0.7 * t) * x[2]);
        for (int k = 0; k < times.Length; k++) (run.Times[k], run.J_S[k], run.J_Q[k]) = (times[k], At(S, times[k]), At(Q, times[k]));
        return run;
    }

    // The derivative at knot k of the parabola through its neighbours by Newton's divided differences: another way than weights of three values.
    private static Matrix<double> Slope(SyntheticRun run, IReadOnlyList<int> grid, int k)
    {
        int i = Math.Clamp(k, 1, grid.Count - 2);
        (int a, int b, int c) = (grid[i - 1], grid[i], grid[i + 1]);
        var (ta, tb, tc) = (run.Times[a], run.Times[b], run.Times[c]);
        var first = (run.Joint(b, b, 0) - run.Joint(a, a, 0)) / (tb - ta);
        var second = ((run.Joint(c, c, 0) - run.Joint(b, b, 0)) / (tc - tb) - first) / (tc - ta);
        double x = run.Times[grid[k]];
        return first + (2 * x - ta - tb) * second;
    }

    [Theory]
    [InlineData(1e2)]
    [InlineData(1e4)]
    [InlineData(1e6)]
    [InlineData(1e8)]
    public void KernelsAreThoseOfTheHermiteInterpolantWhateverTheRatioOfGaps(double ratio)
    {
        var run = Smooth(ratio);
        int[] grid = [.. Enumerable.Range(0, run.Times.Count)];
        var sequence = run.Jacobians();
        var trajectory = TrajectoryBuilder.Read(sequence, OutputRecord.Read(sequence), Backends.Managed).Cubic(grid);
        double size = run.Joint(Close, Close, 0).FrobeniusNorm(), square = size * size, worst = 0, worstTest = 0, worstStep = 0;
        for (int i = 0; i + 1 < grid.Length; i++)
        {
            double h = run.Times[i + 1] - run.Times[i];
            Matrix<double> a = run.Joint(i, i, 0), b = run.Joint(i + 1, i + 1, 0), sa = Slope(run, grid, i), sb = Slope(run, grid, i + 1);
            Matrix<double> J(double x) => a + (3 * x * x - 2 * x * x * x) * (b - a) + h * (x * (1 - x) * (1 - x)) * sa - h * (x * x * (1 - x)) * sb;
            foreach (double theta in (double[])[0, 0.25, 0.5, 0.75, 1])
            {
                double time = run.Times[i] + theta * h, x = (time - run.Times[i]) / h;
                var joint = J(x) * J(x).Transpose();
                var kernels = new DenseMatrix(run.N + run.M, run.N);
                trajectory.Kernels(i, time, kernels);
                worst = Math.Max(worst, (kernels - joint.SubMatrix(0, run.N + run.M, 0, run.N)).FrobeniusNorm() / square);
                var test = trajectory.TestKernelIntegral([new QuadratureNode(i, time, 1)]);
                worstTest = Math.Max(worstTest, (test - joint.SubMatrix(run.N, run.M, run.N, run.M)).FrobeniusNorm() / square);
                // A step of no length: its mean Jacobian is J itself.
                var step = new DenseMatrix(run.N + run.M, run.N);
                trajectory.Chord(i, time, time, step);
                worstStep = Math.Max(worstStep, (step - joint.SubMatrix(0, run.N + run.M, 0, run.N)).FrobeniusNorm() / square);
            }
        }
        // The slope over the short gap is a difference of numbers known to ε: R·ε of it is in the data, not in the arithmetic. The knots' times are
        // rounded too.
        double limit = 1e-13 + 1e-15 * ratio;
        Check.Small(worst, limit, $"[K_SS; K_QS], R = {ratio:g}");
        Check.Small(worstTest, limit, $"K_QQ, R = {ratio:g}");
        Check.Small(worstStep, limit, $"J̄ J_Sᵀ, R = {ratio:g}");
    }

    /// <summary>Steps of length h/2 inside late, short intervals: (t + h/2) + h/2 may pass the knot by a spacing of numbers at t.</summary>
    [Fact]
    public void ATimeBeyondTheKnotByASpacingOfNumbersIsInside()
    {
        var run = Smooth(10);
        for (int k = 0; k < run.Times.Count; k++) run.Times[k] = 1e9 + 1e-4 * run.Times[k];
        var sequence = run.Jacobians();
        var trajectory = TrajectoryBuilder.Read(sequence, OutputRecord.Read(sequence), Backends.Managed).Linear([0, 1, 2, 3, 4, 5, 6]);
        var kernels = new DenseMatrix(run.N + run.M, run.N);
        trajectory.Kernels(0, Math.BitIncrement(run.Times[1]), kernels);
        trajectory.Kernels(1, Math.BitDecrement(run.Times[1]), kernels);
        var e = Assert.Throws<ArgumentException>(() => trajectory.Kernels(0, run.Times[1] + 1e-5, kernels));
        Assert.Contains("lies outside interval 0", e.Message, StringComparison.Ordinal);
    }
}
