using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>Negative and positive controls of ker W_S ⊆ ker G_Q: kernel-block runs whose K_SS has a true kernel at every checkpoint, into which K_QS leaks by a
/// known amount.</summary>
public class PlantedInclusionTests
{
    private const int Train = 14, Test = 6, Kernel = 3, Parameters = 40;
    private static readonly double[] s_times = [0, 0.5, 1, 2, 4, 7];

    public enum Kind { Squared, SquaredUnsaturated, Softmax, WithoutTestKernel }

    /// <summary>A run with planted leak and what is known of it: the direction z in ker K_SS and ‖G_Q z‖ = e ∫‖K_QS‖ dt (K linear between checkpoints, P z =
    /// z).</summary>
    private sealed record Planted(CheckpointSequence Run, Vector<double> Direction, double Response);

    private static Planted Plant(double leak, Kind kind = Kind.Squared, bool single = false)
    {
        var random = new Random(11);
        int p = kind == Kind.Softmax ? 2 : 1, N = Train, M = Test, n = N / p, m = M / p;
        double scale = kind == Kind.SquaredUnsaturated ? 0.05 : 3;
        var basis = FlowPath.Gaussian(random, N, N).QR().Q;
        // Softmax knows zero-sum directions only: its kernel is made of those, and the rest of the basis follows.
        if (kind == Kind.Softmax)
        {
            var space = LossModel.SoftmaxCrossEntropy([.. Enumerable.Range(0, N).Select(i => i % 2 == 0 ? 1.0 : 0)], p).GradientSpace;
            var inside = (Matrix<double>)space.Lift((MathNet.Numerics.LinearAlgebra.Double.DenseMatrix)FlowPath.Gaussian(random, n * (p - 1), Kernel));
            var turned = inside.Append(basis.SubMatrix(0, N, 0, N - Kernel)).QR().Q;
            basis = turned.SubMatrix(0, N, Kernel, N - Kernel).Append(turned.SubMatrix(0, N, 0, Kernel));
        }
        Matrix<double> range = basis.SubMatrix(0, N, 0, N - Kernel), projector = range * range.Transpose();
        Vector<double> z = basis.Column(N - 1), u = FlowPath.Gaussian(random, M, 1).Column(0).Normalize(2);
        Matrix<double> A = FlowPath.Gaussian(random, N, Parameters), C = FlowPath.Gaussian(random, N, Parameters),
            E = FlowPath.Gaussian(random, M, Parameters), F = FlowPath.Gaussian(random, M, Parameters);

        var checkpoints = new List<Checkpoint>();
        double[] norms = new double[s_times.Length];
        for (int k = 0; k < s_times.Length; k++)
        {
            double t = s_times[k];
            Matrix<double> J_S = scale * projector * (A + 0.2 * t * C), J_Q = scale * (E + 0.2 * t * F);
            Matrix<double> K_SS = J_S * J_S.Transpose(), K_QS = J_Q * J_S.Transpose();
            norms[k] = K_QS.L2Norm();
            K_QS += leak * norms[k] * u.OuterProduct(z);
            TensorSource[] blocks =
            [
                FlowRecording.Tensor("K_SS", 0.5 * (K_SS + K_SS.Transpose()), single), FlowRecording.Tensor("K_QS", K_QS, single),
                .. kind == Kind.WithoutTestKernel ? Array.Empty<TensorSource>() : [FlowRecording.Tensor("K_QQ", J_Q * J_Q.Transpose(), single)],
                new MemoryTensor("U_S", FlowPath.Gaussian(random, N, 1).Column(0).ToArray(), n, p),
                    new MemoryTensor("U_Q", FlowPath.Gaussian(random, M, 1).Column(0).ToArray(), m, p),
            ];
            checkpoints.Add(new Checkpoint(t, k, blocks));
        }
        double integral = Enumerable.Range(1, s_times.Length - 1).Sum(k => 0.5 * (s_times[k] - s_times[k - 1]) * (norms[k] + norms[k - 1]));
        double[] y = kind == Kind.Softmax ? Enumerable.Range(0, N).Select(i => i % 2 == i / 2 % 2 ? 1.0 : 0).ToArray() : FlowPath.Gaussian(random, N, 1)
            .Column(0).ToArray();
        return new Planted(new CheckpointSequence(checkpoints, kind == Kind.Softmax ? LossModel.SoftmaxCrossEntropy(y, 2) : LossModel.Squared(y, 1)), z,
            leak * integral);
    }

    private static ReservoirAnalysis Analysis(CheckpointSequence run, double threshold = 1e-10) =>
        Analyze.Reservoir(run, TestRuns.Options with { Threshold = threshold, RelativeTolerance = 1e-9 });

