using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>Constant K and B = βI, claim C7, from a window that has hardly begun to one so long
/// that P underflows.</summary>
public class FrozenKernelTests
{
    private const int Train = 7, Test = 4;

    private static ReservoirAnalysis Analysis(Matrix<double> J_S, Matrix<double> J_Q, double end)
    {
        var checkpoints = new[] { 0, 0.3, 0.6, 1 }.Select((t, k) =>
            new Checkpoint(t * end, k, FlowRecording.Tensor("J_S", J_S), FlowRecording.Tensor("J_Q", J_Q),
            new MemoryTensor("U_S", Enumerable.Repeat((double)k, Train).ToArray(), Train, 1),
                new MemoryTensor("U_Q", Enumerable.Repeat((double)k, Test).ToArray(), Test, 1)));
        return Analyze.Reservoir(checkpoints, LossModel.Squared(new double[Train], 1), TestRuns.Options);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(10)]
    [InlineData(300)]
    [InlineData(1e4)]
    [InlineData(1e7)]
    public void OperatorsAreThoseOfTheClosedForm(double end)
    {
        var random = new Random(81);
        Matrix<double> J_S = FlowPath.Gaussian(random, Train, 50), J_Q = FlowPath.Gaussian(random, Test, 50);
        const double beta = 1.0 / Train;
        Matrix<double> K = J_S * J_S.Transpose(), P, S, W;
        (P, S, W) = ByDoubling(K, beta, end);
        var o = Analysis(J_S, J_Q, end).Operators.Value;
        Check.Small((o.P - P).FrobeniusNorm(), 1e-8 * Math.Max(P.FrobeniusNorm(), 1e-140), "P");
        Check.Small(TestRuns.Relative(o.W_S, W), 1e-8, "W_S");
        Check.Small(TestRuns.Relative(o.G_Q, J_Q * J_S.Transpose() * S), 1e-8, "G_Q");
        Check.Small(TestRuns.Relative(o.G_S, K * S), 1e-8, "G_S");
    }

    // P, ∫P dt and ∫PKP dt over [0, end] from their power series over a short time, doubled until it is the whole: no eigenvalues, no exponentials.
    private static (Matrix<double> P, Matrix<double> S, Matrix<double> W) ByDoubling(Matrix<double> K, double beta, double end)
    {
        int doublings = Math.Max(0, (int)Math.Ceiling(Math.Log2(4 * beta * K.FrobeniusNorm() * end)));
        double h = Math.ScaleB(end, -doublings);
        var identity = Matrix<double>.Build.DenseIdentity(Train);
        Matrix<double> P = identity, S = h * identity, W = h * K, term = identity;
        for (int i = 1; i <= 24; i++)
        {
            term = -beta * h / i * (term * K); // (−βhK)^i/i!
            P += term;
            S += h / (i + 1) * term;
            W += Math.ScaleB(h, i) / (i + 1) * (term * K);
        }
        for (int i = 0; i < doublings; i++) (P, S, W) = (P * P, S + P * S, W + P * W * P);
        return (P, S, W);
    }

    /// <summary>A kernel that is zero at the start and later not has moved by more than any multiple of itself: it is not a frozen one.</summary>
    [Fact]
    public void AKernelThatIsZeroOnlyAtTheStartIsNotFrozen()
    {
        var random = new Random(7);
        Matrix<double> J_S = FlowPath.Gaussian(random, Train, 9), J_Q = FlowPath.Gaussian(random, Test, 9);
        double[] scale = [0, 0, 0, 1, 0.5, 0.5];
        var checkpoints = scale.Select((x, k) => new Checkpoint(10 * k, 10 * k, FlowRecording.Tensor("J_S", x * J_S), FlowRecording.Tensor("J_Q", x * J_Q),
            new MemoryTensor("U_S", [.. Enumerable.Repeat((double)k, Train)], Train, 1),
            new MemoryTensor("U_Q", [.. Enumerable.Repeat((double)k, Test)], Test, 1)));
        var analysis = Analyze.Reservoir(checkpoints, LossModel.Squared(new double[Train], 1), TestRuns.Options);
        Assert.Equal(Verdict.NotApplicable, analysis.Claim("C7").Verdict);
        Assert.Contains("not constant", analysis.Claim("C7").Reason, StringComparison.Ordinal);
        Assert.Equal(double.PositiveInfinity, analysis.KernelEvolution.PeakDrift);
        Assert.Contains("zero at the start", analysis.Claim("C12").Reason, StringComparison.Ordinal);
        Assert.Equal(0, analysis.KernelEvolution.Points[2].SpectralDrift);
    }

    /// <summary>A kernel that is zero moves nothing: everything is reservoir, and nothing of it reaches the test set.</summary>
    [Fact]
    public void AZeroKernelIsAllReservoir()
    {
        var analysis = Analysis(Matrix<double>.Build.Dense(Train, 50), FlowPath.Gaussian(new Random(82), Test, 50), 10);
        Assert.Equal((0, Train, Verdict.Holds), (analysis.Spectrum.SignalDimension.Value, analysis.Spectrum.ReservoirDimension.Value,
            analysis.Inclusion.Verdict));
        Assert.Equal(0, analysis.Inclusion.Visibility);
        Assert.Equal(0, analysis.Operators.Value.W_S.FrobeniusNorm() + analysis.Operators.Value.G_Q.FrobeniusNorm());
        Check.Small((analysis.Operators.Value.P - Matrix<double>.Build.DenseIdentity(Train)).FrobeniusNorm(), 1e-14, "P − I");
    }
}
