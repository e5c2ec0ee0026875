using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>Check 2: differences of two integrations per mode, against the same figures formed by MathNet, and when it is run how finely.</summary>
public class IndependentCheckTests
{
    [Fact]
    public void DifferencesAreThoseOfTwoIntegrations()
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var analysis = TestRuns.DigitsTinyAnalysis;
        var independent = analysis.Inclusion.Independent!;
        Assert.Equal(("gauss-6 against radau-3", SecondIntegration.Coarse, 0.0), (independent.Method, independent.RelativeTolerance, independent.WorstExcess));

        var outputs = OutputRecord.Read(run.Checkpoints);
        var trajectory = TrajectoryBuilder.Read(run.Checkpoints, outputs, TestRuns.Managed).Linear([.. Enumerable.Range(0, run.Checkpoints.Count)]);
        var b = Propagator.Integrate(trajectory, new PropagationOptions { Method = "radau-3", RelativeTolerance = 1e-2 }, TestRuns.Managed);
        var o = analysis.Operators;
        double cB = ((Matrix<double>)trajectory.TestKernelIntegral(b.Nodes)).L2Norm(), cA = Math.Pow(analysis.Inclusion.VisibilityBound, 2), tightest = 0;
        Check.Near(cB, cA, 1e-2, "the two constants");
        for (int j = 0; j < analysis.Inclusion.Modes.Count; j++)
        {
            var mode = analysis.Inclusion.Modes[j];
            var psi = o.Eigenvectors.Column(j);
            double w = Math.Abs(psi * ((o.W_S - b.W_S) * psi)), g = ((o.G_Q - b.G_Q) * psi).L2Norm();
            Check.Near(w, mode.DissipationDifference, 1e-8, $"δ_W of mode {j}");
            Check.Near(g, mode.ResponseDifference, 1e-8, $"δ_G of mode {j}");
            Check.Near(Math.Sqrt((cA + Math.Abs(cA - cB)) * (mode.Eigenvalue + w)) + g, mode.IndependentBound, 1e-9, $"bound of mode {j}");
            double response = Math.Max((o.G_Q * psi).L2Norm(), (b.G_Q * psi).L2Norm());
            tightest = Math.Max(tightest, response / mode.IndependentBound!.Value);
        }
        Check.Within(0.01, 1, tightest, "nearest approach to the bound");
        Check.Near(tightest, Math.Max((o.G_Q * o.Eigenvectors.Column(independent.WorstMode)).L2Norm(), (b.G_Q * o.Eigenvectors.Column(independent.WorstMode)).L2Norm())
            / analysis.Inclusion.Modes[independent.WorstMode].IndependentBound, 1e-12, "the mode named is the nearest");
    }

    [Theory]
    [InlineData("gauss-4", "radau-3")]
    [InlineData("radau-5", "gauss-4")]
    [InlineData("radau-3", "gauss-4")]
    [InlineData("dopri5", "radau-3")]
    public void TheSecondMethodIsOfAnotherFamily(string main, string second)
    {
        var recording = FlowRecording.Of(FlowPath.Straight(5, 4, 1, 30, 0.1, 3), [0, 1, 2], stepsPerInterval: 40);
        var inclusion = Analyze.Reservoir(recording.Jacobians(), TestRuns.Options with { Method = main, RelativeTolerance = 1e-6 }).Inclusion;
        Assert.Equal($"{main} against {second}", inclusion.Independent!.Method);
        Assert.All(inclusion.OperatorChecks, c => Assert.True(c.Passed, $"{c.Name}: {c.Defect:G3} of {c.Limit:G3}"));
        Assert.Contains(inclusion.OperatorChecks, c => c.Name == "agreement of G_Q");
    }

    /// <summary>A soft reservoir under a kernel that turns: the coarse run leaves modes open, and the finer one that follows decides.</summary>
    [Fact]
    public void AnOpenReservoirIsIntegratedMoreFinely()
    {
        var inclusion = Analyze.Reservoir(SoftRun(), TestRuns.Options with { Threshold = 1e-3, RelativeTolerance = 1e-9 }).Inclusion;
        Assert.True(inclusion.Verdict == Verdict.Holds, $"{inclusion.Verdict}: {inclusion.Reason}");
        Check.Within(1e-9, 0.5 * SecondIntegration.Coarse, inclusion.Independent!.RelativeTolerance, "tolerance of the last second run");
    }

    /// <summary>With the tolerance of the analysis itself too loose, nothing finer is allowed: the reason says so.</summary>
    [Fact]
    public void ATooLooseToleranceLeavesItUndecided()
    {
        var inclusion = Analyze.Reservoir(SoftRun(), TestRuns.Options with { Threshold = 1e-3, RelativeTolerance = 1e-3 }).Inclusion;
        Assert.True(inclusion.Verdict == Verdict.Undecided, $"{inclusion.Verdict}: {inclusion.Reason}");
        Assert.Contains("smaller rtol", inclusion.Reason);
        Assert.Equal(1e-3, inclusion.Independent!.RelativeTolerance);
    }

    [Fact]
    public void ItCanBeSwitchedOff()
    {
        var inclusion = Analyze.Reservoir(SoftRun(), TestRuns.Options with { IndependentCheck = false }).Inclusion;
        Assert.Null(inclusion.Independent);
        Assert.Equal("switched off", inclusion.IndependentReason);
        Assert.All(inclusion.Modes, m => Assert.Null(m.IndependentBound));
        Assert.DoesNotContain(inclusion.OperatorChecks, c => c.Name.StartsWith("agreement", StringComparison.Ordinal));
        Assert.Contains(inclusion.OperatorChecks, c => c.Name == "node weights");
    }

    /// <summary>Kernels whose eigenvalues fall over seven decades while their eigenvectors turn from checkpoint to checkpoint.</summary>
    private static CheckpointSequence SoftRun()
    {
        const int n = 8;
        var random = new Random(4);
        Matrix<double> basis = FlowPath.Gaussian(random, n, n).QR().Q, turn = FlowPath.Gaussian(random, n, n), test = FlowPath.Gaussian(random, 5, n);
        Matrix<double> decay = Matrix<double>.Build.DenseOfDiagonalArray([.. Enumerable.Range(0, n).Select(i => 20 * Math.Pow(10, -0.6 * i))]);
        Matrix<double> J_S(double t) => basis * decay * (Matrix<double>.Build.DenseIdentity(n) + 0.6 * t * turn);
        return FlowRecording.Of(new FlowPath(n, 5, 1, J_S, t => test * J_S(0.5 * t)), [0, 0.7, 1.5, 3], stepsPerInterval: 4000).Jacobians();
    }
}
