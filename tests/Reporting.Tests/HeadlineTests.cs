using System.Text.RegularExpressions;
using KernelFlow.Reporting.Html;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>What a report says first: the colour is that of the worst answer, and no good answer hides a bad one.</summary>
public sealed class HeadlineTests
{
    private static ClaimResult Data(string id, Verdict verdict, double error, double sum, string? reason = null) =>
        new(id, "of data", verdict) { Kind = ClaimKind.Data, RelativeError = error, Tolerance = 0.1, Budget = new ErrorBudget(0, sum, 0, 0), Reason = reason };

    private static ClaimResult Recording(string id, Verdict verdict, string? reason = null) =>
        new(id, "of the recording", verdict) { Kind = ClaimKind.Consistency, RelativeError = 0.05, Tolerance = 1e-3, Reason = reason };

    private static ReservoirAnalysis Analysis(Verdict inclusion, params ClaimResult[] claims)
    {
        var sample = SampleAnalysis.Make();
        return sample with { Inclusion = sample.Inclusion with { Verdict = inclusion }, Claims = claims };
    }

    private static HeadlineLine Line(ReservoirAnalysis analysis, string topic) => Headline.Of(analysis).Lines.Single(l => l.Topic == topic);

    [Theory]
    [InlineData(Verdict.Holds, Verdict.Holds, Verdict.Holds, Verdict.Holds)]
    [InlineData(Verdict.Violated, Verdict.Holds, Verdict.Holds, Verdict.Violated)]
    [InlineData(Verdict.Holds, Verdict.Violated, Verdict.Holds, Verdict.Violated)]
    [InlineData(Verdict.Holds, Verdict.Holds, Verdict.Violated, Verdict.Violated)]
    [InlineData(Verdict.Undecided, Verdict.Holds, Verdict.Holds, Verdict.Undecided)]
    [InlineData(Verdict.Holds, Verdict.Undecided, Verdict.Holds, Verdict.Undecided)]
    [InlineData(Verdict.Holds, Verdict.Holds, Verdict.Undecided, Verdict.Undecided)]
    [InlineData(Verdict.Holds, Verdict.Holds, Verdict.Vacuous, Verdict.Vacuous)]
    [InlineData(Verdict.NotApplicable, Verdict.Holds, Verdict.Holds, Verdict.NotApplicable)]
    [InlineData(Verdict.Undecided, Verdict.Violated, Verdict.Vacuous, Verdict.Violated)]
    public void TheColourIsThatOfTheWorst(Verdict recording, Verdict theory, Verdict inclusion, Verdict expected)
    {
        var analysis = Analysis(inclusion, Data("C4", theory, 0.01, 0.02), Recording("R5", recording));
        var headline = Headline.Of(analysis);
        Assert.Equal(["recording", "theory", "inclusion", "budget"], headline.Lines.Select(l => l.Topic));
        Assert.True(headline.Tone == expected, $"tone {headline.Tone}, expected {expected}: {headline.Sentence}");
        string page = HtmlReport.Text(analysis);
        Assert.Contains($"<div class=\"verdict {HtmlPage.Css(expected)}\">\n<strong>{HtmlPage.Sign(expected)} "
            + $"{HtmlPage.E(headline.Sentence)}.</strong>", page);
    }

    /// <summary>An inclusion that holds on operators that miss the test outputs by more than their movement says nothing about those outputs.</summary>
    [Theory]
    [InlineData(1.31, 0.02, Verdict.Violated)]
    [InlineData(0.02, 1.5, Verdict.Undecided)]
    [InlineData(double.NaN, 0.02, Verdict.Undecided)]
    public void AnInclusionOnOperatorsThatDoNotPredictIsNeverGreen(double error, double budget, Verdict theory)
    {
        var c5 = new ClaimResult("C5", "inclusion", Verdict.Holds) { Kind = ClaimKind.Inclusion, RelativeError = 0 };
        var analysis = Analysis(Verdict.Holds, Data("C4", theory, error, budget), c5, Recording("R5", Verdict.Holds));
        var line = Line(analysis, "inclusion");
        Assert.Equal((Verdict.Undecided, "holds, qualified"), (line.Tone, line.Answer));
        Assert.StartsWith("On operators that do not predict the test outputs (see C4). ", line.Detail);
        Assert.NotEqual(Verdict.Holds, Headline.Of(analysis).Tone);
        string page = HtmlReport.Text(analysis);
        foreach (Match green in Regex.Matches(page, "class=\"(chip )?holds\".{0,200}")) Assert.DoesNotContain("nclusion", green.Value);
    }

    [Theory]
    [InlineData(0.9, 0.05)]
    [InlineData(0.01, 0.9)]
    public void AnInclusionOnOperatorsThatPredictHoldsWithoutConditions(double error, double budget) =>
        Assert.Equal((Verdict.Holds, "holds"), (Line(Analysis(Verdict.Holds, Data("C4", Verdict.Holds, error, budget)), "inclusion").Tone,
            Line(Analysis(Verdict.Holds, Data("C4", Verdict.Holds, error, budget)), "inclusion").Answer));

    /// <summary>The condition of the results comes before the one that is told from the numbers.</summary>
    [Fact]
    public void TheConditionOfTheResultsIsShown()
    {
        var analysis = Analysis(Verdict.Holds, Data("C4", Verdict.Holds, 0.01, 0.02));
        analysis = analysis with { Inclusion = analysis.Inclusion with { Qualification = "on a subspace" } };
        Assert.StartsWith("On a subspace. ", Line(analysis, "inclusion").Detail);
        Assert.Equal(Verdict.Undecided, Line(analysis, "inclusion").Tone);
    }

