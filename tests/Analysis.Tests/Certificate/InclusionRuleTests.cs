using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>The rule of theory, section 5, on evidence made by hand: c = 1, λ_1 = 1, so √(cλ_1) = 1 and the resolution is 1e-6.</summary>
public class InclusionRuleTests
{
    private const double Threshold = 1e-3;

    /// <summary>A signal mode λ = 1 and one reservoir mode.</summary>
    private static InclusionEvidence Evidence(double eigenvalue = 1e-8, double response = 0, double dW = 0, double dG = 0, double noise = 1e-16,
        double floor = 1e-15, double? other = 0) => new()
    {
        Modes =
        [
            Mode(1, 0.5, 0, 0, noise, floor, other is not null),
            Mode(eigenvalue, response, dW, dG, noise, floor, other is not null),
        ],
        Constant = 1, Noise = noise, Floor = floor, First = 1,
        IndependentResponses = other is { } o ? [0.5, o] : null,
    };

    private static ModeVisibility Mode(double eigenvalue, double response, double dW, double dG, double noise, double floor, bool compared)
    {
        var mode = new ModeVisibility(eigenvalue, eigenvalue, response, Math.Sqrt(Math.Max(eigenvalue, 0) + noise), floor, eigenvalue < Threshold);
        return compared ? mode with { DissipationDifference = dW, ResponseDifference = dG, IndependentBound = Math.Sqrt(Math.Max(eigenvalue, 0) + dW + noise)
            + dG + floor } : mode;
    }

    private static void Expect(Verdict verdict, InclusionEvidence evidence, params string[] words)
    {
        var (found, reason) = InclusionRule.Judge(evidence, Threshold);
        Assert.True(found == verdict, $"{found}: {reason}");
        foreach (string word in words) Assert.Contains(word, reason);
    }

    [Fact]
    public void EachOutcomeInItsOrder()
    {
        Expect(Verdict.Holds, Evidence(response: 0.9e-4));
        Expect(Verdict.Violated, Evidence(response: 1.1e-4), "mode 2", "its bound is 0.0001");
        Expect(Verdict.Violated, Evidence(other: 1.1e-4), "two methods", "mode 2");
        Expect(Verdict.Vacuous, Evidence(eigenvalue: 0.01), "no mode below the threshold 0.001");
        // Violated goes before Undecided, also where an operator check failed and where δ's are large; Undecided before Vacuous only for wrong operators.
        Expect(Verdict.Violated, Evidence(response: 1.1e-4, dW: 1) with { FailedCheck = new OperatorCheck("symmetry", 1, 0) });
        Expect(Verdict.Undecided, Evidence(eigenvalue: 0.01) with { FailedCheck = new OperatorCheck("node weights", 1, 0) }, "'node weights'");
        Expect(Verdict.Vacuous, Evidence(eigenvalue: 0.01, other: null) with { IndependentFailure = "it failed" });
        Expect(Verdict.Undecided, Evidence(other: null) with { IndependentFailure = "it failed" }, "integration error", "it failed");
    }

    /// <summary>Undecided begins where floor + δ_G + √(c(δ_W + N·ε·λ_1)) reaches √(cλ_j) = 1e-4.</summary>
    [Fact]
    public void EveryTermCanLeaveItOpen()
    {
        Expect(Verdict.Holds, Evidence(dG: 0.9e-4));
        Expect(Verdict.Undecided, Evidence(dG: 1.01e-4), "integration", "δ_G", "smaller rtol");
        Expect(Verdict.Holds, Evidence(dW: 0.9e-8));
        Expect(Verdict.Undecided, Evidence(dW: 1.01e-8), "integration", "δ_W", "smaller rtol");
        Expect(Verdict.Undecided, Evidence(dW: 0.5e-8, dG: 0.5e-4), "integration");
        Expect(Verdict.Holds, Evidence(dW: 0.2e-8, dG: 0.5e-4));
        Expect(Verdict.Undecided, Evidence(floor: 1.1e-4), "rounding", "wider type");
        Expect(Verdict.Undecided, Evidence(eigenvalue: 1e-9, noise: 2e-9), "rounding", "wider type");
    }

