using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Tests.Samples;

/// <summary>A small analysis made by hand: three training outputs, two test outputs, numbers that expose rounding and formatting.</summary>
internal static class SampleAnalysis
{
    public static ReservoirAnalysis Make() => new()
    {
        Run = new RunSummary("squared", 3, 2, 1, 7, 4, "sha256:0123")
        {
            Optimizer = new OptimizerSummary("momentum", 0.05, [("momentum", 0.9)]), Metadata = new Dictionary<string,
                string> { ["network"] = "tanh | 8 <wide>" },
        },
        Options = new ResolvedOptions(AnalysisMode.Flow, "gauss-6", "linear", 1e-8, 1e-3, 0) { ModeReason = "descent is not built" },
        Window = new TimeWindow(0, 150.00000000000003),
        Spectrum = new SpectrumResult
        {
            Eigenvalues = [1.5, 0.1 + 0.2, 1.0 / 3e9],
            ResidualNorms = [1e-16, 2e-16, 3e-17],
            DissipatedFraction = Known.Of<IReadOnlyList<double>>([1.0, 0.2, 2.0 / 9e9]),
            RelativeEigenvalues = [1, 0.2, 2.0 / 9e9],
            Threshold = 1e-3,
            SignalDimension = 2,
            ReservoirDimension = 1,
            EffectiveRank = 1.38,
            Complete = true,
        },
        Inclusion = new InclusionResult
        {
            Verdict = Verdict.Holds,
            Structural = new StructuralCheck(0.41, 1, 1e-15) { WorstRowRatio = 0.5, WorstRow = 1, WorstRowMode = 2 },
            Cosine = new CosineCheck(0.62, 3e-5, 2e-5),
            Independent = new IndependentCheck(0, "gauss-6 against gauss-4"),
            Empirical = new EmpiricalCheck(0.004, 0.005),
            Visibility = 3.2,
            VisibilityBound = 7.9,
            BoundFromTestKernel = true,
            Responses = ResponseMap.Of(2, 3, (i, j) => (Numbered(2, 3, 200) * Numbered(3, 3, 400)).At(i, j)),
            Modes = [new(1.5, 1, 2.0, 9.7, 1e-15, false), new(0.1 + 0.2, 0.2, 1.7, 4.3, 1e-15, false), new(1.0 / 3e9, 2.0 / 9e9, 1e-6, 1.4e-4, 1e-15, true)],
        },
        Claims =
        [
            new ClaimResult("C2", "transport", Verdict.Holds) { Kind = ClaimKind.Data, RelativeError = 0.011, Tolerance = 0.1,
                Budget = new ErrorBudget(1e-9, 0.02, 0.001, 1e-13) },
            new ClaimResult("C4", "test transfer", Verdict.Undecided)
            { Kind = ClaimKind.Data,
                RelativeError = 0.004, Correlation = 0.99998, Tolerance = 0.1, Budget = new ErrorBudget(1e-8, 0.003,
                    Known.Unknown<double>("the optimizer is unknown"), 1e-13),
                Reason = "a part of the budget is unknown, \"descent\"",
            },
            new ClaimResult("C10", "composition", Verdict.Holds) { Kind = ClaimKind.Code, RelativeError = 1e-12, Budget = new ErrorBudget(1e-9, 0, 0, 1e-13) },
            new ClaimResult("C12", "kernel evolution", Verdict.Measured) { RelativeError = 19 },
            new ClaimResult("C13", "noise placement", Verdict.NotApplicable) { Reason = "no noise mask | recorded" },
        ],
        KernelEvolution = new KernelEvolution
        {
            PeakDrift = 19,
            EndDrift = 18.5,
            Points = [new(0, 0, 0, 1, 0, 2), new(0.05, 1e-3, 1.1e-3, 0.999, 0.01, 2.1), new(10, 19, 17, 0.4, 1.2, 30),
                new(150.00000000000003, 18.5, 16.9, 0.41, 1.19, 29.5)],
        },
        Intervals = [new(0, 0.05, 1e-6, 1), new(0.05, 10, 0.02, 7), new(10, 150.00000000000003,
            Known.Unknown<double>("the gradient at the start of the interval is zero"), 3)],
        Displacements = new DisplacementResult([0.5, -1.25], [0.49, -1.26], [1, -1, 0.25], [1.01, -0.99, 0.2]),
        Performance = new PerformanceResult(1.9, 120_000_000, 11, 2, "gauss-6", "managed Vector512, 2 threads"),
        Operators = new OperatorSet(Numbered(3, 3, 1), Numbered(3, 3, 100), Numbered(2, 3, 200), Numbered(3, 3, 300), Numbered(3, 3, 400)),
    };

