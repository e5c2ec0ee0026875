using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>The same W_S by three solvers; what each resolves on a reservoir that is exact; what is refused.</summary>
public sealed class SolverTests(ITestOutputHelper output)
{
    private const int Outputs = 2, Duplicates = 3;

    private static readonly RecordingOptions s_duplicates = new()
    {
        Train = 14, Test = 6, Outputs = Outputs, Duplicates = Duplicates, Copies = 2, Noise = 0.2, Layers = [LayerSpec.Dense(10)], Steps = 300,
            LearningRate = 0.1, Checkpoints = 12,
    };

    private static AnalysisOptions With(string solver, int? modes = null) =>
        TestRuns.Options with { Solver = Named.Solver(solver), Modes = modes, Threshold = 1e-10 };

    public static TheoryData<string, LossKind, StorageType> Runs()
    {
        var runs = new TheoryData<string, LossKind, StorageType>();
        foreach (string mode in (string[])["flow", "descent"])
            foreach (var loss in (LossKind[])[LossKind.Squared, LossKind.SoftmaxCrossEntropy])
                foreach (var type in (StorageType[])[StorageType.Float32, StorageType.Float64]) runs.Add(mode, loss, type);
        return runs;
    }

    /// <summary>Duplicated inputs: J has identical rows whatever the storage, so σ is zero to rounding of σ_1, where √λ of the matrix is known to √ε
    /// only.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void TheFactorSeesAnExactReservoirToRounding(string mode, LossKind loss, StorageType type)
    {
        var recording = s_duplicates with { Loss = loss, DType = type };
        if (mode == "descent") recording = recording with { Schedule = CheckpointSchedule.EveryStep, Steps = 40 };
        var run = Recorder.InMemory(recording, TestRuns.Managed);
        var dense = Analyze.Reservoir(run, With("dense") with { Mode = Named.Mode(mode) });
        var factor = Analyze.Reservoir(run, With("golub-kahan") with { Mode = Named.Mode(mode) });
        Assert.Equal((EigenSolver.Dense, EigenSolver.GolubKahan, mode), (dense.Spectrum.Solver, factor.Spectrum.Solver, factor.Options.Mode.Name()));
        // Softmax has p − 1 directions per copy, and as many per example.
        int seen = loss == LossKind.SoftmaxCrossEntropy ? Outputs - 1 : Outputs, expected = seen * Duplicates;
        int N = run.TrainSize, modes = run.Train * seen, signal = modes - expected;
        var values = factor.Spectrum.Eigenvalues;
        output.WriteLine(FormattableString.Invariant($"√(λ/λ₁): signal {Root(values[signal - 1] / values[0]):e1}, reservoir ")
            + FormattableString.Invariant($"{Root(values[signal] / values[0]):e1}, dense ")
                + FormattableString.Invariant($"{Root(Math.Abs(dense.Spectrum.Eigenvalues[signal] / values[0])):e1}; worst ratio in the reservoir ")
                    + FormattableString.Invariant($"{factor.Inclusion.Modes.Skip(signal).Max(m => m.Ratio):g3}"));
        double rounding = N * Check.Eps * Scale(run);
        Check.Small(Root(values[signal]), rounding, "largest σ of the reservoir against N·ε·s_F");
        Check.Small(rounding / Root(values[0]), 1e-12, "N·ε·s_F relative to σ_1");
        for (int j = 0; j < modes; j++)
            Check.Small(Math.Abs(values[j] - dense.Spectrum.Eigenvalues[j]), 2e-13 * values[0], "eigenvalue against the dense one");
        Check.Small(factor.Spectrum.ResidualNorms.Max(), 5e-13 * values[0], "residual against the dense W");
        Assert.True(factor.Inclusion.Verdict == Verdict.Holds, $"{factor.Inclusion.Verdict}: {factor.Inclusion.Reason}");
        Assert.Equal((expected, signal), (factor.Spectrum.ReservoirDimension.Value, factor.Spectrum.SignalDimension.Value));
        // The bound of a reservoir mode is what sets the two apart: √ε against ε.
        double scale = factor.Inclusion.VisibilityBound * Root(values[0]);
        Check.Small(factor.Inclusion.Modes[^1].Bound / scale, 3 * rounding / Root(values[0]), "bound from the factor, relative");
        Check.Between(dense.Inclusion.Modes[^1].Bound / scale, 1e-9, 1e-6, "bound from the matrix, relative");
    }

