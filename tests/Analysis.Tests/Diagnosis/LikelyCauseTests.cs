using KernelFlow.Analysis.Diagnosis;
using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests.Diagnosis;

/// <summary>Which causes are told from which claims; a claim or a number that is missing harms nothing.</summary>
public class LikelyCauseTests
{
    private static ClaimResult Recording(string id, Verdict verdict, params ClaimFigure[] figures) =>
        new(id, "of the recording", verdict) { Kind = ClaimKind.Consistency, RelativeError = 1, Tolerance = 0.5, Figures = figures, Reason = $"why {id}" };

    private static ClaimResult Scale(string id, Verdict verdict, double scale) => Recording(id, verdict, new ClaimFigure(WellKnownFigures.Scale, scale));

    private static ClaimResult Steps(string id, Verdict verdict, double share, int interval = 3) => Recording(id, verdict,
        new ClaimFigure(WellKnownFigures.FailingShare, share), new ClaimFigure(WellKnownFigures.WorstInterval, interval));

    private static ClaimResult Data(Verdict verdict, ErrorBudget budget) =>
        new("C4", "test transfer", verdict) { Kind = ClaimKind.Data, RelativeError = 0.5, Tolerance = 0.1, Budget = budget };

    private static IReadOnlyList<LikelyCause> Causes(params ClaimResult[] claims) => LikelyCauses.Of(new Findings(claims) { Times = [0, 1, 2.5, 4, 8] });

    private static string First(IReadOnlyList<LikelyCause> causes) => causes.Count == 0 ? "" : causes[0].Cause;

    [Fact]
    public void NothingIsSuspectedWhereEverythingHolds()
    {
        Assert.Empty(Causes());
        Assert.Empty(Causes(Scale("R7", Verdict.Holds, 1.00002), Scale("R8", Verdict.Holds, 1.00002),
            Steps("R5", Verdict.Holds, 0), Steps("R6", Verdict.Holds, 0),
            Data(Verdict.Holds, new ErrorBudget(0, 0.01, 0, 0))));
    }

    /// <summary>The pair of factors says which side is wrong.</summary>
    [Theory]
    [InlineData(0.9524, Verdict.Violated, 0.9524, Verdict.Violated, "Flow times, learning rate or the scale of the loss are off by one factor: too "
        + "large by 5 %")]
    [InlineData(0.9524, Verdict.Violated, 0.955, Verdict.Holds, "Flow times, learning rate or the scale of the loss are off by one factor: too large "
        + "by 4.9 %")]
    [InlineData(1.25, Verdict.Violated, 1.25, Verdict.Violated, "Flow times, learning rate or the scale of the loss are off by one factor: too small "
        + "by 20 %")]
    [InlineData(1.00002, Verdict.Holds, 0.9524, Verdict.Violated, "The test Jacobians do not fit the test outputs")]
    [InlineData(0.9, Verdict.Violated, 1.001, Verdict.Holds, "The training Jacobians do not fit the training outputs")]
    [InlineData(1.4, Verdict.Violated, 1.2, Verdict.Violated, "The Jacobians of both sides do not fit the outputs")]
    public void FactorsTellTheSide(double train, Verdict trainVerdict, double test, Verdict testVerdict, string expected)
    {
        var causes = Causes(Scale("R7", trainVerdict, train), Scale("R8", testVerdict, test));
        Assert.True(First(causes) == expected, $"a_S = {train}, a_Q = {test}: {First(causes)}");
        Assert.Contains("times as far as their intervals predict", causes[0].Evidence);
    }

    [Fact]
    public void AFactorOfTheLossThatTheOutputsShareIsItsReduction()
    {
        var loss = Recording("R1", Verdict.Violated, new(WellKnownFigures.Factor, 0.2), new(WellKnownFigures.AfterFactor, 1e-9));
        var causes = Causes(Scale("R7", Verdict.Violated, 0.2), Scale("R8", Verdict.Violated, 0.2), loss);
        Assert.Equal("The loss of the training is the named one times a constant", First(causes));
        Assert.Contains("MSELoss", causes[0].WhatToDo);
        var alone = Causes(Scale("R7", Verdict.Holds, 1), loss);
        Assert.Equal("The recorded loss is Φ times a constant: another reduction, or MSELoss", First(alone));
    }

    [Theory]
    [InlineData(Verdict.Holds, "The recorded loss is not that of the recorded outputs, though the outputs move as the named loss moves them")]
    [InlineData(Verdict.Violated, "The training minimised another loss, or had other labels")]
    public void ALossThatFitsNoFactorIsAnotherLossOnlyWhereTheOutputsMoveOtherwise(Verdict steps, string expected) => Assert.Equal(expected, First(Causes(
        Recording("R1", Verdict.Violated, new(WellKnownFigures.Factor, 1.1), new(WellKnownFigures.AfterFactor, 0.3)),
        Steps("R5", steps, 1), Steps("R6", steps, 1))));

