using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>Kernel-block runs: K linear, linear in J with cross blocks, and the bound that stands in for a K_QQ that was not recorded.</summary>
public class KernelBlockTrajectoryTests
{
    private static readonly double[] s_thetas = [0, 0.2, 0.5, 0.9, 1];

    private static TrajectoryBuilder Read(CheckpointSequence run, Backend backend) => TrajectoryBuilder.Read(run, OutputRecord.Read(run), backend);

    private static double Time(KernelTrajectory trajectory, int i, double theta) => (1 - theta) * trajectory.Knots[i] + theta * trajectory.Knots[i + 1];

    private static DenseMatrix Kernels(KernelTrajectory trajectory, int i, double theta)
    {
        var kernels = new DenseMatrix(trajectory.TrainSize + trajectory.TestSize, trajectory.TrainSize);
        trajectory.Kernels(i, Time(trajectory, i, theta), kernels);
        return kernels;
    }

    private static DenseMatrix TestKernel(KernelTrajectory trajectory, int i, double theta) =>
        trajectory.TestKernelIntegral([new QuadratureNode(i, Time(trajectory, i, theta), 1)]);

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void WithoutCrossBlocksTheKernelIsLinear(string backend)
    {
        var run = new SyntheticRun(n: 5, m: 4, p: 1, D: 30, count: 4, seed: 1);
        var builder = Read(run.Blocks(testKernel: true, cross: false), Backends.Get(backend));
        Assert.Equal((false, true), (builder.InterpolatesJacobian, builder.HasTestKernel));
        foreach (int[] chosen in (int[][])[[0, 1, 2, 3], [0, 2, 3]])
        {
            var trajectory = builder.Linear(chosen);
            for (int i = 0; i + 1 < chosen.Length; i++)
                foreach (double theta in s_thetas)
                {
                    Matrix<double> a = run.Joint(chosen[i], chosen[i], 0), b = run.Joint(chosen[i + 1], chosen[i + 1], 0);
                    var K = (1 - theta) * a * a.Transpose() + theta * b * b.Transpose();
                    Check.Close(Kernels(trajectory, i, theta), K.SubMatrix(0, 9, 0, 5), 1e-14, "[K_SS; K_QS]");
                    Check.Close(TestKernel(trajectory, i, theta), K.SubMatrix(5, 4, 5, 4), 1e-14, "K_QQ");
                }
        }
    }

