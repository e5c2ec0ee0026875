using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>σ = ‖C^{-1/2} G_Q W_S^{-1/2}‖ and the bounds of single test outputs, on kernel blocks whose K_QQ is left as it was.</summary>
public class CosineTests
{
    private const int Train = 8, Test = 6, Parameters = 10;
    private static readonly double[] s_times = [0, 0.1, 0.25, 0.4];

    /// <summary>Kernel blocks of J = A + t·C with more outputs than parameters: some test output moves with a training output, and σ is near 1.</summary>
    /// <param name="kernels">What becomes of K_QS of a checkpoint.</param>
    /// <param name="units">Factors of the rows of J_Q.</param>
    /// <param name="single">Stored as float32.</param>
    /// <param name="size">Factor of all Jacobians.</param>
    private static CheckpointSequence Blocks(Func<Matrix<double>, int, Matrix<double>>? kernels = null, Vector<double>? units = null, bool single = false,
        double size = 1)
    {
        var random = new Random(5);
        Matrix<double> A = size * FlowPath.Gaussian(random, Train, Parameters), C = size * FlowPath.Gaussian(random, Train, Parameters),
            E = size * FlowPath.Gaussian(random, Test, Parameters), F = size * FlowPath.Gaussian(random, Test, Parameters);
        var scale = Matrix<double>.Build.Diagonal((units ?? Vector<double>.Build.Dense(Test, 1)).ToArray());
        double[] u = FlowPath.Gaussian(random, Train, 1).Column(0).ToArray(), y = FlowPath.Gaussian(random, Train, 1).Column(0).ToArray();
        return new CheckpointSequence(s_times.Select((t, k) =>
        {
            Matrix<double> J_S = A + 0.1 * t * C, J_Q = scale * (E + 0.1 * t * F), K_QS = J_Q * J_S.Transpose();
            return new Checkpoint(t / (size * size), k,
            [
                FlowRecording.Tensor("K_SS", J_S * J_S.Transpose(), single), FlowRecording.Tensor("K_QS", kernels?.Invoke(K_QS, k) ?? K_QS, single),
                FlowRecording.Tensor("K_QQ", J_Q * J_Q.Transpose(), single), new MemoryTensor("U_S", u, Train, 1),
                new MemoryTensor("U_Q", FlowPath.Gaussian(random, Test, 1).Column(0).ToArray(), Test, 1),
            ]);
        }), LossModel.Squared(y, 1));
    }

    private static InclusionResult Inclusion(CheckpointSequence run) => Analyze.Reservoir(run, TestRuns.Options).Inclusion;

    [Fact]
    public void ItIsTheNormOfTheWhitenedTransfer()
    {
        var run = Blocks();
        var analysis = Analyze.Reservoir(run, TestRuns.Options);
        // K is linear between checkpoints, so ∫K_QQ is the trapezium rule to rounding.
        var integral = Matrix<double>.Build.Dense(Test, Test);
        for (int k = 1; k < run.Count; k++)
            foreach (int end in (int[])[k - 1, k])
                integral += 0.5 * (run[k].Time - run[k - 1].Time) * Matrix<double>.Build.DenseOfRowMajor(Test, Test, run[end]["K_QQ"].ReadAll());
        var operators = analysis.Operators.Value;
        double expected = (Root(integral) * operators.G_Q * Root(operators.W_S)).L2Norm(), found = analysis.Inclusion.Cosine.Value.Sigma;
        Check.Between(found, 0.9, 1, "σ");
        Check.Close(found, expected, 1e-9, "σ against eigenvalue decompositions of C and W_S");

        static Matrix<double> Root(Matrix<double> a)
        {
            var pairs = (0.5 * (a + a.Transpose())).Evd(Symmetricity.Symmetric);
            return pairs.EigenVectors * Matrix<double>.Build.Diagonal(pairs.EigenValues.Select(v => 1 / Math.Sqrt(v.Real)).ToArray())
                * pairs.EigenVectors.Transpose();
        }
    }