    [Fact]
    public void TheWorstClaimIsNamedWithTheErrorsOfAll()
    {
        var analysis = Analysis(Verdict.Holds, Data("C1", Verdict.Holds, 0.001, 0.01), Data("C2", Verdict.Violated, 1.31, 0.05, "the error exceeds"),
            Data("C3", Verdict.Undecided, 0.5, 0.15, "the budget exceeds"), Data("C4", Verdict.Holds, 0.02, 0.01));
        var theory = Line(analysis, "theory");
        Assert.Equal("disagrees", theory.Answer);
        Assert.Equal("Worst: C2 of data violated, relative error 131 % against known error sources of 5 %. Relative errors: C1 0.1 %, C2 131 % (violated), "
            + "C3 50 % (undecided), C4 2 %.", theory.Detail);
        var budget = Line(analysis, "budget");
        Assert.Equal((Verdict.Undecided, "too large"), (budget.Tone, budget.Answer));
        Assert.Equal("1 of 4 data claims cannot be decided: budget too large or unknown. The largest budget is that of C3: 15 % (limit 10 %), most of "
            + "it interpolation.",
            budget.Detail);
        Assert.Equal("The theory disagrees with what was recorded", Headline.Of(analysis).Sentence);
    }

    [Fact]
    public void AContradictionOfTheRecordingIsNamedWithItsReason()
    {
        var analysis = Analysis(Verdict.Holds, Data("C4", Verdict.Undecided, 0.01, 0.02, "recording inconsistent: half of "
            + "it"), Recording("R1", Verdict.Holds),
            Recording("R8", Verdict.Violated, "0.952 against 1"), Recording("R10", Verdict.NotApplicable, "no midpoints"));
        var line = Line(analysis, "recording");
        Assert.Equal((Verdict.Violated, "contradicts itself"), (line.Tone, line.Answer));
        Assert.Equal("R8 of the recording violated: 0.952 against 1. 1 of 2 claims about the recording hold; 1 does not apply.", line.Detail);
        Assert.Contains("(recording inconsistent: half of it)", Line(analysis, "theory").Detail);
    }

    /// <summary>Right losses and times say nothing about the kernels.</summary>
    [Fact]
    public void ARecordingWhoseKernelsNothingTestedIsNotGreen()
    {
        var line = Line(Analysis(Verdict.Holds, Recording("R1", Verdict.Holds), Recording("R2", Verdict.Holds),
            Recording("R5", Verdict.NotApplicable)), "recording");
        Assert.Equal((Verdict.NotApplicable, "not contradicted"), (line.Tone, line.Answer));
        Assert.Equal("2 of 2 claims about the recording hold; 1 does not apply. None of them looks at the kernels.", line.Detail);
    }

    [Fact]
    public void AgreementWithARecordingThatContradictsItselfIsNotGreen()
    {
        var line = Line(Analysis(Verdict.Holds, Data("C4", Verdict.Holds, 0.01, 0.02), Recording("R8", Verdict.Violated, "0.952 against 1")), "theory");
        Assert.Equal((Verdict.Undecided, "agrees, qualified"), (line.Tone, line.Answer));
        Assert.StartsWith("With a recording that contradicts itself.", line.Detail);
    }

    /// <summary>A training outside the setting is an open question, not a pass: it exits with 4 under --strict, too.</summary>
    [Fact]
    public void OutsideTheSettingNothingLooksTested()
    {
        var analysis = Analysis(Verdict.Holds, Data("C4", Verdict.NotApplicable, 0.01, 0.02, "not the theory's setting: dropout"),
            Recording("R1", Verdict.Holds)) with { OutsideTheory = "dropout" };
        var line = Line(analysis, "theory");
        Assert.Equal((Verdict.Undecided, "not its setting"), (line.Tone, line.Answer));
        Assert.StartsWith("Not the theory's setting: dropout.", line.Detail);
        Assert.Equal((Verdict.Undecided, "The training lies outside the setting of the theory"),
            (Headline.Of(analysis).Tone, Headline.Of(analysis).Sentence));
    }

    [Fact]
    public void AFailedCheckOfTheProgramComesFirst()
    {
        var analysis = Analysis(Verdict.Holds, Data("C4", Verdict.Holds, 0.01, 0.02),
            new ClaimResult("C10", "composition", Verdict.Violated) { Kind = ClaimKind.Code, RelativeError = 1 });
        var first = Headline.Of(analysis).Lines[0];
        Assert.Equal(("program", Verdict.Violated), (first.Topic, first.Tone));
    }

    [Fact]
    public void LikelyCausesStandInEveryReport()
    {
        var analysis = SampleAnalysis.Make() with
        {
            LikelyCauses = [new("<J_Q> is off", "the factor of R8", "check J_Q"), new("Something else", "a_S = 1.", "J_Q?")],
        };
        string page = HtmlReport.Text(analysis), text = MarkdownReport.Text(analysis);
        Assert.Contains("<li><b>&lt;J_Q&gt; is off.</b> <span class=\"soft\">The factor of R8.</span><br>What to do: Check J_Q.</li>", page);
        Assert.Contains("1. **&lt;J_Q> is off.** The factor of R8. What to do: Check J_Q.", text);
        Assert.Contains("a_S = 1. What to do: J_Q?", text);
        Assert.DoesNotContain("Likely causes", HtmlReport.Text(SampleAnalysis.Make()));
        var comparison = RunComparison.Of([ComparedRun.Of("a", analysis), ComparedRun.Of("b", SampleAnalysis.Make())]);
        Assert.Contains("| a | &lt;J_Q> is off | The factor of R8. | Check J_Q. |", KernelFlow.Reporting.Comparisons.ComparisonPages.Markdown(comparison, []));
    }
}