    /// <summary>With all modes wanted Lanczos gives them all, and the same verdicts as the dense solver.</summary>
    [Fact]
    public void LanczosForAllModesIsAsTheDenseSolver()
    {
        var run = Recorder.InMemory(s_duplicates, TestRuns.Managed);
        ReservoirAnalysis dense = Analyze.Reservoir(run, With("auto")), found = Analyze.Reservoir(run, With("lanczos"));
        Assert.Equal((EigenSolver.Dense, true, run.TrainSize), (dense.Spectrum.Solver, dense.Spectrum.Complete, dense.Spectrum.Eigenvalues.Count));
        Assert.Equal((EigenSolver.Lanczos, true, run.TrainSize), (found.Spectrum.Solver, found.Spectrum.Complete, found.Spectrum.Eigenvalues.Count));
        Agree(dense, found);
        Assert.Equal(dense.Claims.Select(c => (c.Id, c.Verdict)), found.Claims.Select(c => (c.Id, c.Verdict)));
        Assert.Equal((dense.Spectrum.SignalDimension, dense.Spectrum.ReservoirDimension), (found.Spectrum.SignalDimension, found.Spectrum.ReservoirDimension));
    }

    /// <summary>Lanczos for fewer modes than N also ran the dense solver. What is said of all modes is now said of the computed ones, and dimensions are known
    /// only when the last of
    /// them is below the threshold.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(7, false)]
    [InlineData(20, true)]
    [InlineData(24, true)]
    public void LanczosForSomeModesAlsoRanTheDenseSolver(int k, bool known)
    {
        var run = Recorder.InMemory(s_duplicates, TestRuns.Managed);
        // Where the dimensions are to be known, the threshold lies between the last two modes that are computed.
        var measures = Analyze.Reservoir(run, With("dense")).Spectrum.DissipatedFraction.Value;
        double threshold = known ? Math.Max(1e-10, Math.Sqrt(measures[k - 2] * Math.Max(measures[k - 1], 0))) : 1e-10;
        ReservoirAnalysis dense = Analyze.Reservoir(run, With("dense") with { Threshold = threshold });
        var found = Analyze.Reservoir(run, With("lanczos", k) with { Threshold = threshold });
        int N = run.TrainSize;
        Assert.Equal((EigenSolver.Lanczos, false, k), (found.Spectrum.Solver, found.Spectrum.Complete, found.Spectrum.Eigenvalues.Count));
        Assert.Equal((k, k, k), (found.Spectrum.ResidualNorms.Count, found.Spectrum.RelativeEigenvalues.Count, found.Operators.Value.Eigenvectors.ColumnCount));
        Assert.Equal(k, found.Inclusion.Modes.Count); // a dense solver would have given N
        Assert.False(string.IsNullOrEmpty(found.Spectrum.Multiplicity));
        Agree(dense, found);
        Check.Close(found.Spectrum.EffectiveRank, dense.Spectrum.EffectiveRank, 5e-14, "effective rank");
        Assert.Equal(known, found.Spectrum.SignalDimension.IsKnown);
        string leftOut = $"the {k} largest of {N} modes";
        foreach (string id in (string[])["C6", "C9"])
        {
            Assert.Equal(Verdict.Holds, found.Claim(id).Verdict);
            Assert.Contains(leftOut, found.Claim(id).Reason);
        }
        if (known)
        {
            Assert.Equal((dense.Spectrum.SignalDimension, dense.Spectrum.ReservoirDimension),
                (found.Spectrum.SignalDimension, found.Spectrum.ReservoirDimension));
            Assert.Equal(Verdict.Holds, found.Inclusion.Verdict);
            Assert.Contains($"of the {k} largest modes; the other {N - k} were not computed", found.Inclusion.Reason);
        }
        else
        {
            Assert.Contains($"{leftOut} of W_S were computed, and none of them is below the threshold", found.Spectrum.SignalDimension.Reason);
            Assert.Equal((Verdict.Undecided, Verdict.Measured), (found.Inclusion.Verdict, found.Claim("C8").Verdict));
            Assert.Contains("were not computed", found.Inclusion.Reason);
            Assert.Equal(found.Spectrum.SignalDimension.Reason, found.Inclusion.Empirical.RelativeErrorSignalOnly.Reason);
            Assert.DoesNotContain(found.Inclusion.ThresholdCurve, p => p.Threshold <= found.Spectrum.DissipatedFraction.Value[^1]);
        }
    }