    public static TheoryData<string, bool> Alterations
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string name in s_alterations.Keys)
                foreach (bool single in (bool[])[false, true]) data.Add(name, single);
            return data;
        }
    }

    private static readonly Dictionary<string, Func<Matrix<double>, int, Matrix<double>>> s_alterations = new()
    {
        ["K_QS × 1.02"] = (k, _) => 1.02 * k,
        ["K_QS of another training"] = (k, _) => k.FrobeniusNorm() / Foreign(k).FrobeniusNorm() * Foreign(k),
        ["noise of 20 % of its norm"] = (k, i) => k + 0.2 * k.FrobeniusNorm() / Noise(k, i).FrobeniusNorm() * Noise(k, i),
        ["rows shuffled"] = (k, _) => Matrix<double>.Build.DenseOfRows(Enumerable.Range(0, k.RowCount).Select(i => k.Row((i + 1) % k.RowCount))),
    };

    private static Matrix<double> Foreign(Matrix<double> k)
    {
        var random = new Random(77);
        return FlowPath.Gaussian(random, k.RowCount, Parameters) * FlowPath.Gaussian(random, k.ColumnCount, Parameters).Transpose();
    }

    private static Matrix<double> Noise(Matrix<double> k, int checkpoint) => FlowPath.Gaussian(new Random(100 + checkpoint), k.RowCount, k.ColumnCount);

    /// <summary>The bound of the norm, to λ_max of C, sees none of these.</summary>
    [Theory]
    [MemberData(nameof(Alterations))]
    public void AlteredKernelsThatTheNormBoundPassesAreViolated(string name, bool single)
    {
        var honest = Inclusion(Blocks(single: single));
        Assert.True(honest.Verdict is Verdict.Vacuous or Verdict.Holds, $"{honest.Verdict}: {honest.Reason}");
        var inclusion = Inclusion(Blocks(s_alterations[name], single: single));
        Assert.True(inclusion.Verdict == Verdict.Violated, $"{inclusion.Verdict}, σ = {inclusion.Cosine.Value}: {inclusion.Reason}");
        Check.Between(inclusion.Structural.WorstRatio, 0, 1, "worst ratio of the norm bound");
        Assert.True(inclusion.Cosine.Value.IsViolated, $"σ = {inclusion.Cosine.Value}");
    }

    /// <summary>One test output in a unit a million times smaller sets no floor for the others: its leak of 1e-3 is seen, and σ is as before.</summary>
    [Theory]
    [InlineData(1e6)]
    [InlineData(1e-6)]
    public void TheUnitOfATestOutputDecidesNothing(double unit)
    {
        var units = Vector<double>.Build.Dense(Test, i => i == 0 ? unit : 1);
        double plain = Inclusion(Blocks()).Cosine.Value.Sigma, scaled = Inclusion(Blocks(units: units)).Cosine.Value.Sigma;
        Check.Close(scaled, plain, 1e-8, "σ with one test output in another unit");
        // Row 1 is made to show 1e-3 more than what its own kernel allows; beside row 0 that is nothing.
        Matrix<double> Altered(Matrix<double> k, int _)
        {
            var changed = k.Clone();
            changed.SetRow(1, 1.5 * k.Row(1));
            return changed;
        }
        var inclusion = Inclusion(Blocks(Altered, units));
        Assert.True(inclusion.Verdict == Verdict.Violated, $"{inclusion.Verdict}, σ = {inclusion.Cosine.Value.Sigma}");
    }

    /// <summary>A true null space shows the rounding of float32 blocks at once; stored as float64 they are the same numbers, and no violation.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Float32BlocksStoredAsFloat64AreNoViolation(double time)
    {
        var random = new Random(12);
        Matrix<double> J_S = FlowPath.Gaussian(random, Train, 4), J_Q = FlowPath.Gaussian(random, Test, 4);
        double[] u = FlowPath.Gaussian(random, Train, 1).Column(0).ToArray(), y = new double[Train];
        TensorSource Rounded(string name, Matrix<double> k) => FlowRecording.Tensor(name, k.Map(v => (double)(float)v));
        var run = new CheckpointSequence(s_times.Select((t, k) => new Checkpoint(time * t, k,
        [
            Rounded("K_SS", J_S * J_S.Transpose()), Rounded("K_QS", J_Q * J_S.Transpose()), Rounded("K_QQ", J_Q * J_Q.Transpose()),
            new MemoryTensor("U_S", u, Train, 1), new MemoryTensor("U_Q", FlowPath.Gaussian(random, Test, 1).Column(0).ToArray(), Test, 1),
        ])), LossModel.Squared(y, 1));
        var inclusion = Inclusion(run);
        Check.Between(inclusion.Cosine.Value.Sigma, 0.3, 1 + inclusion.Cosine.Value.Error, "σ");
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(1e7)]
    public void ItHasNoUnit(double size) =>
        Check.Close(Inclusion(Blocks(size: size)).Cosine.Value.Sigma, Inclusion(Blocks()).Cosine.Value.Sigma, 1e-9, "σ of Jacobians in another unit");

    [Fact]
    public void WithoutTestKernelItCannotBeTested()
    {
        var run = new CheckpointSequence(Blocks().Select(c => c with { Tensors = c.Tensors.Where(t => t.Key != "K_QQ").ToDictionary() }), Blocks().Loss);
        var inclusion = Inclusion(run);
        Assert.False(inclusion.Cosine.IsKnown);
        Assert.StartsWith("K_QQ was not recorded", inclusion.Cosine.Reason);
        Assert.Null(inclusion.Structural.WorstRowRatio);
    }

    /// <summary>Descent has the same form with sums over the steps, with buffers too.</summary>
    [Theory]
    [InlineData(OptimizerKind.GradientDescent)]
    [InlineData(OptimizerKind.Momentum)]
    [InlineData(OptimizerKind.Adam)]
    public void InDescentModeItIsAtMostOne(OptimizerKind optimizer)
    {
        var options = SmallNetworks.EveryStep with { Optimizer = optimizer, Steps = 20, LearningRate = optimizer == OptimizerKind.Adam ? 0.01 : 0.1 };
        var inclusion = Analyze.Reservoir(SmallNetworks.Record(options), TestRuns.Options with { Mode = AnalysisMode.Descent }).Inclusion;
        Check.Between(inclusion.Cosine.Value.Sigma, 0.3, 1 + inclusion.Cosine.Value.Error, "σ");
        Check.Between(inclusion.Structural.WorstRowRatio!.Value, 0.01, 1, "worst ratio of a single test output");
        Assert.Equal(0, inclusion.Cosine.Value.Integration);
        Assert.NotEqual(Verdict.Violated, inclusion.Verdict);
    }

    /// <summary>A leak that one large test output hides from the norm is seen at its own output.</summary>
    [Fact]
    public void ALeakBesideALargeTestOutputIsSeenAtItsOwnOutput()
    {
        const int kernel = 3;
        var random = new Random(8);
        var basis = FlowPath.Gaussian(random, Train, Train).QR().Q;
        Matrix<double> range = basis.SubMatrix(0, Train, 0, Train - kernel), J_S = range * range.Transpose() * FlowPath.Gaussian(random, Train, 30),
            J_Q = FlowPath.Gaussian(random, Test, 30);
        J_Q.SetRow(0, 1e6 * J_Q.Row(0));
        var K_QS = J_Q * J_S.Transpose();
        var z = basis.Column(Train - 1);
        K_QS.SetRow(1, K_QS.Row(1) + 1e-3 * z);
        double[] u = FlowPath.Gaussian(random, Train, 1).Column(0).ToArray(), y = new double[Train];
        var run = new CheckpointSequence(s_times.Select((t, k) => new Checkpoint(t, k,
        [
            FlowRecording.Tensor("K_SS", J_S * J_S.Transpose()), FlowRecording.Tensor("K_QS", K_QS), FlowRecording.Tensor("K_QQ", J_Q * J_Q.Transpose()),
            new MemoryTensor("U_S", u, Train, 1), new MemoryTensor("U_Q", FlowPath.Gaussian(random, Test, 1).Column(0).ToArray(), Test, 1),
        ])), LossModel.Squared(y, 1));
        var inclusion = Analyze.Reservoir(run, TestRuns.Options with { Threshold = 1e-10 }).Inclusion;
        Check.Between(inclusion.Structural.WorstRatio, 0, 1, "worst ratio of the norm");
        Check.Between(inclusion.Structural.WorstRowRatio!.Value, 10, 1e9, "worst ratio of a single output");
        Assert.Equal(1, inclusion.Structural.WorstRow);
        Assert.Equal(Verdict.Violated, inclusion.Verdict);
        Assert.Null(inclusion.Visibility);
    }
}
