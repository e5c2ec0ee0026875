namespace KernelFlow.Cli.Tests;

public sealed class StrictTests
{
    [Theory]
    [InlineData(0, Verdict.Holds)]
    [InlineData(0, Verdict.Vacuous, Verdict.Measured, Verdict.NotApplicable)]
    [InlineData(1, Verdict.Holds, Verdict.Violated)]
    [InlineData(1, Verdict.Violated)]
    [InlineData(4, Verdict.Undecided)]
    [InlineData(4, Verdict.Holds, Verdict.Undecided)]
    [InlineData(1, Verdict.Undecided, Verdict.Violated)]
    public void OneGoesBeforeFour(int expected, Verdict inclusion, params Verdict[] claims)
    {
        Verdict[] verdicts = [inclusion, .. claims];
        Assert.Equal(expected, AnalyzeCommand.StrictCode(verdicts));
        Assert.Equal(expected == 0 ? 4 : expected, AnalyzeCommand.StrictCode(verdicts, outsideTheory: true));
    }
}
