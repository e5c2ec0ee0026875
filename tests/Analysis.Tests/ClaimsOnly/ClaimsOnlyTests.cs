using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests.ClaimsOnly;

/// <summary>C1 to C4 and the recording on vectors: the verdicts of the whole analysis, and nothing else. Altered recordings are in
/// <see cref="MutationTableTests"/>.</summary>
public sealed class ClaimsOnlyTests
{
    private static readonly RecordingOptions s_steps = SmallNetworks.EveryStep with { Midpoints = false };

    private static readonly (string Name, RecordingOptions Recording, AnalysisOptions Options)[] s_runs =
    [
        ("parity", SmallNetworks.Parity with { Checkpoints = 30 }, TestRuns.Options),
        ("parity, few checkpoints", SmallNetworks.Parity with { Checkpoints = 5 }, TestRuns.Options),
        ("parity, two checkpoints", SmallNetworks.Parity with { Checkpoints = 2 }, TestRuns.Options),
        ("parity, tight", SmallNetworks.Parity, TestRuns.Options with { RelativeTolerance = 1e-9 }),
        ("parity, loose", SmallNetworks.Parity, TestRuns.Options with { RelativeTolerance = 1e-3 }),
        ("parity, another method", SmallNetworks.Parity, TestRuns.Options with { Method = Integrators.MethodChoice.Of("radau-5") }),
        ("parity, cubic", SmallNetworks.Parity, TestRuns.Options with { Interpolation = Interpolation.Cubic }),
        ("parity in descent", SmallNetworks.Parity, TestRuns.Options with { Mode = AnalysisMode.Descent }),
        ("kernels", SmallNetworks.MildKernels, TestRuns.Options),
        ("softmax in descent", s_steps with { Steps = 30 }, TestRuns.Options with { Mode = AnalysisMode.Auto }),
        ("softmax in flow", s_steps with { Steps = 30 }, TestRuns.Options),
        ("momentum", s_steps with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.05, Steps = 30 }, TestRuns.Options with { Mode = AnalysisMode.Auto }),
        ("adam", s_steps with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01, Steps = 30, Midpoints = true },
            TestRuns.Options with { Mode = AnalysisMode.Auto }),
    ];

    public static TheoryData<string> Names => [.. s_runs.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void TheVerdictsAreThoseOfTheWholeAnalysis(string name)
    {
        var (_, recording, options) = s_runs.Single(r => r.Name == name);
        var run = SmallNetworks.Record(recording);
        var whole = Analyze.Reservoir(run, options);
        var claims = ClaimsOnlyCheck.Same(name, run, whole, options);
        Assert.Equal((whole.Options.Mode, whole.OutsideTheory, whole.Descent?.LargestZ, whole.Descent?.Decidable),
            (claims.Options.Mode, claims.OutsideTheory, claims.Descent?.LargestZ, claims.Descent?.Decidable));
        Check.Close([.. claims.Displacements.RecordedTest], [.. whole.Displacements.RecordedTest], 0, "recorded movement");
    }

    /// <summary>Whatever is not C1 to C4 or the recording is asked for in vain, with the reason, and stays so through results.json.</summary>
    [Fact]
    public void NothingElseIsThere()
    {
        var run = SmallNetworks.Record(SmallNetworks.Parity);
        var read = Analyze.Reservoir(run, TestRuns.Options with { Extent = AnalysisExtent.ClaimsOnly });
        string folder = Directory.CreateTempSubdirectory("kernelflow-claims-").FullName;
        try
        {
            foreach (var a in (ReservoirAnalysis[])[read, Written(read, folder)])
            {
                Assert.Equal((AnalysisExtent.ClaimsOnly, Verdict.NotComputed), (a.Options.Extent, a.InclusionVerdict));
                foreach (Action ask in (Action[])[() => _ = a.Spectrum, () => _ = a.Inclusion, () => _ = a.KernelEvolution])
                    Assert.Equal(NotComputedException.ClaimsOnly, Assert.Throws<NotComputedException>(ask).Reason);
                foreach (string? reason in (string?[])[a.RelativeDissipation.Reason, a.Schedule.Reason, a.NoisePlacement.Reason, a.RiskGate.Reason,
                    a.Influence.Reason, a.Operators.Reason, .. a.Intervals.Select(i => i.TransportDefect.Reason)])
                    Assert.Equal($"not computed: {NotComputedException.ClaimsOnly}", reason);
            }
            Assert.Throws<InvalidOperationException>(() => read.WriteOperators(Path.Combine(folder, "operators.safetensors")));
            Assert.Equal(ResultsFile.Text(read), ResultsFile.Text(ResultsFile.Read(folder)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static ReservoirAnalysis Written(ReservoirAnalysis analysis, string folder)
        {
            ResultsFile.Write(analysis, Path.Combine(folder, ResultsFile.Name));
            return ResultsFile.Read(folder);
        }
    }

    /// <summary>The integration part is what the prediction is off by: the same vectors at a tolerance a thousand times tighter say so.</summary>
    [Theory]
    [InlineData(1e-4)]
    [InlineData(1e-5)]
    public void TheIntegrationPartIsEstimatedFromASecondCarry(double rtol)
    {
        var run = SmallNetworks.Record(SmallNetworks.Parity);
        ReservoirAnalysis At(double tolerance) =>
            Analyze.Reservoir(run, TestRuns.Options with { Extent = AnalysisExtent.ClaimsOnly, RelativeTolerance = tolerance });
        var (rough, exact) = (At(rtol), At(1e-3 * rtol));
        double moved = VectorMath.Norm([.. exact.Displacements.RecordedTest]);
        double error = VectorMath.Distance([.. rough.Displacements.PredictedTest], [.. exact.Displacements.PredictedTest]) / moved;
        var part = rough.Claim("C4").Budget!.Integration;
        Check.Small(error, 3 * part.Value, "error of the predicted test outputs over the integration part");
        Assert.InRange(part.Value, 1e-3 * rtol, 30 * rtol);
        foreach (string id in (string[])["C1", "C2", "C3"])
            Check.Small(Math.Abs(rough.Claim(id).RelativeError.Value - exact.Claim(id).RelativeError.Value),
                3 * rough.Claim(id).Budget!.Integration.Value, $"{id}: change of the error with the tolerance");
    }

    /// <summary>What eight random vectors say of ‖G‖_F/√N and ‖2 W g‖ is what the operators say, to the spread of eight samples.</summary>
    [Fact]
    public void TheRoundingPartIsThatOfTheOperators()
    {
        var run = SmallNetworks.Record(SmallNetworks.Parity with { DType = StorageType.Float32 });
        var whole = Analyze.Reservoir(run, TestRuns.Options);
        var claims = Analyze.Reservoir(run, TestRuns.Options with { Extent = AnalysisExtent.ClaimsOnly });
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
            Assert.InRange(claims.Claim(id).Budget!.Rounding.Value / whole.Claim(id).Budget!.Rounding.Value, 0.5, 2);
    }

    [Fact]
    public void WhatNeedsOperatorsIsRefusedBesideIt()
    {
        var run = SmallNetworks.Record(SmallNetworks.MildKernels);
        string Refused(AnalysisOptions options) =>
            Assert.Throws<ArgumentException>(() => Analyze.Reservoir(run, options with { Extent = AnalysisExtent.ClaimsOnly })).Message;
        Assert.Equal("extent: claims-only forms no operators, so that solver lanczos and modes 3 cannot be had; leave out the one or the other.",
            Refused(TestRuns.Options with { Solver = EigenSolver.Lanczos, Modes = 3 }));
        Assert.Contains("the schedule over the start cannot be had", Refused(TestRuns.Options with { ScheduleOverStart = true }));
        Assert.StartsWith("extent: found 7, expected one of whole, claims-only.",
            Assert.Throws<ArgumentException>(() => Analyze.Reservoir(run, TestRuns.Options with { Extent = (AnalysisExtent)7 })).Message);
    }

    /// <summary>A user's claim is checked where it does without operators, and is not computed where it asks for them.</summary>
    [Fact]
    public void AUsersOwnClaimIsTried()
    {
        var run = SmallNetworks.Record(SmallNetworks.MildKernels);
        var a = Analyze.Reservoir(run, TestRuns.Options with { Extent = AnalysisExtent.ClaimsOnly, Claims = [new Own("X1", e => e.Prediction.Test[0]),
            new Own("X2", e => e.Propagation.W_S[0, 0]), new Own("X3", e => e.Spectrum.EffectiveRank), new Own("X4", e => e.HasOperators ? 1 : 0)] });
        Assert.Equal([Verdict.Measured, Verdict.NotComputed, Verdict.NotComputed, Verdict.Measured],
            ((string[])["X1", "X2", "X3", "X4"]).Select(id => a.Claim(id).Verdict));
        Assert.Equal((NotComputedException.ClaimsOnly, "0"), (a.Claim("X2").Reason, a.Claim("X4").Reason));
    }

    private sealed class Own(string id, Func<ClaimEvidence, double> number) : Claim(id, "own", ClaimKind.Measured)
    {
        public override string Statement => "A number can be had.";

        public override string Equation => "x = x";

        protected override ClaimResult CheckCore(ClaimEvidence evidence) => Measured(FormattableString.Invariant($"{number(evidence)}"));
    }
}