    /// <summary>A true kernel, λ ≤ N·ε·λ_1, is allowed 1e-6·√(cλ_1) and no less.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(-1e-17)]
    [InlineData(5e-17)]
    public void OfATrueKernelOnlyTheResolutionCounts(double eigenvalue)
    {
        Expect(Verdict.Holds, Evidence(eigenvalue, dG: 0.95e-6));
        Expect(Verdict.Undecided, Evidence(eigenvalue, dG: 1.05e-6), "δ_G");
        Expect(Verdict.Holds, Evidence(eigenvalue, dW: 0.9e-12));
        Expect(Verdict.Undecided, Evidence(eigenvalue, dW: 1.1e-12), "δ_W");
        Expect(Verdict.Violated, Evidence(eigenvalue, response: 2e-8));
    }

    /// <summary>The factor that is asked of a finer second run decides the verdict when it is reached.</summary>
    [Theory]
    [InlineData(1e-8, 0, 1e-3)]
    [InlineData(1e-8, 1e-6, 0)]
    [InlineData(1e-10, 1e-7, 1e-4)]
    [InlineData(0, 1e-9, 1e-4)]
    public void ShrinkIsWhatIsNeeded(double eigenvalue, double dW, double dG)
    {
        double shrink = InclusionRule.Shrink(Evidence(eigenvalue, dW: dW, dG: dG), Threshold)!.Value;
        Check.Between(shrink, 0, 0.5, "shrink");
        Expect(Verdict.Holds, Evidence(eigenvalue, dW: shrink * dW, dG: shrink * dG));
        Expect(Verdict.Undecided, Evidence(eigenvalue, dW: 4.1 * shrink * dW, dG: 4.1 * shrink * dG));
        Assert.Null(InclusionRule.Shrink(Evidence(eigenvalue, dW: dW, dG: dG, floor: 2e-4), Threshold)); // no integration would help
        Assert.Equal(1, InclusionRule.Shrink(Evidence(eigenvalue), Threshold));
    }

    /// <summary>σ above 1 is a violation beyond its error, open where only the difference of two integrations stands between, and nothing within its
    /// arithmetic.</summary>
    [Fact]
    public void SigmaIsHeldToOne()
    {
        InclusionEvidence With(double sigma, double error) =>
            Evidence() with { Cosine = new CosineCheck(sigma, error, error - 1e-12), CosineArithmetic = 1e-12 };
        Expect(Verdict.Holds, With(0.9999, 1e-3));
        Expect(Verdict.Holds, With(1 + 1e-13, 1e-3));
        Expect(Verdict.Violated, With(1.02, 1e-3), "σ", "1.02", "one joint kernel");
        Expect(Verdict.Violated, With(double.NaN, 1e-3));
        Expect(Verdict.Undecided, With(1.0005, 1e-3), "two integrations differ", "smaller rtol");
        Check.Between(InclusionRule.Shrink(With(1.0005, 1e-3), Threshold)!.Value, 0.2, 0.3, "shrink that decides σ");
        Expect(Verdict.Violated, Evidence() with { Modes = [.. Evidence().Modes.Select(m => m with { RowRatio = 1.5 })] }, "single test output", "1.5");
    }

    /// <summary>What is not a number cannot hold.</summary>
    [Fact]
    public void NaNNeverHolds()
    {
        Assert.Equal(Verdict.Violated, InclusionRule.Judge(Evidence(response: double.NaN), Threshold).Verdict);
        Assert.Equal(Verdict.Undecided, InclusionRule.Judge(Evidence(dG: double.NaN, other: 0), Threshold).Verdict);
        Assert.False(new OperatorCheck("symmetry", double.NaN, 1).Passed);
    }
}