    // The eigenvalues of one analysis against the first of another.
    private static void Agree(ReservoirAnalysis dense, ReservoirAnalysis found)
    {
        double first = dense.Spectrum.Eigenvalues[0];
        for (int j = 0; j < found.Spectrum.Eigenvalues.Count; j++)
            Check.Small(Math.Abs(found.Spectrum.Eigenvalues[j] - dense.Spectrum.Eigenvalues[j]), 5e-14 * first, $"eigenvalue {j + 1}");
        Check.Small(found.Spectrum.ResidualNorms.Max(), 5e-14 * first, "residual");
    }

    [Fact]
    public void RefusalsNameTheOption()
    {
        var run = Recorder.InMemory(s_duplicates with { Steps = 30, Checkpoints = 4 }, TestRuns.Managed);
        string Refused(AnalysisOptions options, CheckpointSequence? other = null) =>
            Assert.Throws<ArgumentException>(() => Analyze.Reservoir(other ?? run, options)).Message;
        Assert.Equal("modes: found 0, expected at least 1.", Refused(With("auto", 0)));
        Assert.Equal($"modes: found 99, expected 1 to {run.TrainSize}, the order of W_S.", Refused(With("auto", 99)));
        Assert.Equal(
            "solver: found 9, expected one of auto, dense, lanczos, golub-kahan, matrix-free.", Refused(With("auto") with { Solver = (EigenSolver)9 }));
        Assert.StartsWith("solver: golub-kahan needs the steps of gauss-2, gauss-4,", Refused(With("golub-kahan") with { Method = "magnus-4" }));
        Assert.StartsWith("solver: golub-kahan in descent mode needs every step recorded", Refused(With("golub-kahan") with { Mode = AnalysisMode.Descent }));
        var blocks = new CheckpointSequence(KernelBlocks.Convert(run, TestRuns.Managed), run.Loss) { Optimizer = run.Optimizer };
        Assert.StartsWith("solver: golub-kahan needs recorded Jacobians, and this run holds kernel blocks", Refused(With("golub-kahan"), blocks));
        var momentum =
            Recorder.InMemory(s_duplicates with { Optimizer = OptimizerKind.Momentum, Momentum = 0.5, Steps = 5, Schedule = CheckpointSchedule.EveryStep,
            LearningRate = 0.02 }, TestRuns.Managed);
        Assert.Contains("the optimizer of this run is momentum", Refused(With("golub-kahan") with { Mode = AnalysisMode.Descent }, momentum));
    }

    // √∫‖J_S‖_F² dt from above by what was recorded: J is linear between checkpoints, its square convex.
    private static double Scale(CheckpointSequence run)
    {
        double[] squares = [.. run.Select(c => c["J_S"].ReadAll().Sum(v => v * v))];
        return Math.Sqrt(Enumerable.Range(1, run.Count - 1).Sum(k => (run[k].Time - run[k - 1].Time) * Math.Max(squares[k - 1], squares[k])));
    }

    private static double Root(double x) => Math.Sqrt(Math.Max(x, 0));
}
