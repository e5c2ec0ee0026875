using KernelFlow.Validation.Coupling;

namespace KernelFlow.Validation.Tests;

/// <summary>The verdict of the coupling table follows from its rows: each way to spoil them has its verdict.</summary>
[Collection(nameof(QuickCoupling))]
public sealed class CriteriaTests(QuickCoupling quick)
{
    private static ExperimentRow With(ExperimentRow row, string id, Func<ClaimResult, ClaimResult> edit) =>
        row with { Claims = [.. row.Claims.Select(c => c.Id == id ? edit(c) : c)] };

    private Verdict VerdictOf(Func<ExperimentRow, ExperimentRow?> edit)
    {
        var rows = quick.Report.Rows.Select(edit).OfType<ExperimentRow>().ToArray();
        return (quick.Report with { Rows = rows, Criteria = [.. CouplingCriteria.Of(rows)] }).Verdict;
    }

    private Verdict VerdictWith(string group, string name, string claim, Func<ClaimResult, ClaimResult> edit) =>
        VerdictOf(r => r.Group == group && r.Name == name ? With(r, claim, edit) : r);

    [Fact]
    public void UnchangedItHolds() => Assert.Equal(Verdict.Holds, VerdictOf(r => r));

    [Theory]
    [InlineData("squared-16", "C2")]
    [InlineData("classes-64", "C4")]
    [InlineData("squared-64", "C8")]
    public void OneViolatedRowRefutes(string run, string claim) =>
        Assert.Equal(Verdict.Violated, VerdictWith(CouplingRows.Recorded, run, claim, c => c with { Verdict = Verdict.Violated }));

    [Theory]
    [InlineData(2e-4, Verdict.Violated)]
    [InlineData(0.9e-4, Verdict.Holds)]
    [InlineData(double.NaN, Verdict.Undecided)]
    public void RecordedStepsHaveTheirOwnLimit(double error, Verdict expected) =>
        Assert.Equal(expected,
            VerdictOf(r => r.Group == CouplingRows.Recorded && CouplingCriteria.EveryStep(r) ? With(r, "C4", c => c with { RelativeError = error }) : r));

    [Theory]
    [InlineData("C4", Verdict.Undecided)]
    [InlineData("C2", Verdict.NotApplicable)]
    [InlineData("C8", Verdict.Undecided)]
    public void AnUndecidedRowLeavesTheExperimentUndecided(string claim, Verdict verdict) =>
        Assert.Equal(Verdict.Undecided, VerdictWith(CouplingRows.Recorded, "squared-16", claim, c => c with { Verdict = verdict }));

    [Theory]
    [InlineData(CouplingRows.NoPropagator, "C2")]
    [InlineData(CouplingRows.NoPropagator, "C4")]
    [InlineData(CouplingRows.ForeignTest, "C4")]
    [InlineData(CouplingRows.ForeignTest, "C8")]
    [InlineData(CouplingRows.Frozen, "C4")]
    public void AControlThatPassesTakesTheVerdictAway(string group, string claim) =>
        Assert.Equal(Verdict.Undecided, VerdictWith(group, "squared-16", claim, c => c with { Verdict = Verdict.Holds }));

    /// <summary>Violated by the rule, but not visibly.</summary>
    [Fact]
    public void AControlMustFailByFar() =>
        Assert.Equal(Verdict.Undecided, VerdictWith(CouplingRows.ForeignTest, "squared-16", "C4", c => c with { RelativeError = 5 * c.Budget!.Sum!.Value }));

    /// <summary>A nearly lazy network may be predicted by its frozen kernel.</summary>
    [Fact]
    public void ALazyNetworkMayPassFrozen() =>
        Assert.Equal(Verdict.Holds, VerdictWith(CouplingRows.Frozen, "squared-64-lazy", "C4", c => c with { Verdict = Verdict.Holds }));

    [Theory]
    [InlineData("deep")]
    [InlineData("lazy")]
    public void TheDriftsMustBeCovered(string leftOut) =>
        Assert.Equal(Verdict.Undecided, VerdictOf(r => r.Name.Contains(leftOut, StringComparison.Ordinal) ? null : r));
}
