using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>Constant K and B = βI, claim C7: P = e^{−βKT}, W = (I − e^{−2βKT})/(2β), G_Q = K_QS K⁺(I − e^{−βKT})/β, from a window that has hardly begun to one so long
/// that P underflows.</summary>
public class FrozenKernelTests
{
    private const int Train = 7, Test = 4;

    private static ReservoirAnalysis Analysis(Matrix<double> J_S, Matrix<double> J_Q, double end)
    {
        var checkpoints = new[] { 0, 0.3, 0.6, 1 }.Select((t, k) => new Checkpoint(t * end, k, FlowRecording.Tensor("J_S", J_S), FlowRecording.Tensor("J_Q", J_Q),
            new MemoryTensor("U_S", Enumerable.Repeat((double)k, Train).ToArray(), Train, 1), new MemoryTensor("U_Q", Enumerable.Repeat((double)k, Test).ToArray(), Test, 1)));
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
        var evd = (J_S * J_S.Transpose()).Evd(Symmetricity.Symmetric);
        Matrix<double> Function(Func<double, double> f) => evd.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(evd.EigenValues.Map(z => f(z.Real))) * evd.EigenVectors.Transpose();
        const double beta = 1.0 / Train;
        var o = Analysis(J_S, J_Q, end).Operators.Value;
        var P = Function(k => Math.Exp(-beta * k * end));
        Check.AtMost(1e-8 * Math.Max(P.FrobeniusNorm(), 1e-140), (o.P - P).FrobeniusNorm(), "P");
        Check.AtMost(1e-8, TestRuns.Relative(o.W_S, Function(k => -Expm1(-2 * beta * k * end) / (2 * beta))), "W_S");
        Check.AtMost(1e-8, TestRuns.Relative(o.G_Q, J_Q * J_S.Transpose() * Function(k => -Expm1(-beta * k * end) / (beta * k))), "G_Q");
        Check.AtMost(1e-8, TestRuns.Relative(o.G_S, Function(k => -Expm1(-beta * k * end) / beta)), "G_S");
    }

    // e^x − 1 without cancellation.
    private static double Expm1(double x) => Math.Abs(x) > 1e-2 ? Math.Exp(x) - 1 : 2 * Math.Exp(x / 2) * Math.Sinh(x / 2);

    /// <summary>A kernel that is zero moves nothing: everything is reservoir, and nothing of it reaches the test set.</summary>
    [Fact]
    public void AZeroKernelIsAllReservoir()
    {
        var analysis = Analysis(Matrix<double>.Build.Dense(Train, 50), FlowPath.Gaussian(new Random(82), Test, 50), 10);
        Assert.Equal((0, Train, Verdict.Holds), (analysis.Spectrum.SignalDimension, analysis.Spectrum.ReservoirDimension, analysis.Inclusion.Verdict));
        Assert.Equal(0, analysis.Inclusion.Visibility);
        Assert.Equal(0, analysis.Operators.Value.W_S.FrobeniusNorm() + analysis.Operators.Value.G_Q.FrobeniusNorm());
        Check.AtMost(1e-14, (analysis.Operators.Value.P - Matrix<double>.Build.DenseIdentity(Train)).FrobeniusNorm(), "P − I");
    }
}
