namespace KernelFlow.Cli.Tests;

public sealed class RemainingTimeTests
{
    [Fact]
    public void SharesAloneTellByWhatWasDone()
    {
        var left = new RemainingTime(WorkPlan.Of(("all", 1)));
        left.Report("all", 0, 3);
        Assert.Null(left.At(3));
        left.Report("all", 0.01, 3.5);
        Assert.Equal("", left.Text(3.5));
        // A quarter took 10 s from the first report on, so three quarters take 30.
        left.Report("all", 0.25, 13);
        Assert.Equal(30, left.At(13)!.Value, 1e-12);
        Assert.Equal("about 25 s left", left.Text(19));
        Assert.Equal("a moment left", left.Text(100));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(3.0)]
    [InlineData(0.25)]
    public void AForecastIsCorrectedByThePace(double pace)
    {
        var left = new RemainingTime(WorkPlan.Forecast([("reading", 10), ("integrating", 60), ("budget", 30)]));
        left.Report("reading", 0, 0);
        Assert.Equal(100, left.At(0)!.Value, 1e-12);
        double Worst(double share) => Math.Abs(left.At(100 * pace * share)!.Value / (100 * pace * (1 - share)) - 1);
        double before = Math.Abs(1 / pace - 1);
        for (int percent = 10; percent < 100; percent += 10)
        {
            var (stage, fraction) = percent <= 10 ? ("reading", percent / 10.0) : percent <= 70 ? ("integrating", (percent - 10) / 60.0)
                : ("budget", (percent - 70) / 30.0);
            left.Report(stage, fraction, pace * percent);
            // The work goes evenly at its pace; what is shown comes nearer to it with all that is done.
            Assert.True(Worst(percent / 100.0) <= before + 1e-12, $"{percent} %: {left.At(pace * percent)} s");
            before = Worst(percent / 100.0);
        }
        Assert.InRange(before, 0, 0.25 / 0.9 * Math.Abs(1 / pace - 1) + 1e-12);
    }

    [Fact]
    public void AStageWithoutFractionsCountsDownAndStagesOfNobodyChangeNothing()
    {
        var left = new RemainingTime(WorkPlan.Forecast([("reading", 10), ("budget", 50)]));
        left.Report("reading", 0, 0);
        left.Report("budget", 0, 10);
        Assert.Equal(50, left.At(10)!.Value, 1e-12);
        left.Report("else", 0.5, 20);
        Assert.Equal("about 40 s left", left.Text(20));
        Assert.Equal(0, left.At(1000));
    }

    [Theory]
    [InlineData(0.5, "a moment left")]
    [InlineData(3.2, "about 4 s left")]
    [InlineData(41, "about 45 s left")]
    [InlineData(125, "about 2 min left")]
    [InlineData(9000, "about 2.5 h left")]
    public void TheTextHasTwoFiguresAtMost(double seconds, string expected)
    {
        var left = new RemainingTime(WorkPlan.Forecast([("all", seconds)]));
        left.Report("all", 0, 0);
        Assert.Equal(expected, left.Text(0));
    }

    /// <summary>The stages that are expected are those that an analysis reports, in their order.</summary>
    [Theory]
    [InlineData(AnalysisMode.Flow)]
    [InlineData(AnalysisMode.Descent)]
    public void AForecastHasTheStagesOfAnAnalysis(AnalysisMode mode)
    {
        var sizes = new RunSizes
        {
            Train = 100, Test = 50, Checkpoints = 20, Columns = 1000, PairProducts = 1e8, FactoredLayers = 0, StoredBytes = 1e7, StoredNumbers = 1e6,
            HasBuffer = false, Mode = mode, ReplayedSteps = 100, Stiffness = [.. Enumerable.Repeat(3.0, 19)], HasBeta = true,
        };
        var cost = CostForecast.Of(sizes, WorkRates.Even(1e9));
        var plan = AnalysisForecast.Of(cost);
        Assert.Equal(["reading", "integrating", "spectrum", "budget"], plan.Stages.Select(s => s.Stage));
        Assert.All(plan.Stages.Take(3), s => Assert.True(s.Seconds > 0, s.Stage));
        // Only the start of the process and the report are not among them.
        Assert.Equal(cost.Stages.Where(s => s.Name is not ("start" or "report")).Sum(s => s.Seconds), plan.Stages.Sum(s => s.Seconds), 1e-9);
    }
}
