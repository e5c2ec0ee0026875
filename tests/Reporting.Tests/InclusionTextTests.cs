using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>The sentence about the inclusion names the check that decided.</summary>
public sealed class InclusionTextTests
{
    private static ReservoirAnalysis With(Verdict verdict, Func<InclusionResult, InclusionResult> change)
    {
        var sample = SampleAnalysis.Make();
        return sample with { Inclusion = change(sample.Inclusion) with { Verdict = verdict } };
    }

    public static TheoryData<string, ReservoirAnalysis> Violations => new()
    {
        { "Mode 3 moves the test outputs 2 times as far", With(Verdict.Violated, i => i with { Structural = new StructuralCheck(2, 2, 0) }) },
        { "Mode 1 moves test output 1 1.5 times as far as the kernel of that output allows",
            With(Verdict.Violated, i => i with { Structural = new StructuralCheck(0.4, 1, 0) { WorstRowRatio = 1.5, WorstRow = 1, WorstRowMode = 0 } }) },
        { "The cosine σ between what trains and what moves the test outputs is 1.02",
            With(Verdict.Violated, i => i with { Cosine = new CosineCheck(1.02, 1e-3, 0) }) },
        { "A mode moves the test outputs beyond its bound by 30 % when",
            With(Verdict.Violated, i => i with { Independent = new IndependentCheck(0.3, "a, b") }) },
        { "Mode 2 moves the test outputs NaN times", With(Verdict.Violated, i => i with { Structural = new StructuralCheck(double.NaN, 1, 0) }) },
        { "σ exceeds 1, but not by more", With(Verdict.Undecided, i => i with { Cosine = new CosineCheck(1.02, 0.05, 0.05) }) },
        { "A check of the operators failed", With(Verdict.Undecided, i => i with { OperatorChecks = [new("symmetry", 1, 0)] }) },
        { "The error budget of at least one reservoir mode", With(Verdict.Undecided, i => i) },
    };

    [Theory]
    [MemberData(nameof(Violations), DisableDiscoveryEnumeration = true)]
    public void TheCheckThatDecidedIsNamed(string expected, ReservoirAnalysis analysis) =>
        Assert.StartsWith(expected, InclusionText.Verdict(analysis), StringComparison.Ordinal);

    [Fact]
    public void SigmaStandsAmongTheChecksOrSaysWhyNot()
    {
        Assert.Contains(InclusionText.Checks(SampleAnalysis.Make()), row => row[0] == "structural, σ" && row[1] == "0.62");
        var without = With(Verdict.Holds, i => i with { Cosine = Known.Unknown<CosineCheck>("K_QQ was not recorded"),
            Structural = new StructuralCheck(0.4, 1, 0) });
        Assert.Contains(InclusionText.Checks(without), row => row[2] == "cannot be tested: K_QQ was not recorded");
        Assert.DoesNotContain(InclusionText.Checks(without), row => row[0] == "structural, single outputs");
    }
}