    /// <summary>The same as if only C1 to C4 and the recording had been asked for.</summary>
    public static ReservoirAnalysis ClaimsOnly()
    {
        var (whole, reason) = (Make(), new NotComputedException().Message);
        return whole with
        {
            Options = whole.Options with { Extent = AnalysisExtent.ClaimsOnly },
            KnownSpectrum = Known.Unknown<SpectrumResult>(reason),
            KnownInclusion = Known.Unknown<InclusionResult>(reason),
            KnownEvolution = Known.Unknown<KernelEvolution>(reason),
            Schedule = Known.Unknown<SpectralSchedule>(reason),
            NoisePlacement = Known.Unknown<NoisePlacement>(reason),
            RiskGate = Known.Unknown<RiskGate>(reason),
            Influence = Known.Unknown<InfluenceResult>(reason),
            RelativeDissipation = Known.Unknown<RelativeDissipation>(reason),
            Operators = Known.Unknown<OperatorSet>(reason),
            Intervals = [.. whole.Intervals.Select(i => i with { TransportDefect = Known.Unknown<double>(reason) })],
            Claims = [.. whole.Claims.Select(c => c.Kind == ClaimKind.Data ? c
                : new ClaimResult(c.Id, c.Name, Verdict.NotComputed) { Kind = c.Kind, Reason = NotComputedException.ClaimsOnly }),
                new ClaimResult("R5", "train steps", Verdict.Holds) { Kind = ClaimKind.Consistency, RelativeError = 0.5, Tolerance = 3 }],
        };
    }

    /// <summary>The same as if by descent between sparse checkpoints, past the edge of stability.</summary>
    public static ReservoirAnalysis Descent(DescentQuadrature quadrature = DescentQuadrature.Interpolated, double z = 2.25)
    {
        var flow = Make();
        return flow with
        {
            Options = flow.Options with { Mode = AnalysisMode.Descent, Method = "descent-" + quadrature.Name(), ModeReason = "every step was recorded" },
            Descent = new DescentSummary("gradient-descent", quadrature, z, 17, 2, 12.5, 1.5) { Decidable = z <= 3 },
            Spectrum = flow.Spectrum with { DissipatedFraction = Known.Unknown<IReadOnlyList<double>>("not a fraction here") },
            Intervals = [.. flow.Intervals.Select(i => i with { TransportDefect = Known.Unknown<double>("descent between sparse checkpoints follows g(s) "
                + "alone, from the start of the window") })],
        };
    }

