using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests.MatrixFree;

/// <summary>An analysis that forms no matrix says what the dense one says, to the tolerance of its sweep, and never more.</summary>
/// <remarks>The dense analysis forms W_S with other methods on other steps from kernels that were formed, so that the two share the recording alone. The
/// tolerance of a sweep is relative to 1 for P, 2βW_S and βG.</remarks>
public sealed class MatrixFreeAnalysisTests
{
    private const double Tolerance = 1e-4;

    private static readonly RecordingOptions s_small = new()
    {
        Train = 12, Test = 6, Layers = [LayerSpec.Dense(7)], Steps = 60, LearningRate = 0.1, Checkpoints = 9, DType = StorageType.Float64,
    };

    private static readonly RecordingOptions s_softmax = s_small with { Loss = LossKind.SoftmaxCrossEntropy, Outputs = 3 };

    private static readonly (string Name, Func<CheckpointSequence> Run, AnalysisOptions Options)[] s_runs =
    [
        ("Jacobians", () => SmallNetworks.Record(s_small), TestRuns.Options),
        ("cubic", () => SmallNetworks.Record(s_small), TestRuns.Options with { Interpolation = Interpolation.Cubic }),
        ("factors", () => SmallNetworks.Record(s_small with { Factors = FactorRecording.Always }), TestRuns.Options),
        ("Adam", () => SmallNetworks.Record(s_small with { Optimizer = OptimizerKind.Adam, LearningRate = 0.002 }), TestRuns.Options),
        ("Adam factors", () => SmallNetworks.Record(s_small with
        {
            Optimizer = OptimizerKind.Adam, LearningRate = 0.002, Factors = FactorRecording.Always,
        }), TestRuns.Options),
        ("blocks", () => SmallNetworks.Record(s_small with { Kernels = true }), TestRuns.Options),
        ("blocks alone", () => SmallNetworks.WithoutCrossBlocks(SmallNetworks.Record(s_small with { Kernels = true })), TestRuns.Options),
        ("softmax", () => SmallNetworks.Record(s_softmax), TestRuns.Options),
        ("softmax factors", () => SmallNetworks.Record(s_softmax with { Factors = FactorRecording.Always }), TestRuns.Options),
        ("softmax blocks", () => SmallNetworks.Record(s_softmax with { Kernels = true }), TestRuns.Options),
    ];