    [Fact]
    public void OneCheckpointIsNamedWithItsTime()
    {
        var causes = Causes(Recording("R9", Verdict.Violated, new ClaimFigure(WellKnownFigures.WorstCheckpoint, 2)));
        Assert.Equal("The Jacobian of checkpoint 2 (t = 2.5) is not that of its outputs", First(causes));
        Assert.Equal("The Jacobian of one checkpoint is not that of its outputs", First(Causes(Recording("R9", Verdict.Violated))));
        Assert.Equal("The Jacobian of checkpoint 77 is not that of its outputs",
            First(Causes(Recording("R9", Verdict.Violated, new ClaimFigure(WellKnownFigures.WorstCheckpoint, 77)))));
    }

    [Fact]
    public void AFewIntervalsAreAPlaceAndAllOfThemARecording()
    {
        var few = Causes(Steps("R5", Verdict.Violated, 0.1), Steps("R6", Verdict.Violated, 0.1));
        Assert.Equal(["Something is wrong at the interval from checkpoint 3 (t = 4)"], few.Select(c => c.Cause));
        var all = Causes(Steps("R5", Verdict.Violated, 0.9), Steps("R6", Verdict.Violated, 0.9));
        // On a geometric grid most intervals are little of the window.
        ClaimResult Many(string id) => Recording(id, Verdict.Violated, new(WellKnownFigures.FailingShare, 0.01), new(WellKnownFigures.FailingIntervals, 15),
            new(WellKnownFigures.Intervals, 20));
        Assert.StartsWith("Outputs and Jacobians were not taken in the mode", First(Causes(Many("R5"), Many("R6"))));
        Assert.Contains("15 of 20 intervals fail, 1 % of the window", Causes(Many("R5"), Many("R6"))[0].Evidence);
        Assert.StartsWith("Outputs and Jacobians were not taken in the mode of the training: batch norm", First(all));
        Assert.Contains(all, c => c.WhatToDo.Contains("`weightDecay`", StringComparison.Ordinal));
        Assert.Contains(all, c => c.WhatToDo.Contains("`setting`", StringComparison.Ordinal));
        Assert.Equal("Test outputs and test Jacobians do not belong together", 
            First(Causes(Steps("R5", Verdict.Holds, 0), Steps("R6", Verdict.Violated, 0.9))));
        // A factor on both sides is the better account, and comes first.
        Assert.StartsWith("Flow times", First(Causes(Steps("R5", Verdict.Violated, 0.9), Steps("R6", Verdict.Violated, 0.9),
            Scale("R7", Verdict.Violated, 0.95), Scale("R8", Verdict.Violated, 0.95))));
    }

    [Theory]
    [InlineData("R2", "Flow times are not the sums of the learning rates of the steps")]
    [InlineData("R3", "The kernel blocks do not come from one network at one moment")]
    [InlineData("R4", "The preconditioner is recorded one step off")]
    [InlineData("R11", "The optimizer's momentum (or β₁) is not the stated one")]
    [InlineData("R12", "Rates, kernels or the loss are larger than those of the training")]
    [InlineData("R10", "A Jacobian or a midpoint at one step is not that of its step")]
    public void ClaimsWithOneMeaningAreTheirCause(string id, string expected)
    {
        var causes = Causes(Recording(id, Verdict.Violated));
        Assert.Equal(expected, First(causes));
        Assert.Contains($"why {id}", causes[0].Evidence);
    }

    /// <summary>A factor that is a little off beside intervals that are far off is not what is wrong: late Jacobians, rows in another order.</summary>
    [Theory]
    [InlineData(260, 0.0465, 260, 0.0465, "Flow times, learning rate or the scale of the loss are off by one factor")]
    [InlineData(48, 0.0041, 52, 0.0042, "Outputs and Jacobians were not taken in the mode of the training")]
    [InlineData(0.5, 0, 1520, 0.0195, "Test outputs and test Jacobians do not belong together")]
    [InlineData(0.5, 0, 278, 0.0476, "The test Jacobians do not fit the test outputs")]
    public void AFactorThatDoesNotExplainTheIntervalsIsNotTheCause(double trainSteps, double train, double testSteps, double test, string expected)
    {
        static ClaimResult Judged(string id, double number, double limit, params ClaimFigure[] figures) =>
            Recording(id, number > limit ? Verdict.Violated : Verdict.Holds, figures) with { RelativeError = number };
        static ClaimResult Factor(string id, double off) => Judged(id, off, 0.00138, new(WellKnownFigures.Scale, 1 - off),
            new(WellKnownFigures.ScaleUncertainty, 0.00138));
        var causes = Causes(Judged("R5", trainSteps, 6), Judged("R6", testSteps, 6), Factor("R7", train), Factor("R8", test));
        Assert.StartsWith(expected, First(causes));
    }

