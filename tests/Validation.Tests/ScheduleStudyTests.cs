using KernelFlow.Numerics;
using KernelFlow.Validation.Schedules;

namespace KernelFlow.Validation.Tests;

/// <summary>The study of checkpoint schedules: its counting, and its quick version.</summary>
public sealed class ScheduleStudyTests
{
    [Fact]
    public void TheFewestCheckpointsWithTheSameErrorAreCounted()
    {
        ErrorPoint[] falling = [new(4, 0.5), new(8, 0.104), new(16, 0.01)], high = [new(4, 0.5), new(8, 0.4)];
        var outcome = new ScheduleOutcome(ScheduleTraining.All[0], 1, new(5, 0.1), falling, high);
        Assert.Equal((8, 8), (outcome.UniformNeeded, outcome.GeometricNeeded));
        Assert.Equal(("8", "> 8"), (ScheduleOutcome.Text(outcome.Needed(falling)), ScheduleOutcome.Text(outcome.Needed(high))));
    }

    [Fact]
    public void TheQuickVersionPlacesCheckpointsWhereATrainingMoves()
    {
        var report = Experiments.All.Single(e => e.Id == "adaptive").Run(new ExperimentOptions { Quick = true, Backend = Backend.Managed(2) });
        Assert.Equal(2, report.Rows.Count);
        Assert.Equal(3, report.Tables[0].Rows.Count);
        var (lazy, moving) = (report.Rows[0], report.Rows[1]);
        Assert.True(moving.Measured("adaptive") > lazy.Measured("adaptive"),
            $"checkpoints: lazy {lazy.Measured("adaptive")}, moving {moving.Measured("adaptive")}");
        Assert.True(moving.Measured("uniform") >= 1.5 * moving.Measured("adaptive"),
            $"a training that moves: {moving.Measured("adaptive")} adaptive, {moving.Measured("uniform")} uniform checkpoints");
        Assert.All(report.Rows, r => Assert.InRange(r.Measured("error")!.Value, 0, 0.1));
    }
}