    /// <summary>The same with everything that a run may have, and with numbers that JSON cannot spell.</summary>
    public static ReservoirAnalysis Full()
    {
        var sample = Make();
        static SchedulePoint At(double time, double? increment) => new(time, [2, 0.5, double.NaN], increment is null ? null
            : [1, 0.25, double.NegativeInfinity], 2, 1.5, increment);
        static KernelPortrait Portrait(double time, Known<IReadOnlyList<double>> values) =>
            new() { Time = time, Eigenvalues = values, Gram = MatrixPicture.Of(3, 3, (i, j) => i == j ? 1 : -1.0 / (i + j)) };
        return sample with
        {
            Training = new TrainingCurves
            {
                Times = [0, 0.05, 10, 150.00000000000003], TrainLoss = Known.Of<IReadOnlyList<double>>([0.5, 0.25, 1e-3, 0]),
                TestLoss = Known.Of<IReadOnlyList<double>>([0.5, 0.3, double.PositiveInfinity, double.NaN]),
                TrainAccuracy = Known.Of<IReadOnlyList<double>>([0, 1.0 / 3, 1, 1]), TestAccuracy = Known.Unknown<IReadOnlyList<double>>("no <y_Q>"),
            },
            Classes = new ExampleClasses { Names = ["-1", "<1>"], Of = [1, 0, 1] },
            Modes = new ModeContent
            {
                Energy = [0.5, 1e-3, 0], GradientEnergy = 0.501, ByExample = MatrixPicture.Of(3, 3, (i, j) => (i + j) / 9.0),
                ByClass = MatrixPicture.Of(2, 3, (c, j) => (1 + c) / 3.0),
            },
            KernelEvolution = sample.KernelEvolution with
            {
                Start = Portrait(0, Known.Of<IReadOnlyList<double>>([2, 1e-3, -1e-17])),
                End = Portrait(150.00000000000003, Known.Unknown<IReadOnlyList<double>>("too large")),
            },
            Run = sample.Run with { Name = "folder \"a\"", Parameters = null, InputHash = null,
                Optimizer = new OptimizerSummary("lion", 1e-3, [("beta1", 0.9), ("decay", 1.0 / 3)]) },
            Options = sample.Options with
            {
                MethodReason = "B is constant", ToleranceReason = "auto: nothing moved", Seed = long.MaxValue, IndependentCheck = false,
            },
            Spectrum = sample.Spectrum with
            {
                Eigenvalues = [double.PositiveInfinity, double.NaN, -1e-300], ResidualNorms = [double.NegativeInfinity, double.PositiveInfinity,
                    double.Epsilon],
                DissipatedFraction = Known.Unknown<IReadOnlyList<double>>("B varies"), Solver = EigenSolver.GolubKahan, Multiplicity = "all singular values",
            },
            RelativeDissipation = new RelativeDissipation
            {
                Values = [1.25, 1e-9], Modes = Known.Of(Numbered(3, 2, 1)), Responses = [0.5, 0], Bounds = [0.75, 1e-5], Threshold = 1e-3,
                    SignalDimension = 1, ReservoirDimension = 1,
                OutsideDimension = 1,
            },
            Inclusion = sample.Inclusion with
            {
                Visibility = null, Reason = "≥ 3 of <these>", Qualification = "on operators that do not predict the test outputs",
                    NullSpace = new NullSpaceResult(1, 1e-15, null, -1e-17, true),
                    Structural = new StructuralCheck(double.PositiveInfinity, 2, double.NaN) { WorstRowRatio = double.PositiveInfinity },
                Cosine = new CosineCheck(double.PositiveInfinity, double.NaN, 0),
                OperatorChecks = [new("symmetry", double.PositiveInfinity, 0), new("energy identity", 1e-16, 3e-16)],
                ThresholdCurve = [new(1e-8, 3, 0, Verdict.Vacuous, null, 0), new(1e-3, 2, 1, Verdict.Holds, 0.5, 1e-6)],
                Modes = [sample.Inclusion.Modes[0] with { RowRatio = 1.5, DissipationDifference = 1e-3, ResponseDifference = double.NaN,
                    IndependentBound = double.PositiveInfinity }, .. sample.Inclusion.Modes.Skip(1)],
                Empirical = new EmpiricalCheck(Known.Unknown<double>("the test outputs did not move"), Known.Unknown<double>("the test outputs did not move")),
            },
            OutsideTheory = "batch-norm; dropout",
            LikelyCauses = [new("<something> | is off", "R7 says so.", "Look at it")],
            Claims = [.. sample.Claims, new ClaimResult("R7", "train scale", Verdict.Violated) { Kind = ClaimKind.Consistency, RelativeError = 0.05,
                Tolerance = 1e-3, Figures = [new("scale", 1 / 1.05), new("worst interval", double.NegativeInfinity)] },
                new ClaimResult("own-1", "a user's", Verdict.Violated) { Kind = ClaimKind.Code, Statement = "x = y",
                RelativeError = double.PositiveInfinity,
                Budget = new ErrorBudget(double.NaN, Known.Unknown<double>("no second interpolant"), 0, double.NegativeInfinity) }],
            Schedule = new SpectralSchedule { OverEnd = [At(1, null), At(150.00000000000003, -1e-17)],
                OverStart = Known.Of<IReadOnlyList<SchedulePoint>>([At(0, null)]) },
            NoisePlacement = new NoisePlacement { Division = "noise mask", NoisyExamples = 1,
                Points = [new(1, new(0.25, 0.75, null), new(0.5, 0.5, 0.25), new(1, 0, 1))] },
            RiskGate = new RiskGate { Layers = [new("first", 4), new("last", 3)], Points = [new(0, 0.5, [0.25, 0.75], null), new(1, 1, [1, 1], 0.5)] },
            Influence = new InfluenceResult
            {
                Examples = [new(1, 2, 3, 4, 5), new(0.1, 0.2, 0.3, 0.4, 1.0 / 3), new(0, 0, 0, 0, 0)], OnTest = Known.Of(Numbered(2, 3, -3)),
                    Strongest = StrongestInfluence.Of(Numbered(2, 3, -3)), Changed = Known.Of<IReadOnlyList<int>>([0, 2]),
            },
            Figures = [new("own-figure", "A question of my own?", "My figure")],
        };
    }

    /// <summary>Element (i, j) is first + i·columns + j: its row-major position can be read off.</summary>
    public static Matrix<double> Numbered(int rows, int columns, double first) => Matrix<double>.Build.Dense(rows, columns, (i, j) => first + i * columns + j);
}
