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
        var independent = analysis.Inclusion.Independent.Value;
        Assert.Equal(("gauss-6 against radau-3", SecondIntegration.Coarse, 0.0), (independent.Method, independent.RelativeTolerance, independent.WorstExcess));

        var outputs = OutputRecord.Read(run.Checkpoints);
        var trajectory = TrajectoryBuilder.Read(run.Checkpoints, outputs, TestRuns.Managed).Linear([.. Enumerable.Range(0, run.Checkpoints.Count)]);
        var b = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "radau-3", RelativeTolerance = 1e-2 }, TestRuns.Managed);
        var o = analysis.Operators.Value;
        double cB = ((Matrix<double>)trajectory.TestKernelIntegral(b.Nodes)).L2Norm(), cA = Math.Pow(analysis.Inclusion.VisibilityBound, 2), tightest = 0;
        Check.Close(cA, cB, 5e-14, "the two constants");
        for (int j = 0; j < analysis.Inclusion.Modes.Count; j++)
        {
            var mode = analysis.Inclusion.Modes[j];
            var psi = o.Eigenvectors.Column(j);
            double w = Math.Abs(psi * ((o.W_S - b.W_S) * psi)), g = ((o.G_Q - b.G_Q) * psi).L2Norm();
            Check.Close(mode.DissipationDifference, w, 2e-9, $"δ_W of mode {j}");
            Check.Close(mode.ResponseDifference, g, 5e-10, $"δ_G of mode {j}");
            Check.Close(mode.IndependentBound, Math.Sqrt((cA + Math.Abs(cA - cB)) * (mode.Eigenvalue + w)) + g, 2e-13, $"bound of mode {j}");
            double response = Math.Max((o.G_Q * psi).L2Norm(), (b.G_Q * psi).L2Norm());
            tightest = Math.Max(tightest, response / mode.IndependentBound!.Value);
        }
        Check.Between(tightest, 0.01, 1, "nearest approach to the bound");
        Check.Close(Math.Max((o.G_Q * o.Eigenvectors.Column(independent.WorstMode)).L2Norm(), (b.G_Q * o.Eigenvectors.Column(independent.WorstMode))
            .L2Norm())
            / analysis.Inclusion.Modes[independent.WorstMode].IndependentBound, tightest, 1e-12, "the mode named is the nearest");
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
        Assert.Equal($"{main} against {second}", inclusion.Independent.Value.Method);
        Assert.All(inclusion.OperatorChecks, c => Assert.True(c.Passed, $"{c.Name}: {c.Defect:G3} of {c.Limit:G3}"));
        Assert.Contains(inclusion.OperatorChecks, c => c.Name == "agreement of G_Q");
    }

    /// <summary>Kernels that turn, with spectra over many decades: the coarse run resolves every reservoir mode to a few per cent of its bound.</summary>
    [Theory]
    [InlineData(5, 0.5, 0.01)]
    [InlineData(20, 0.8, 0.001)]
    [InlineData(20, 0.8, 0.01)]
    [InlineData(80, 0.8, 0.1)]
    public void TheCoarseRunSufficesForSoftReservoirs(double scale, double decay, double turn)
    {
        var analysis = Analyze.Reservoir(SoftRun(scale, decay, turn), TestRuns.Options with { RelativeTolerance = 1e-6 });
        var inclusion = analysis.Inclusion;
        Assert.True(inclusion.Verdict == Verdict.Holds, $"{inclusion.Verdict}: {inclusion.Reason}");
        Assert.Equal(SecondIntegration.Coarse, inclusion.Independent.Value.RelativeTolerance);
        double c = Math.Pow(inclusion.VisibilityBound, 2);
        double worst = inclusion.Modes.Where(m => m.InReservoir)
            .Max(m => (m.ResponseDifference!.Value + Math.Sqrt(c * m.DissipationDifference!.Value)) / Math.Sqrt(c * m.Eigenvalue));
        Check.Between(worst, 1e-6, 0.05, "δ_G + √(cδ_W) relative to √(cλ)");
    }

    /// <summary>A second run that is off by five times λ in the last mode leaves it open; a finer one is asked for and decides.</summary>
    [Theory]
    [InlineData(1, Verdict.Holds)]
    [InlineData(9, Verdict.Undecided)]
    public void AnOpenReservoirIsIntegratedMoreFinely(int wrongRuns, Verdict expected)
    {
        var asked = new List<double>();
        var (context, spectrum) = Stages(SoftRun(20, 0.8, 0.01), TestRuns.Options with { RelativeTolerance = 1e-6 });
        var sound = context.Model.Second.Value;
        SecondOperators Take(double tolerance)
        {
            asked.Add(tolerance);
            var run = tolerance == SecondIntegration.Coarse ? sound.First : sound.At(tolerance, CancellationToken.None);
            if (asked.Count > wrongRuns) return run;
            var psi = context.Pairs.Vectors.Column(context.Pairs.Values.Count - 1);
            Matrix<double> W = run.Propagation!.W_S + 5 * context.Pairs.Values[^1] * psi.OuterProduct(psi);
            return run with { Propagation = With(run.Propagation, MathNet.Numerics.LinearAlgebra.Double.DenseMatrix.OfMatrix(W)) };
        }
        var first = new Lazy<SecondOperators>(() => Take(SecondIntegration.Coarse));
        var second = new SecondIntegration(new Pending<SecondOperators>(() => first.Value), (tolerance, _) => Take(tolerance));
        var inclusion = InclusionCheck.Run(context, second, spectrum);
        Assert.True(inclusion.Verdict == expected, $"{inclusion.Verdict}: {inclusion.Reason}");
        Assert.Equal(asked[^1], inclusion.Independent.Value.RelativeTolerance);
        Assert.Equal(expected == Verdict.Holds ? 2 : 3, asked.Count);
        for (int i = 1; i < asked.Count; i++) Check.Between(asked[i], 1e-6, 0.5 * asked[i - 1], $"tolerance of run {i + 1}");
        if (expected == Verdict.Undecided) Assert.Contains("δ_W", inclusion.Reason);
    }

    /// <summary>A second integration that fails leaves a reservoir undecided, and what is vacuous vacuous.</summary>
    [Fact]
    public void AFailedSecondRunIsTold()
    {
        var none = new SecondOperators(1e-2, null, double.NaN, "the second integration failed: it jumped");
        var failed = new SecondIntegration(new Pending<SecondOperators>(() => none), (_, _) => throw new InvalidOperationException());
        foreach (var (threshold, expected) in ((double, Verdict)[])[(1e-3, Verdict.Undecided), (1e-12, Verdict.Vacuous)])
        {
            var (context, spectrum) = Stages(SoftRun(20, 0.8, 0.01), TestRuns.Options with { RelativeTolerance = 1e-6, Threshold = threshold });
            var inclusion = InclusionCheck.Run(context, failed, spectrum);
            Assert.True(inclusion.Verdict == expected, $"{inclusion.Verdict}: {inclusion.Reason}");
            Assert.False(inclusion.Independent.IsKnown);
            Assert.Contains("it jumped", inclusion.Independent.Reason);
            if (expected == Verdict.Undecided) Assert.Contains("it jumped", inclusion.Reason);
        }
    }

    [Fact]
    public void ItCanBeSwitchedOff()
    {
        var inclusion = Analyze.Reservoir(SoftRun(), TestRuns.Options with { IndependentCheck = false }).Inclusion;
        Assert.False(inclusion.Independent.IsKnown);
        Assert.Equal("switched off", inclusion.Independent.Reason);
        Assert.All(inclusion.Modes, m => Assert.Null(m.IndependentBound));
        Assert.DoesNotContain(inclusion.OperatorChecks, c => c.Name.StartsWith("agreement", StringComparison.Ordinal));
        Assert.Contains(inclusion.OperatorChecks, c => c.Name == "node weights");
    }

    private static (StudiedWindow, SpectrumResult) Stages(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        var backend = TestRuns.Managed;
        var outputs = OutputRecord.Read(checkpoints);
        using var second = SideThread.For(checkpoints.TrainSize, backend, CancellationToken.None);
        var input = new AnalysisInput(checkpoints, outputs, TrajectoryBuilder.Read(checkpoints, outputs, backend), options, backend);
        var model = FlowModel.Build(input, second, _ => { }, CancellationToken.None);
        _ = model.Second.Value.First; // before the thread it may run on is gone
        var solution = SpectrumSolver.Solve(model, input, _ => { }, CancellationToken.None);
        return (new StudiedWindow(input, model, solution), SpectrumBuilder.Build(solution, model.Propagation.W_S, model.Fraction, options.Threshold));
    }

    private static Propagation With(Propagation p, MathNet.Numerics.LinearAlgebra.Double.DenseMatrix W) => new()
    {
        P = p.P, W_S = W, G_S = p.G_S, G_Q = p.G_Q, Nodes = p.Nodes, StepsPerInterval = p.StepsPerInterval,
        Transported = p.Transported, IntervalTransported = p.IntervalTransported, Error = p.Error, Report = p.Report,
    };

    /// <summary>J_S(t) = (Q + t·turn·R)·diag(scale·10^{−decay·i})·A with random outputs: W_S falls over many decades while the directions turn.</summary>
    private static CheckpointSequence SoftRun(double scale = 20, double decay = 0.8, double turn = 0.01)
    {
        const int n = 8, m = 5;
        var random = new Random(4);
        Matrix<double> basis = FlowPath.Gaussian(random, n, n).QR().Q, R = FlowPath.Gaussian(random, n, n), test = FlowPath.Gaussian(random, m, n),
            A = FlowPath.Gaussian(random, n, n);
        var D = Matrix<double>.Build.DenseOfDiagonalArray([.. Enumerable.Range(0, n).Select(i => scale * Math.Pow(10, -decay * i))]);
        double[] Outputs(int count) => FlowPath.Gaussian(random, count, 1).Column(0).ToArray();
        Checkpoint At(double t, int k) => new(t, k,
        [
            FlowRecording.Tensor("J_S", (basis + turn * t * R) * D * A),
                FlowRecording.Tensor("J_Q", scale * test * (Matrix<double>.Build.DenseIdentity(n) + 0.3 * t * R)),
            new MemoryTensor("U_S", Outputs(n), n, 1), new MemoryTensor("U_Q", Outputs(m), m, 1),
        ]);
        return new CheckpointSequence(((double[])[0, 0.7, 1.5, 3]).Select(At).ToArray(), LossModel.Squared(Outputs(n), 1));
    }
}
