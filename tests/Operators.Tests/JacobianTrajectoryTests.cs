using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators.Tests;

/// <summary>[K_SS; K_QS](t) and K_QQ(t) of Jacobian runs against J(θ)·J(θ)ᵀ formed from the interpolated Jacobian itself.</summary>
public class JacobianTrajectoryTests
{
    private static readonly double[] s_thetas = [0, 1e-9, 0.25, 0.5, 0.813, 1];

    private static TrajectoryBuilder Read(CheckpointSequence run, Backend backend) => TrajectoryBuilder.Read(run, OutputRecord.Read(run), backend);

    private static void Compare(SyntheticRun run, InterpolatedTrajectory trajectory, IReadOnlyList<int> chosen, Func<int, Matrix<double>> joint,
        double[] thetas)
    {
        Assert.Equal(chosen.Select(k => run.Times[k]), trajectory.Knots);
        var kernels = new DenseMatrix(run.N + run.M, run.N);
        for (int i = 0; i + 1 < chosen.Count; i++)
        {
            Matrix<double> a = joint(chosen[i]), b = joint(chosen[i + 1]);
            foreach (double theta in thetas)
            {
                double time = theta == 1 ? trajectory.Knots[i + 1] : trajectory.Knots[i] + theta * (trajectory.Knots[i + 1] - trajectory.Knots[i]);
                var J = (1 - theta) * a + theta * b;
                var K = J * J.Transpose();
                // The cross term is a difference of squares: its rounding is that of ‖K_a‖ + ‖K_b‖.
                double size = a.FrobeniusNorm() * a.FrobeniusNorm() + b.FrobeniusNorm() * b.FrobeniusNorm();
                kernels.Values.AsSpan().Fill(double.NaN);
                trajectory.Kernels(i, time, kernels);
                Check.Small((kernels - K.SubMatrix(0, run.N + run.M, 0, run.N)).FrobeniusNorm(), 1e-14 * size,
                    FormattableString.Invariant($"[K_SS; K_QS], interval {i}, θ = {theta}"));
                var test = trajectory.TestKernelIntegral([new QuadratureNode(i, time, 1)]);
                Check.Small((test - K.SubMatrix(run.N, run.M, run.N, run.M)).FrobeniusNorm(), 1e-14 * size,
                    FormattableString.Invariant($"K_QQ, interval {i}, θ = {theta}"));
                Check.Small((kernels.SubMatrix(0, run.N, 0, run.N) - kernels.SubMatrix(0, run.N, 0, run.N).Transpose()).FrobeniusNorm(), 1e-15 * size,
                    "asymmetry of K_SS");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void KernelsAreThoseOfTheInterpolatedJacobian(string backend)
    {
        var run = new SyntheticRun(n: 8, m: 5, p: 1, D: 301, count: 6, seed: 1); // N + M = 13
        var builder = Read(run.Jacobians(), Backends.Get(backend));
        Assert.Equal((true, true), (builder.InterpolatesJacobian, builder.HasTestKernel));
        Compare(run, builder.Linear([0, 1, 2, 3, 4, 5]), [0, 1, 2, 3, 4, 5], k => run.Joint(k, k, 0), s_thetas);
        Assert.Equal([0, 2, 4, 5], TrajectoryBuilder.EverySecond(6));
        Compare(run, builder.Linear([0, 2, 4, 5]), [0, 2, 4, 5], k => run.Joint(k, k, 0), s_thetas);
    }

    [Fact]
    public void EverySecondKeepsTheLast()
    {
        Assert.Equal([0, 2, 4], TrajectoryBuilder.EverySecond(5));
        Assert.Equal([0, 1], TrajectoryBuilder.EverySecond(2));
        Assert.Equal([0, 1, 3, 4], TrajectoryBuilder.EverySecond(5, 1));
        Assert.Equal([0, 1, 3, 5], TrajectoryBuilder.EverySecond(6, 1));
        Assert.Equal([0, 2], TrajectoryBuilder.EverySecond(3));
    }

    [Fact]
    public void SeveralOutputsPerExample()
    {
        var run = new SyntheticRun(n: 3, m: 2, p: 3, D: 77, count: 3, seed: 2);
        Compare(run, Read(run.Jacobians(), Backends.Managed).Linear([0, 1, 2]), [0, 1, 2], k => run.Joint(k, k, 0), s_thetas);
    }

    /// <summary>8 MB blocks of 129 rows are 8128 columns: two whole blocks and a narrow one.</summary>
    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void ParametersNeedNotFillTheLastBlock(string backend)
    {
        var run = new SyntheticRun(n: 80, m: 49, p: 1, D: 4064 + 3, count: 2, seed: 3);
        Compare(run, Read(run.Jacobians(), Backends.Get(backend)).Linear([0, 1]), [0, 1], k => run.Joint(k, k, 0), [0.4]);
    }

    [Fact]
    public void Float32StorageIsSummedInFloat64()
    {
        var run = new SyntheticRun(n: 6, m: 3, p: 1, D: 1000, count: 3, seed: 4, float32: true);
        var builder = Read(run.Jacobians(), Backends.Managed);
        Compare(run, builder.Linear([0, 1, 2]), [0, 1, 2], k => run.Joint(k, k, 0), s_thetas);
        Assert.Equal(Check.Eps, builder.Epsilon);
    }

    /// <summary>With a preconditioner M the kernel is J M Jᵀ; what is interpolated is J√M.</summary>
    [Fact]
    public void PreconditionedJacobians()
    {
        const int D = 201;
        var run = new SyntheticRun(n: 5, m: 4, p: 1, D, count: 4, seed: 5);
        var random = new Random(6);
        double[][] M = Enumerable.Range(0, 4).Select(_ => Enumerable.Range(0, D).Select(i => i % 7 == 0 ? 0 : 3 * random.NextDouble()).ToArray()).ToArray();
        var builder = Read(run.Jacobians(k => new MemoryTensor("preconditioner", M[k], D)), Backends.Managed);
        Matrix<double> Scaled(int k) => run.Joint(k, k, 0) * Matrix<double>.Build.DenseOfDiagonalArray(Array.ConvertAll(M[k], Math.Sqrt));
        Compare(run, builder.Linear([0, 1, 2, 3]), [0, 1, 2, 3], Scaled, s_thetas);
        Compare(run, builder.Linear([0, 2, 3]), [0, 2, 3], Scaled, s_thetas);
        var expected = run.J_Q[1] * Matrix<double>.Build.DenseOfDiagonalArray(M[1]) * run.J_S[1].Transpose();
        Check.Close(builder.At(1).TestTrain.ToMatrix(), expected, 1e-14, "J_Q M J_Sᵀ");
    }

    /// <summary>A sketch already contains the preconditioner, which has D entries, not k.</summary>
    [Fact]
    public void SketchedJacobiansAreTakenAsTheyAre()
    {
        var run = new SyntheticRun(n: 5, m: 4, p: 1, D: 40, count: 2, seed: 7);
        double[] m = Enumerable.Range(0, 40).Select(i => (double)i).ToArray();
        var sequence = run.Jacobians(_ => new MemoryTensor("sketch", new double[] { 40 }), _ => new MemoryTensor("preconditioner", m, 40));
        Compare(run, Read(sequence, Backends.Managed).Linear([0, 1]), [0, 1], k => run.Joint(k, k, 0), s_thetas);
    }

    [Fact]
    public void NegativePreconditionerIsRefused()
    {
        var run = new SyntheticRun(n: 3, m: 2, p: 1, D: 5, count: 2, seed: 8);
        var sequence = run.Jacobians(k => new MemoryTensor("preconditioner", [1, 1, 1, k == 1 ? -0.5 : 1, 1], 5));
        Assert.Equal("memory: preconditioner: found -0.5 at index [3], expected numbers ≥ 0.",
            Assert.Throws<InvalidRunException>(() => Read(sequence, Backends.Managed)).Message);
    }

    [Fact]
    public void NoTestExamplesOrOnlyOne()
    {
        var run = new SyntheticRun(n: 4, m: 1, p: 1, D: 9, count: 2, seed: 9);
        Compare(run, Read(run.Jacobians(), Backends.Managed).Linear([0, 1]), [0, 1], k => run.Joint(k, k, 0), s_thetas);
    }

    /// <summary>Σ ω_i K_QQ(τ_i) over nodes of several intervals against the sum of K_QQ of the interpolated J, one by one.</summary>
    [Fact]
    public void TestKernelIntegralIsTheSumOverNodes()
    {
        var run = new SyntheticRun(n: 4, m: 6, p: 1, D: 50, count: 5, seed: 10);
        var trajectory = Read(run.Jacobians(), Backends.Managed).Linear([0, 1, 2, 3, 4]);
        var random = new Random(11);
        var nodes = new List<QuadratureNode>();
        var expected = Matrix<double>.Build.Dense(6, 6);
        for (int i = 0; i < 60; i++)
        {
            int interval = random.Next(4);
            double theta = random.NextDouble(), weight = random.NextDouble();
            double a = trajectory.Knots[interval], b = trajectory.Knots[interval + 1];
            nodes.Add(new QuadratureNode(interval, a + theta * (b - a), weight));
            var J = (1 - theta) * run.J_Q[interval] + theta * run.J_Q[interval + 1];
            expected += weight * J * J.Transpose();
        }
        Check.Close(trajectory.TestKernelIntegral(nodes), expected, 1e-14, "Σ ω K_QQ");
        Assert.Equal(0, trajectory.TestKernelIntegral([]).FrobeniusNorm());
    }

    [Fact]
    public void HessianIsThatOfTheLossAndInterpolated()
    {
        var run = new SyntheticRun(n: 4, m: 2, p: 1, D: 9, count: 3, seed: 12);
        var loss = LossModel.Logistic([1, -1, 1, 1]);
        var sequence = new CheckpointSequence(run.Jacobians(), loss);
        var trajectory = TrajectoryBuilder.Read(sequence, OutputRecord.Read(sequence), Backends.Managed).Linear([0, 1, 2]);
        Assert.Null(trajectory.Beta);
        OutputHessian found = new(4, 1), a = new(4, 1), b = new(4, 1);
        trajectory.Hessian(1, 0.75 * run.Times[1] + 0.25 * run.Times[2], found);
        loss.Hessian(run.U_S[1], a);
        loss.Hessian(run.U_S[2], b);
        for (int i = 0; i < 4; i++) Check.Small(Math.Abs(found.Blocks[i] - (0.75 * a.Blocks[i] + 0.25 * b.Blocks[i])), 5e-16, "B(θ)");
    }

    [Fact]
    public void WritesIntoPartsOfLargerBuffers()
    {
        var run = new SyntheticRun(n: 4, m: 3, p: 1, D: 9, count: 2, seed: 13);
        var trajectory = Read(run.Jacobians(), Backends.Managed).Linear([0, 1]);
        var large = DenseMatrix.Create(10, 6, (_, _) => 7.25);
        var plain = new DenseMatrix(7, 4);
        double t = 0.3 * run.Times[1];
        trajectory.Kernels(0, t, ((MatrixView)large).Slice(2, 1, 7, 4));
        trajectory.Kernels(0, t, plain);
        Assert.Equal(plain, large.SubMatrix(2, 7, 1, 4));
        Assert.Equal(7.25, large[0, 0]);
        Assert.Equal(7.25, large[9, 5]);
        Assert.Equal(7.25, large[1, 2]);
    }

    [Fact]
    public void TimesAndShapesAreChecked()
    {
        var run = new SyntheticRun(n: 4, m: 3, p: 1, D: 9, count: 3, seed: 14);
        var trajectory = Read(run.Jacobians(), Backends.Managed).Linear([0, 1, 2]);
        var buffer = new DenseMatrix(7, 4);
        Assert.Throws<ArgumentException>(() => trajectory.Kernels(0, run.Times[2], buffer));
        Assert.Throws<ArgumentException>(() => trajectory.Kernels(0, double.NaN, buffer));
        Assert.Throws<ArgumentOutOfRangeException>(() => trajectory.Kernels(2, run.Times[2], buffer));
        Assert.Throws<ArgumentException>(() => trajectory.Hessian(1, run.Times[0], new OutputHessian(4, 1)));
        Assert.Equal("[K_SS; K_QS] is 7x4, the buffer 4x4.", Assert.Throws<ArgumentException>(() => trajectory.Kernels(0, 0, new DenseMatrix(4, 4))).Message);
    }

    [Fact]
    public void ReadingCanBeCancelledAndReportsProgress()
    {
        var run = new SyntheticRun(n: 4, m: 3, p: 1, D: 9, count: 3, seed: 15);
        var sequence = run.Jacobians();
        var outputs = OutputRecord.Read(sequence);
        var shares = new List<double>();
        TrajectoryBuilder.Read(sequence, outputs, Backends.Managed, shares.Add);
        Assert.Equal(1, shares[^1]);
        Assert.Equal(shares.Order(), shares);
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => TrajectoryBuilder.Read(sequence, outputs, Backends.Managed, null, source.Token));
    }
}
