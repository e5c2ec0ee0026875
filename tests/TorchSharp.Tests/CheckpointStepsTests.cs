namespace KernelFlow.Recording.Tests;

/// <summary>Which steps the schedules record.</summary>
public sealed class CheckpointStepsTests
{
    [Fact]
    public void EverySchedulesBeginsAtZeroAndEndsAtTheLastStep()
    {
        Assert.Equal([0, 1, 2, 3], CheckpointSteps.Every(3).Steps);
        Assert.Equal([0, 25, 50, 75, 100], CheckpointSteps.Uniform(100, 5).Steps);
        Assert.Equal([0, 1, 10, 100, 1000], CheckpointSteps.Geometric(1000, 5).Steps);
        Assert.Equal([0, 4, 9], CheckpointSteps.Fixed(9, 4, 4).Steps);
        Assert.Equal([0, 7], CheckpointSteps.Geometric(7, 2).Steps);
        Assert.Equal([0, 1, 2], CheckpointSteps.Uniform(2, 9).Steps);
        Assert.Equal(1000, CheckpointSteps.Geometric(1000, 5).Last);
    }

    [Fact]
    public void WhatMakesNoScheduleIsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CheckpointSteps.Every(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => CheckpointSteps.Uniform(10, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CheckpointSteps.Geometric(10, 1));
        Assert.Contains("one above 0", Assert.Throws<ArgumentException>(() => CheckpointSteps.Fixed(0)).Message, StringComparison.Ordinal);
        Assert.Contains("-1", Assert.Throws<ArgumentException>(() => CheckpointSteps.Fixed(-1, 3)).Message, StringComparison.Ordinal);
    }
}