    /// <summary>With midpoints every fault shows in R10, too: what other claims say of it is the better account.</summary>
    [Fact]
    public void MidpointsAreAccusedOnlyWhereNothingElseIs()
    {
        var midpoints = Recording("R10", Verdict.Violated, new ClaimFigure(WellKnownFigures.WorstInterval, 1));
        Assert.Equal("A Jacobian or a midpoint at the interval from checkpoint 1 (t = 1) is not that of its step", First(Causes(midpoints)));
        var causes = Causes(midpoints, Scale("R8", Verdict.Violated, 0.95), Scale("R7", Verdict.Holds, 1));
        Assert.Equal(["The test Jacobians do not fit the test outputs"], causes.Select(c => c.Cause));
    }

    /// <summary>Every verdict of a claim about the recording that is violated has a cause to look for.</summary>
    [Fact]
    public void NoContradictionIsLeftWithoutACause()
    {
        foreach (string id in (string[])["R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12"])
            Assert.True(Causes(Recording(id, Verdict.Violated)).Count > 0, $"{id} violated, and no cause is named");
    }

    [Fact]
    public void WhatTheRunSaysItselfComesFirst()
    {
        var causes = LikelyCauses.Of(new Findings([Scale("R7", Verdict.Violated, 0.9), Scale("R8", Verdict.Violated, 0.9)]) { OutsideTheory = "batch-norm" });
        Assert.Equal("The training is not in the setting of the theory", First(causes));
    }

    [Fact]
    public void DataClaimsThatNothingExplainsAreSaidToBeSo()
    {
        var causes = Causes(Data(Verdict.Violated, new ErrorBudget(0, 0.01, 0, 0)), Recording("R1", Verdict.Holds));
        Assert.StartsWith("An error that no interval shows by itself", First(causes));
        Assert.Contains("record every step with midpoints", causes[0].WhatToDo, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(0.9, 0.1, 0.1, 0.1, "The integration error is too large")]
    [InlineData(0.1, 0.9, 0.1, 0.1, "The kernel changes too much between checkpoints")]
    [InlineData(0.1, 0.1, 0.9, 0.1, "The steps are too large to be taken as a flow, or are not those of gradient descent")]
    [InlineData(0.1, 0.1, 0.1, 0.9, "Rounding is as large as what is to be explained")]
    [InlineData(0.9, 0.1, double.NaN, 0.1, "The steps are too large to be taken as a flow, or are not those of gradient descent")]
    public void ABudgetThatIsTooLargeNamesWhatShrinksIt(double integration, double interpolation, double descent, double rounding, string expected)
    {
        var part = double.IsNaN(descent) ? Known.Unknown<double>("the optimizer is not stated") : descent;
        Assert.Equal(expected, First(Causes(Data(Verdict.Undecided, new ErrorBudget(integration, interpolation, part, rounding)))));
    }

    /// <summary>Between sparse checkpoints the buffers of momentum and Adam are not recorded: only every step helps.</summary>
    [Fact]
    public void SparseMomentumAndAdamAreToldToRecordEveryStep()
    {
        foreach (Optimizer optimizer in (Optimizer[])[new Momentum(0.1, 0.9), new Adam(0.1, 0.9, 0.999, 1e-8)])
        {
            var causes = LikelyCauses.Of(new Findings([Data(Verdict.Undecided, new ErrorBudget(0, 0.9, 0, 0))]) { Optimizer = optimizer, HasJacobians = true });
            Assert.True(causes[0].WhatToDo.StartsWith("Record every step, from step 0, with midpoints", StringComparison.Ordinal), $"{optimizer}: "
                + $"{causes[0].WhatToDo}");
        }
    }

    /// <summary>The facts of a run reach the rules, and the causes the results.</summary>
    [Fact]
    public void TheResultsCarryTheCauses()
    {
        var run = SmallNetworks.Record(SmallNetworks.Parity with { Steps = 40, Checkpoints = 4 });
        Assert.Contains(Analyze.Reservoir(run, TestRuns.Options with { Mode = AnalysisMode.Flow, Tolerance = 1e-9 }).LikelyCauses,
            c => c.Evidence.Contains("undecided", StringComparison.Ordinal));
    }
}
