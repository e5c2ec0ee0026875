using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests.Claims;

/// <summary>C7: applies to constant kernels alone, holds there, and sees faults.</summary>
public sealed class FrozenKernelClaimTests(ITestOutputHelper output)
{
    private const int Train = 8, Test = 5;

    private static CheckpointSequence Constant(bool blocks, double leak = 0, double end = 6)
    {
        var random = new Random(7);
        Matrix<double> J_S = FlowPath.Gaussian(random, Train, 5), J_Q = FlowPath.Gaussian(random, Test, 5); // rank 5: K_SS has a kernel
        Matrix<double> K = J_S * J_S.Transpose(), K_QS = J_Q * J_S.Transpose() + leak * FlowPath.Gaussian(random, Test, Train);
        TensorSource[] Kernels() => blocks
            ? [FlowRecording.Tensor("K_SS", 0.5 * (K + K.Transpose())), FlowRecording.Tensor("K_QS", K_QS)]
            : [FlowRecording.Tensor("J_S", J_S), FlowRecording.Tensor("J_Q", J_Q)];
        return new CheckpointSequence(new[] { 0, 0.2, 0.5, 1 }.Select((t, k) => new Checkpoint(t * end, k,
            [.. Kernels(), new MemoryTensor("U_S", Enumerable.Repeat(1.0 + k, Train).ToArray(), Train, 1),
                new MemoryTensor("U_Q", Enumerable.Repeat(1.0 + k, Test).ToArray(), Test, 1)])),
            LossModel.Squared(new double[Train], 1));
    }

    private ClaimResult Claim(CheckpointSequence run, string mode = "flow", Func<RunModel, RunModel>? fault = null)
    {
        var claim = Faults.Analyse(run, TestRuns.Options with { Mode = Named.Mode(mode) }, fault).Claim("C7");
        output.WriteLine(FormattableString.Invariant($"{mode}: {claim.Verdict} {claim.RelativeError:e2} of {claim.Budget?.Sum:e2}: {claim.Reason}"));
        return claim;
    }

    [Theory]
    [InlineData(false, 0, 6)]
    [InlineData(true, 0, 6)]
    [InlineData(true, 0.3, 6)]
    [InlineData(true, 0.3, 1e4)]
    [InlineData(false, 0, 1e-4)]
    public void AConstantKernelHolds(bool blocks, double leak, double end)
    {
        var claim = Claim(Constant(blocks, leak, end));
        Assert.True(claim.Verdict == Verdict.Holds, claim.Reason);
        Check.Small(claim.Budget!.Sum!.Value, 1e-7, "budget");
    }

    /// <summary>G_Q of a K_QS that leaves range K_SS grows as t·K_QS Π_ker, here by MathNet's decomposition.</summary>
    [Fact]
    public void ALeakIntoTheKernelGrowsWithTime()
    {
        const double end = 50;
        var run = Constant(true, 0.3, end);
        var a = Analyze.Reservoir(run, TestRuns.Options);
        Matrix<double> K = Matrix<double>.Build.Dense(Train, Train, run[0]["K_SS"].ReadAll()),
            K_QS = Matrix<double>.Build.Dense(Train, Test, run[0]["K_QS"].ReadAll()).Transpose();
        var evd = K.Evd(Symmetricity.Symmetric);
        var kernel = evd.EigenVectors.SubMatrix(0, Train, 0, 3);
        Check.Small(evd.EigenValues[2].Magnitude, 1e-14, "third eigenvalue");
        Check.Small(TestRuns.Relative(a.Operators.Value.G_Q * kernel, end * K_QS * kernel), 2e-13, "G_Q on the kernel");
        Assert.Equal(Verdict.Holds, a.Claim("C7").Verdict);
        Assert.Equal(Verdict.Violated, a.Claim("C5").Verdict);
    }

    /// <summary>A linear model under gradient descent: K is constant although it was trained, in both modes.</summary>
    [Theory]
    [InlineData("flow", CheckpointSchedule.Geometric)]
    [InlineData("descent", CheckpointSchedule.Geometric)]
    [InlineData("descent", CheckpointSchedule.EveryStep)]
    public void ALinearModelHolds(string mode, CheckpointSchedule schedule)
    {
        var run = SmallNetworks.Record(new RecordingOptions { Train = 12, Test = 6, Layers = [], Steps = 60, LearningRate = 0.2, Schedule = schedule,
            Checkpoints = 12, DType = StorageType.Float64 });
        var claim = Claim(run, mode);
        Assert.True(claim.Verdict == Verdict.Holds, claim.Reason);
        Assert.Equal(Verdict.Violated, Claim(run, mode, m => m.With(W_S: m.Propagation.W_S.Times(1.0001))).Verdict);
    }

    [Theory]
    [InlineData("P")]
    [InlineData("W_S")]
    [InlineData("G_S")]
    [InlineData("G_Q")]
    public void FaultsAreSeenAndNamed(string which)
    {
        var claim = Claim(Constant(false), "flow", m =>
        {
            var p = m.Propagation;
            DenseMatrix? Changed(string name, DenseMatrix a) => name == which ? a.Times(1 + 1e-6) : null;
            return m.With(Changed("P", p.P), Changed("W_S", p.W_S), Changed("G_S", p.G_S), Changed("G_Q", p.G_Q));
        });
        Assert.Equal(Verdict.Violated, claim.Verdict);
        Assert.Contains("nearest to its bound: " + which, claim.Reason);
        Check.Close(claim.RelativeError.OrNull(), 1e-6, 0.05, "defect");
    }

    [Fact]
    public void OtherRunsAreNotJudged()
    {
        var moved = Claim(RecordedRun.Open(TestRuns.DigitsTiny).Checkpoints);
        Assert.Equal(Verdict.NotApplicable, moved.Verdict);
        Assert.Contains("not constant", moved.Reason);
        var softmax = Claim(SmallNetworks.Record(SmallNetworks.EveryStep with { Steps = 6 }));
        Assert.Equal(Verdict.NotApplicable, softmax.Verdict);
        Assert.Contains("multiple of the identity", softmax.Reason);
    }
}