    public static TheoryData<Kind, double> Violations
    {
        get
        {
            var data = new TheoryData<Kind, double>();
            foreach (var kind in Enum.GetValues<Kind>())
                foreach (double leak in (double[])[1e-2, 1e-4, 1e-6]) data.Add(kind, leak);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Violations))]
    public void ALeakIntoTheKernelIsViolated(Kind kind, double leak)
    {
        var planted = Plant(leak, kind);
        var analysis = Analysis(planted.Run);
        var inclusion = analysis.Inclusion;
        Assert.True(inclusion.Verdict == Verdict.Violated, $"{inclusion.Verdict}, worst ratio {inclusion.Structural.WorstRatio}: {inclusion.Reason}");
        Assert.Equal(Verdict.Violated, analysis.Claim("C5").Verdict);
        Assert.True(inclusion.Structural.WorstRatio > 1, $"worst ratio {inclusion.Structural.WorstRatio}");
        // Visibility is infinite exactly when the inclusion fails.
        Assert.Null(inclusion.Visibility);

        // The number, not only the verdict: G_Q z is known, and so is P z = z.
        // P z = z at all times, so the tolerance of the integration has no part in G_Q z: its error is rounding of G_Q, and relative to G_Q z that is 1/leak
        // times as large.
        Check.Close((analysis.Operators.Value.G_Q * planted.Direction).L2Norm(), planted.Response, 32 * Check.Eps / leak, "‖G_Q z‖");
        Check.Small((analysis.Operators.Value.P * planted.Direction - planted.Direction).L2Norm(), 2e-13, "‖Pz − z‖");

        // The mode blamed lies in the kernel.
        var mode = analysis.Operators.Value.Eigenvectors.Column(inclusion.Structural.WorstMode);
        Check.Small(Math.Abs(mode.DotProduct(analysis.Operators.Value.W_S * mode)) / analysis.Spectrum.Eigenvalues[0], 16 * Check.Eps,
            "share of the blamed mode in W_S");
    }

    [Theory]
    [InlineData(Kind.Squared)]
    [InlineData(Kind.SquaredUnsaturated)]
    [InlineData(Kind.Softmax)]
    [InlineData(Kind.WithoutTestKernel)]
    public void WithoutALeakItHolds(Kind kind)
    {
        var analysis = Analysis(Plant(0, kind).Run);
        Assert.True(analysis.Inclusion.Verdict == Verdict.Holds, $"{analysis.Inclusion.Verdict}: {analysis.Inclusion.Reason}");
        Assert.Equal((analysis.Spectrum.Dimension - Kernel, Kernel), (analysis.Spectrum.SignalDimension.Value, analysis.Spectrum.ReservoirDimension.Value));
        Assert.Equal(kind == Kind.Softmax ? Train / 2 : Train, analysis.Spectrum.Dimension);
        Check.Between(analysis.Inclusion.Structural.WorstRatio, 1e-3, 1, "worst ratio");
        Check.Between(analysis.Inclusion.Visibility!.Value / analysis.Inclusion.VisibilityBound, 1e-3, 1, "visibility relative to its bound");
        Assert.Equal(kind != Kind.WithoutTestKernel, analysis.Inclusion.BoundFromTestKernel);
    }

    /// <summary>The verdict follows the leak over eight decades: what rounding hides is not called violated, what it does not hide is.</summary>
    [Fact]
    public void TheWorstRatioFollowsTheLeak()
    {
        double[] ratios = new[] { 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6 }.Select(e => Analysis(Plant(e).Run).Inclusion.Structural.WorstRatio).ToArray();
        for (int i = 1; i < ratios.Length; i++) Check.Between(ratios[i - 1] / ratios[i], 9, 11, $"ratio of worst ratios, step {i}");
    }

    [Theory]
    [InlineData(1e-9)]
    [InlineData(0)]
    public void RoundingOfSinglePrecisionBlocksLeavesASmallLeakUndecided(double leak)
    {
        var inclusion = Analysis(Plant(leak, single: true).Run, 1e-6).Inclusion;
        Assert.Equal(Verdict.Undecided, inclusion.Verdict);
        Assert.Contains("rounding", inclusion.Reason);
        Assert.Contains("wider type", inclusion.Reason);
    }

    [Fact]
    public void SinglePrecisionBlocksStillShowALargeLeak() => Assert.Equal(Verdict.Violated, Analysis(Plant(0.1, single: true).Run, 1e-6).Inclusion.Verdict);

    /// <summary>With a threshold below every mode nothing is in the reservoir: no statement about it is made.</summary>
    [Fact]
    public void APositiveDefiniteGramianIsVacuous()
    {
        var recording = FlowRecording.Of(FlowPath.Straight(9, 5, 1, 60, 0.2, 21), [0, 5, 10, 20, 40], stepsPerInterval: 50);
        foreach (var run in (CheckpointSequence[])[recording.Jacobians(), recording.Kernels(cross: true), recording.Kernels(cross: false, testKernel: false)])
        {
            var analysis = Analysis(run, 1e-3);
            Assert.Equal(Verdict.Vacuous, analysis.Inclusion.Verdict);
            Assert.Equal("no mode below the threshold 0.001", analysis.Inclusion.Reason);
            Assert.Equal((9, 0), (analysis.Spectrum.SignalDimension.Value, analysis.Spectrum.ReservoirDimension.Value));
            Check.Small(analysis.Inclusion.Structural.WorstRatio, 1, "worst ratio");
            Check.Small(analysis.Inclusion.Visibility!.Value / analysis.Inclusion.VisibilityBound, 1, "visibility relative to its bound");
        }
    }

    /// <summary>A joint kernel that is not PSD breaks the bound without any kernel of K_SS: K_QS twenty times what K_QQ allows.</summary>
    [Fact]
    public void AJointKernelThatIsNotPsdIsViolatedNotRefused()
    {
        var run = FlowRecording.Of(FlowPath.Straight(9, 5, 1, 60, 0.2, 22), [0, 1, 2, 3], stepsPerInterval: 50).Kernels(cross: false);
        var broken = new CheckpointSequence(run.Select(c => c with
        {
            Tensors = c.Tensors.ToDictionary(t => t.Key, t =>
                t.Key == "K_QS" ? new MemoryTensor("K_QS", Array.ConvertAll(t.Value.ReadAll(), v => 20 * v), 5, 9) : t.Value),
        }), run.Loss);
        Assert.NotEqual(Verdict.Violated, Analysis(run, 1e-3).Inclusion.Verdict);
        Assert.Equal(Verdict.Violated, Analysis(broken, 1e-3).Inclusion.Verdict);
    }
}