    /// <summary>Rounding is that of the coarsest block in use: one cross block in float32 spoils float64 kernels where J is interpolated, and nothing where K
    /// is.</summary>
    [Theory]
    [InlineData("K_QS", true, -23)]
    [InlineData("K_SS_next", true, -23)]
    [InlineData("K_QS_next", true, -23)]
    [InlineData("K_SQ_next", true, -23)]
    [InlineData("K_SS_next", false, -52)]
    [InlineData("none", true, -52)]
    public void RoundingIsThatOfTheCoarsestBlockInUse(string coarse, bool cross, int exponent)
    {
        var blocks = new SyntheticRun(n: 5, m: 4, p: 1, D: 30, count: 4, seed: 2).Blocks(testKernel: true, cross: true);
        var run = new CheckpointSequence(
            blocks.Select(c => new Checkpoint(c.Time, c.Step, c.Tensors.Values.Where(t => cross || t.Name != "K_SQ_next").Select(t =>
            t.Name == coarse ? new MemoryTensor(t.Name, Array.ConvertAll(t.ReadAll(), v => (float)v), [.. t.Shape]) : t).ToArray())), blocks.Loss);
        var builder = Read(run, Backends.Managed);
        Assert.Equal((cross, Math.ScaleB(1, exponent)), (builder.InterpolatesJacobian, builder.Epsilon));
        Assert.Equal(builder.Epsilon, builder.Linear([0, 1, 2, 3]).Epsilon);
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void WithCrossBlocksTheyAreThoseOfTheJacobianRun(string backend)
    {
        var run = new SyntheticRun(n: 5, m: 4, p: 1, D: 30, count: 4, seed: 2);
        var blocks = Read(run.Blocks(testKernel: true, cross: true), Backends.Get(backend));
        Assert.True(blocks.InterpolatesJacobian);
        InterpolatedTrajectory found = blocks.Linear([0, 1, 2, 3]), expected = Read(run.Jacobians(), Backends.Managed).Linear([0, 1, 2, 3]);
        for (int i = 0; i < 3; i++)
            foreach (double theta in s_thetas)
            {
                Check.Close(Kernels(found, i, theta), Kernels(expected, i, theta), 1e-14, "[K_SS; K_QS]");
                Check.Close(TestKernel(found, i, theta), TestKernel(expected, i, theta), 1e-14, "K_QQ");
            }
    }

    [Fact]
    public void CrossBlocksMissingInOneCheckpointFallBackToTheLinearKernel()
    {
        var run = new SyntheticRun(n: 3, m: 2, p: 1, D: 9, count: 3, seed: 3);
        var all = run.Blocks(testKernel: true, cross: true);
        static Checkpoint Strip(Checkpoint c) => c with { Tensors = c.Tensors.Where(t => t.Key != "K_SQ_next").ToDictionary() };
        var stripped = new CheckpointSequence(all.Select((c, k) => k == 1 ? Strip(c) : c), all.Loss);
        Assert.False(Read(stripped, Backends.Managed).InterpolatesJacobian);
        Assert.True(Read(all, Backends.Managed).InterpolatesJacobian);
    }

    /// <summary>K_QQ known at checkpoints, its cross block not: between checkpoints the straight line bounds J(θ)J(θ)ᵀ from above and meets it at the
    /// ends.</summary>
    [Fact]
    public void WithoutTheCrossBlockOfTheTestKernelTheLineIsAnUpperBound()
    {
        var run = new SyntheticRun(n: 4, m: 3, p: 1, D: 12, count: 3, seed: 4);
        var trajectory = Read(run.Blocks(testKernel: true, cross: true, testCross: false), Backends.Managed).Linear([0, 1, 2]);
        for (int i = 0; i < 2; i++)
            foreach (double theta in s_thetas)
            {
                var J = run.Joint(i, i + 1, theta).SubMatrix(4, 3, 0, 12);
                var exact = J * J.Transpose();
                var bound = TestKernel(trajectory, i, theta);
                Check.Small(-RandomMatrices.SmallestEigenvalue(bound - exact), 1e-14 * exact.FrobeniusNorm(), "bound below K_QQ");
                if (theta is 0 or 1) Check.Close(bound, exact, 1e-14, "bound at a checkpoint");
            }
    }

    /// <summary>Without K_QQ: K_QS K_SS⁺ K_SQ at checkpoints, at most K_QQ there, and between them never below K_QS K_SS⁺ K_SQ of the interpolated
    /// kernel.</summary>
    [Theory]
    [InlineData(30)]
    [InlineData(4)] // rank K_SS = 4 < N: the pseudo-inverse matters
    public void SchurSubstituteBoundsWhatTheKernelShows(int D)
    {
        var run = new SyntheticRun(n: 6, m: 4, p: 1, D, count: 4, seed: 5);
        var builder = Read(run.Blocks(testKernel: false, cross: false), Backends.Managed);
        Assert.False(builder.HasTestKernel);
        var trajectory = builder.Linear([0, 1, 2, 3]);
        for (int i = 0; i < 3; i++)
            foreach (double theta in s_thetas)
            {
                var kernels = Kernels(trajectory, i, theta);
                Matrix<double> SS = kernels.SubMatrix(0, 6, 0, 6), QS = kernels.SubMatrix(6, 4, 0, 6);
                var shown = QS * RandomMatrices.PseudoInverse(SS) * QS.Transpose();
                var bound = TestKernel(trajectory, i, theta);
                Check.Small(-RandomMatrices.SmallestEigenvalue(bound - shown), 2e-13 * shown.FrobeniusNorm(),
                    FormattableString.Invariant($"substitute below what K shows, θ = {theta}"));
                if (theta is 0 or 1)
                {
                    Check.Close(bound, shown, 5e-14, "substitute at a checkpoint");
                    var J = run.J_Q[i + (int)theta];
                    Check.Small(-RandomMatrices.SmallestEigenvalue(J * J.Transpose() - bound), 1e-13 * bound.FrobeniusNorm(), "K_QQ below the substitute");
                }
            }
    }

    /// <summary>The same with cross blocks, where K is not linear in t: the bound must hold for the kernel that is integrated, the one linear in J.</summary>
    [Theory]
    [InlineData(30)]
    [InlineData(7)]
    public void SchurSubstituteBoundsTheInterpolantLinearInJ(int D)
    {
        var run = new SyntheticRun(n: 6, m: 4, p: 1, D, count: 4, seed: 6);
        // Test rows that the training rows of the end points hardly see but those half-way do: J_S turns over between two checkpoints.
        run.J_S[2] = -run.J_S[1] + 1e-3 * RandomMatrices.Uniform(new Random(7), 6, D);
        var trajectory = Read(run.Blocks(testKernel: false, cross: true), Backends.Managed).Linear([0, 1, 2, 3]);
        for (int i = 0; i < 3; i++)
            foreach (double theta in s_thetas)
            {
                Matrix<double> J = run.Joint(i, i + 1, theta), S = J.SubMatrix(0, 6, 0, D), Q = J.SubMatrix(6, 4, 0, D);
                var shown = Q * S.Transpose() * RandomMatrices.PseudoInverse(S * S.Transpose(), 1e-13) * S * Q.Transpose();
                var bound = TestKernel(trajectory, i, theta);
                Check.Small(-RandomMatrices.SmallestEigenvalue(bound - shown), 3e-13 * shown.FrobeniusNorm(),
                    FormattableString.Invariant($"substitute below what K shows, interval {i}, θ = {theta}"));
            }
    }

    [Fact]
    public void EpsilonIsThatOfTheStorage()
    {
        var single = new SyntheticRun(n: 3, m: 2, p: 1, D: 9, count: 2, seed: 8, float32: true);
        Assert.Equal(Math.ScaleB(1, -23), Read(single.Blocks(true, false), Backends.Managed).Linear([0, 1]).Epsilon);
        var full = new SyntheticRun(n: 3, m: 2, p: 1, D: 9, count: 2, seed: 8);
        Assert.Equal(Check.Eps, Read(full.Blocks(true, false), Backends.Managed).Linear([0, 1]).Epsilon);
    }
}
