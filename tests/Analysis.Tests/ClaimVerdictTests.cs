using KernelFlow.Analysis.Claims;

namespace KernelFlow.Analysis.Tests;

/// <summary>The verdict of a data claim follows from its error, its budget and the tolerance alone (theory, section 6).</summary>
public class ClaimVerdictTests
{
    private static readonly ErrorBudget s_budget = new(0.001, 0.002, 0.003, 0.004); // sum 0.01

    private static ClaimResult Judge(double error, ErrorBudget budget, double tolerance = 0.1)
    {
        var (verdict, reason) = DataRule.Judge(error, budget, tolerance);
        return new ClaimResult("C4", "test transfer", verdict) { RelativeError = error, Correlation = 0.5, Budget = budget, Tolerance = tolerance,
            Reason = reason };
    }

    [Theory]
    [InlineData(0, Verdict.Holds)]
    [InlineData(0.01, Verdict.Holds)]
    [InlineData(0.0299, Verdict.Holds)]
    [InlineData(0.0301, Verdict.Violated)]
    [InlineData(1e6, Verdict.Violated)]
    public void ThreeTimesTheSumIsTheLimit(double error, Verdict expected)
    {
        var claim = Judge(error, s_budget);
        Assert.Equal(expected, claim.Verdict);
        Assert.Equal(expected == Verdict.Holds, claim.Reason is null);
    }

    [Fact]
    public void AViolationSaysTheNumbers() => Assert.Equal("the error, 0.5, exceeds 3 times the budget, 0.01", Judge(0.5, s_budget).Reason);

    [Fact]
    public void ExactlyThreeTimesTheSumHolds() => Assert.Equal(Verdict.Holds, Judge(0.75, new ErrorBudget(0.125, 0.125, 0, 0), 0.25).Verdict);

    /// <summary>A budget between one and two tolerances cannot hold, and is contradicted by three times itself; above two it decides nothing, however small or
    /// large the error; equal to a limit is allowed.</summary>
    [Theory]
    [InlineData(0.125, 0, Verdict.Holds)]
    [InlineData(0.125, 0.375, Verdict.Holds)]
    [InlineData(0.125, 0.4375, Verdict.Violated)]
    [InlineData(0.1875, 0, Verdict.Undecided)]
    [InlineData(0.1875, 0.5625, Verdict.Undecided)]
    [InlineData(0.1875, 0.625, Verdict.Violated)]
    [InlineData(0.25, 0.75, Verdict.Undecided)]
    [InlineData(0.25, 0.875, Verdict.Violated)]
    [InlineData(0.3125, 0, Verdict.Undecided)]
    [InlineData(0.3125, 0.875, Verdict.Undecided)]
    [InlineData(0.3125, 100, Verdict.Undecided)]
    public void ABudgetAboveTheToleranceCannotHoldAndAboveTwiceItDecidesNothing(double sum, double error, Verdict expected)
    {
        var claim = Judge(error, new ErrorBudget(sum / 4, 3 * sum / 4, 0, 0), 0.125);
        Assert.True(claim.Verdict == expected, $"error {error}, budget {sum}, tolerance 0.125: {claim.Verdict}, expected {expected}");
        if (expected == Verdict.Undecided) Assert.Equal(FormattableString.Invariant(
            $"the budget, {sum:G3}, exceeds the tolerance 0.125; largest part: interpolation"), claim.Reason);
    }

    [Theory]
    [InlineData(0.9, 0.1, 0.1, 0.1, "integration")]
    [InlineData(0.1, 0.9, 0.1, 0.1, "interpolation")]
    [InlineData(0.1, 0.1, 0.9, 0.1, "descent")]
    [InlineData(0.1, 0.1, 0.1, 0.9, "rounding")]
    public void TheLargestPartIsNamed(double integration, double interpolation, double descent, double rounding, string largest) =>
        Assert.EndsWith($"largest part: {largest}", Judge(0, new ErrorBudget(integration, interpolation, descent, rounding)).Reason);

    /// <summary>An unknown part leaves the claim open, whatever the known ones say; the reason names the part and why it is unknown, and no other.</summary>
    [Theory]
    [InlineData("integration")]
    [InlineData("interpolation")]
    [InlineData("descent")]
    [InlineData("integration, interpolation")]
    [InlineData("interpolation, descent")]
    [InlineData("integration, interpolation, descent")]
    public void AnUnknownPartIsUndecided(string unknown)
    {
        string[] parts = unknown.Split(", ");
        Known<double> Part(string name) => parts.Contains(name) ? Known.Unknown<double>($"no {name} because") : 1e-6;
        var budget = new ErrorBudget(Part("integration"), Part("interpolation"), Part("descent"), 1e-6);
        Assert.Null(budget.Sum);
        Assert.Equal((4 - parts.Length) * 1e-6, budget.SumOfKnown, 1e-18);
        foreach (double error in (double[])[0, 1e-7, 1e3])
        {
            var claim = Judge(error, budget);
            Assert.Equal(Verdict.Undecided, claim.Verdict);
            Assert.Equal("unknown part of the budget: " + string.Join("; ", parts.Select(p => $"{p} (no {p} because)")), claim.Reason);
        }
    }

    /// <summary>No comparison with NaN is true: written the wrong way round, the rule would let it hold.</summary>
    [Theory]
    [InlineData(double.NaN, 0.001)]
    [InlineData(0.001, double.NaN)]
    [InlineData(0.001, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, 0.001)]
    public void NumbersThatAreNotFiniteNeverHold(double error, double interpolation) =>
        Assert.NotEqual(Verdict.Holds, Judge(error, new ErrorBudget(0.001, interpolation, 0, 0)).Verdict);

    [Fact]
    public void ABudgetOfZeroIsABudget()
    {
        Assert.Equal(Verdict.Holds, Judge(0, new ErrorBudget(0, 0, 0, 0)).Verdict);
        Assert.Equal(Verdict.Violated, Judge(1e-300, new ErrorBudget(0, 0, 0, 0)).Verdict);
    }
}