    public static TheoryData<string> Names => [.. s_runs.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void ItAgreesWithTheDenseAnalysis(string name)
    {
        var (_, make, options) = s_runs.Single(r => r.Name == name);
        var run = make();
        var dense = Analyze.Reservoir(run, options);
        var applied = Analyze.Reservoir(run, options with { Solver = EigenSolver.MatrixFree });
        var found = applied.MatrixFree.Value;
        Assert.Equal((AnalysisExtent.MatrixFree, "asked for"), (applied.Options.Extent, applied.Options.SolverReason));

        double first = dense.Spectrum.Eigenvalues[0], scale = found.Beta.TryGet(out double beta) ? 0.5 / beta : first;
        Assert.Equal(dense.Spectrum.Dimension, found.Dimension);
        for (int j = 0; j < found.Modes.Count; j++)
        {
            Check.Small(Math.Abs(found.Modes[j].Eigenvalue - dense.Spectrum.Eigenvalues[j]), Tolerance * scale, $"{name}: λ_{j + 1}");
            Check.Small(found.Modes[j].Residual, 1e-8 * first, $"{name}: residual of mode {j + 1}");
        }

        // Modes of one eigenvalue may be turned among each other: all of them together move the test outputs as far.
        double Sum(IEnumerable<double> responses) => Math.Sqrt(responses.Sum(r => r * r));
        double whole = Sum(dense.Inclusion.Modes.Select(m => m.Response));
        Check.Close(Sum(found.Modes.Select(m => m.Response)), whole, 10 * Tolerance, $"{name}: ‖G_Q‖");

        int signal = dense.Spectrum.SignalDimension.Value;
        Assert.InRange(signal, found.Signal.AtLeast, found.Signal.AtMost);
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
        {
            var (a, b) = (dense.Claim(id), applied.Claim(id));
            Assert.True(a.Verdict == b.Verdict, $"{name} {id}: {a.Verdict} by matrices, {b.Verdict} without: {b.Reason}");
            Check.Small(Math.Abs(b.RelativeError.Value - a.RelativeError.Value), Tolerance, $"{name} {id}: error");
            Check.Close(b.Budget!.Interpolation.Value, a.Budget!.Interpolation.Value, 0.05, $"{name} {id}: part of interpolation");
            // The dense analysis has of J_aJ_bᵀ the symmetric half alone where a and b are no neighbours, as some of a cubic's are; here both are applied. That
            // differs by some tenths of the part, whatever the tolerance is.
            double halves = options.Interpolation == Interpolation.Cubic ? 0.5 * a.Budget.Descent.Value : 0;
            Assert.Equal(a.Budget.Descent.IsKnown, b.Budget.Descent.IsKnown);
            if (a.Budget.Descent.IsKnown)
                Check.Small(Math.Abs(b.Budget.Descent.Value - a.Budget.Descent.Value), Tolerance + halves, $"{name} {id}: part of finite steps");
        }
        if (dense.Claim("C8").Verdict != Verdict.NotApplicable)
            Check.Small(Math.Abs(applied.Claim("C8").RelativeError.Value - dense.Claim("C8").RelativeError.Value), Tolerance, $"{name}: coupling");
    }

    /// <summary>Nothing of it is green that was not computed, and results.json keeps all of it.</summary>
    [Fact]
    public void WhatItDoesNotComputeIsSaid()
    {
        var run = SmallNetworks.Record(s_small with { Train = 40 });
        var analysis = Analyze.Reservoir(run, TestRuns.Options with { Solver = EigenSolver.MatrixFree, Modes = 5 });
        Assert.Equal(Verdict.NotComputed, analysis.InclusionVerdict);
        Assert.Equal(Verdict.Undecided, analysis.Claim("C5").Verdict);
        Assert.Equal(Verdict.Measured, analysis.Claim("C8").Verdict);
        Assert.Contains("5 largest of 40", analysis.Claim("C9").Reason, StringComparison.Ordinal);
        foreach (string id in (string[])["C6", "C7", "C10", "C11", "C12", "C13", "C14", "R5", "R6", "R7", "R8", "R9", "R10"])
            Assert.True(analysis.Claim(id) is { Verdict: Verdict.NotComputed, Reason.Length: > 0 }, $"{id}: {analysis.Claim(id).Verdict}");
        Assert.Equal(NotComputedException.MatrixFree, Assert.Throws<NotComputedException>(() => _ = analysis.Spectrum).Reason);
        string absent = new NotComputedException(NotComputedException.MatrixFree).Message;
        Assert.Equal((absent, absent, absent), (analysis.PopulationRisk.Reason, analysis.VisibleNoise.Reason, analysis.MinimumNorm.Reason));
        string text = ResultsFile.Text(analysis), folder = Directory.CreateTempSubdirectory("kernelflow-matrix-free-").FullName;
        try
        {
            ResultsFile.Write(analysis, Path.Combine(folder, ResultsFile.Name));
            Assert.Equal(text, ResultsFile.Text(ResultsFile.Read(folder)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Modes that fade early in a long window are found by undoing the flow: with one application of W_S to them and their neighbours, where a Krylov
    /// space takes more, and W_S of the dense analysis calls them eigenvectors as far as the tolerance of the steps lets it.</summary>
    [Fact]
    public void ModesThatFadeAreFoundWithoutIterations()
    {
        const int wanted = 2;
        const double tolerance = 1e-3;
        var run = SmallNetworks.Record(s_small with { Train = 210, Layers = [LayerSpec.Dense(7)], Steps = 1200, LearningRate = 0.5, Checkpoints = 5 });
        var options = TestRuns.Options with { Solver = EigenSolver.MatrixFree, Modes = wanted, RelativeTolerance = ToleranceChoice.Of(tolerance) };
        var found = Analyze.Reservoir(run, options).MatrixFree.Value;
        Assert.Equal(wanted, found.Modes.Count);
        double first = found.Modes[0].Eigenvalue;
        Check.Small(found.Modes.Max(m => m.Residual), 1e-8 * first, "residuals");
        // Modes and six neighbours, and nothing else but the 4 probes of 10 steps.
        Assert.Equal(wanted + 6 + 40, found.Sweep.Gramians);
        var W = Analyze.Reservoir(run, TestRuns.Options with { Solver = EigenSolver.Dense }).Operators.Value.W_S;
        var vectors = found.Vectors.Value;
        Check.Small((W * vectors - vectors * first).L2Norm() / first, tolerance, "residuals by the dense W_S");
    }

    /// <summary>Where not all modes are found the bracket holds the count of the dense analysis, and the estimate says that it is one.</summary>
    [Fact]
    public void TheSignalCountLiesInItsBracket()
    {
        var run = SmallNetworks.Record(s_small with { Train = 240, Layers = [LayerSpec.Dense(2)], Steps = 20, Checkpoints = 4, Kernels = true });
        var dense = Analyze.Reservoir(run, TestRuns.Options);
        var signal = Analyze.Reservoir(run, TestRuns.Options with { Solver = EigenSolver.MatrixFree, Modes = 8 }).MatrixFree.Value.Signal;
        int count = dense.Spectrum.SignalDimension.Value;
        Assert.InRange(count, signal.AtLeast, signal.AtMost);
        Assert.True(signal.AtMost < 240, $"at most {signal.AtMost} of 240, {count} by the dense analysis ({signal.AtMostFrom})");
        var estimate = signal.Estimate.Value;
        Assert.True(estimate.Lower <= estimate.Value && estimate.Value <= estimate.Upper, $"{estimate}");
    }

    [Theory]
    [InlineData("test kernel of another network")]
    [InlineData("test outputs shuffled")]
    [InlineData("training labels shuffled")]
    [InlineData("training outputs shuffled at the end")]
    public void ABrokenRecordingIsViolatedHereToo(string mutation)
    {
        var recording = s_small with { Steps = 200, Checkpoints = 24 };
        var run = SmallNetworks.Record(recording);
        var broken = Mutations.Apply(mutation, run, () => SmallNetworks.Record(recording with { Seed = 5 }))!;
        var analysis = Analyze.Reservoir(broken, TestRuns.Options with { Solver = EigenSolver.MatrixFree });
        var claims = analysis.Claims.Where(c => c.Id is "C1" or "C2" or "C3" or "C4");
        Assert.True(claims.Any(c => c.Verdict == Verdict.Violated), string.Join(", ", claims.Select(c => $"{c.Id} {c.Verdict} {c.RelativeError}")));
    }

    /// <summary>No product and no decomposition of a matrix-free analysis sees as many numbers as K_SS has; those of a dense one do.</summary>
    [Fact]
    public void NoMatrixOverTheTrainingOutputsIsSeen()
    {
        long Largest(int train, EigenSolver solver)
        {
            var run = SmallNetworks.Record(s_small with { Train = train, Layers = [LayerSpec.Dense(2)], Steps = 4, Checkpoints = 3, LearningRate = 0.01,
                Factors = FactorRecording.Always });
            var watched = new WatchedBackend(1);
            Analyze.Reservoir(run, TestRuns.Options with { Solver = solver, Modes = 4, Backend = watched });
            return watched.Largest;
        }
        long applied = Largest(900, EigenSolver.MatrixFree), dense = Largest(60, EigenSolver.Dense);
        Assert.True(applied < 900 * 900 / 4, $"a matrix of {applied} numbers, N² is {900 * 900}");
        Assert.True(dense >= 60 * 60, $"a dense analysis of N = 60 shows {dense} numbers");
    }

    [Fact]
    public void AutoTakesItWhereMatricesDoNotFit()
    {
        var run = SmallNetworks.Record(s_small);
        Assert.Equal(AnalysisExtent.Whole, Analyze.Reservoir(run, TestRuns.Options).Options.Extent);
        var small = Analyze.Reservoir(run, TestRuns.Options with { Memory = new MemoryCeiling(1 << 20) });
        Assert.Equal(AnalysisExtent.MatrixFree, small.Options.Extent);
        Assert.Matches("^auto: a dense analysis of N = 12 would hold about .*M, and the ceiling is 1M$", small.Options.SolverReason);
        // Where matrices are asked for all the same, the ceiling is obeyed by refusing, before anything is computed, with what fits.
        string Refused(AnalysisOptions options) =>
            Assert.Throws<ArgumentException>(() => Analyze.Reservoir(run, options with { Memory = new MemoryCeiling(1 << 20) })).Message;
        Assert.Matches("^memory: an analysis of N = 12 with matrices would hold about .*M, and the ceiling is 1M; solver matrix-free fits, or give",
            Refused(TestRuns.Options with { Solver = EigenSolver.Dense }));
        Assert.Contains("solver matrix-free fits, without intervals, windows and cache", Refused(TestRuns.Options with { ByInterval = true }));
        Assert.Contains("solver matrix-free in mode flow fits", Refused(TestRuns.Options with { Mode = AnalysisMode.Descent }));
    }

    /// <summary>A ceiling of one byte was taken, and nothing said.</summary>
    [Theory]
    [InlineData(8 * 12 * (12 + 6), 12, true)]
    [InlineData(8 * 12 * (12 + 6) - 1, 12, false)]
    [InlineData(8 * 3 * (12 + 6), 3, true)]
    [InlineData(1, 12, false)]
    public void ACeilingBelowTheModesThemselvesIsRefused(long ceiling, int modes, bool fits)
    {
        var run = SmallNetworks.Record(s_small);
        Assert.Equal((12, 6), (run.TrainSize, run.TestSize));
        ReservoirAnalysis Run() =>
            Analyze.Reservoir(run, TestRuns.Options with { Solver = EigenSolver.MatrixFree, Modes = modes, Memory = new MemoryCeiling(ceiling) });
        if (fits) Assert.Equal(AnalysisExtent.MatrixFree, Run().Options.Extent);
        else
        {
            Assert.Matches($"^memory: {modes} modes of N = 12 and their responses alone are .*, and the ceiling is .*; ask for fewer modes, or give more",
                Assert.Throws<ArgumentException>(Run).Message);
        }
    }

    [Fact]
    public void WhatItCannotDoIsRefused()
    {
        var run = SmallNetworks.Record(s_small);
        string Refused(AnalysisOptions options) =>
            Assert.Throws<ArgumentException>(() => Analyze.Reservoir(run, options with { Solver = EigenSolver.MatrixFree })).Message;
        Assert.StartsWith("solver: matrix-free integrates the flow", Refused(TestRuns.Options with { Mode = AnalysisMode.Descent }));
        Assert.StartsWith("solver: matrix-free forms no operators", Refused(TestRuns.Options with { ScheduleOverStart = true }));
        Assert.StartsWith("solver: matrix-free applies the kernels", Refused(TestRuns.Options with { Reduction = ReductionChoice.OfRank(3) }));
        Assert.StartsWith("modes: found 13, expected 1 to 12", Refused(TestRuns.Options with { Modes = 13 }));
    }
}
