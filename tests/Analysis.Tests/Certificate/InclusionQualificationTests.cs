using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>The inclusion is conditional on operators that predict the test outputs (C4).</summary>
public class InclusionQualificationTests
{
    private static string? Of(double error, double budget, Verdict verdict, string? inconsistent = null) => InclusionQualification.Of(
        new ClaimResult("C4", "test transfer", verdict) { RelativeError = error, Budget = new ErrorBudget(0, budget, 0, 0) }, inconsistent);

    [Fact]
    public void ErrorsAndBudgetsAboveOneQualifyIt()
    {
        Assert.Null(Of(0.9, 0.9, Verdict.Undecided));
        Assert.Null(Of(0.01, 0.02, Verdict.Holds));
        Assert.Contains("that do not predict the test outputs", Of(1.31, 0.02, Verdict.Undecided));
        Assert.Contains("that do not predict the test outputs", Of(0.02, 1.1, Verdict.Undecided));
        Assert.Contains("that do not predict the test outputs", Of(double.NaN, 0.01, Verdict.Undecided));
        Assert.Contains("contradict", Of(0.3, 0.01, Verdict.Violated));
        Assert.Contains("7 of 20 intervals", Of(0.01, 0.01, Verdict.Undecided, "7 of 20 intervals"));
    }

    /// <summary>An unknown part says nothing of the others, and an error that is not known says that nothing was tested.</summary>
    [Fact]
    public void WhatIsNotKnownIsSaid()
    {
        ClaimResult Claim(Known<double> error) => new("C4", "test transfer", Verdict.Undecided)
        {
            RelativeError = error, Budget = new ErrorBudget(0, 0.01, Known.Unknown<double>("the optimizer is not known"), 0),
        };
        Assert.Null(InclusionQualification.Of(Claim(0.01), null));
        Assert.Contains("not tested (it did not move)", InclusionQualification.Of(Claim(Known.Unknown<double>("it did not move")), null));
    }

    /// <summary>Random outputs are predicted by no operator: the inclusion of the same kernels holds, and says on what.</summary>
    [Fact]
    public void OperatorsThatDoNotPredictTheOutputsAreNamed()
    {
        var recording = FlowRecording.Of(FlowPath.Straight(9, 5, 1, 60, 0.2, 21), [0, 5, 10, 20, 40], stepsPerInterval: 50);
        var honest = Analyze.Reservoir(recording.Jacobians(), TestRuns.Options);
        Assert.Null(honest.Inclusion.Qualification);
        var random = new Random(4);
        var unpredicted = SmallNetworks.Edit(recording.Jacobians(), (_, t) => t.Name == "U_Q"
            ? SmallNetworks.Map(t, v => [.. v.Select(_ => 100 * random.NextDouble())]) : t);
        var found = Analyze.Reservoir(unpredicted, TestRuns.Options);
        Assert.Equal(honest.Inclusion.Verdict, found.Inclusion.Verdict);
        Assert.True(found.Inclusion.Qualification?.Contains("do not predict the test outputs") == true, found.Inclusion.Qualification);
        Assert.Contains(found.Inclusion.Qualification!, found.Claim("C5").Reason);
    }
}
