namespace KernelFlow.Recording.Tests.Schedules;

public sealed class AdaptiveScheduleTests
{
    [Fact]
    public void The_text_is_that_of_the_Python_recorder()
    {
        Assert.Equal("adaptive: linearity > 0.1, gradient > 0.3, kernel > 0.2, tested every 1 steps on 16 examples; max_gap None, max_checkpoints None, "
            + "max_seconds None, max_bytes None", new AdaptiveSchedule().ToString());
        Assert.Equal("adaptive: linearity > 0.05, gradient > None, kernel > 0.2, tested every 10 steps on 16 examples; max_gap 500, max_checkpoints 40, "
            + "max_seconds 2.5, max_bytes 1000000", (new AdaptiveSchedule
            {
                Linearity = 0.05,
                Gradient = null,
                Every = 10,
                MaxGap = 500,
                MaxCheckpoints = 40,
                MaxSeconds = 2.5,
                MaxBytes = 1_000_000,
            }).ToString());
    }

    [Fact]
    public void Values_that_make_no_rule_are_refused_by_name()
    {
        var d = new AdaptiveSchedule();
        foreach (var (bad, name) in new[]
        {
            (d with { Linearity = 0 }, "Linearity"), (d with { Gradient = -1 }, "Gradient"), (d with { Kernel = double.NaN }, "Kernel"),
            (d with { Kernel = double.PositiveInfinity }, "Kernel"), (d with { Every = 0 }, "Every"), (d with { Probes = 0 }, "Probes"),
            (d with { Vectors = 0 }, "Vectors"), (d with { MaxGap = 0 }, "MaxGap"), (d with { MaxCheckpoints = 1 }, "MaxCheckpoints"),
            (d with { MaxSeconds = 0 }, "MaxSeconds"), (d with { MaxBytes = 0 }, "MaxBytes"),
        })
            Assert.StartsWith(name + " is ", Assert.Throws<ArgumentException>(bad.Validate).Message, StringComparison.Ordinal);
        d.Validate();
    }

    [Theory]
    [InlineData(1, new[] { 0 })]
    [InlineData(3, new[] { 0, 1, 2 })]
    [InlineData(5, new[] { 0, 1, 2, 4 })]
    [InlineData(100, new[] { 0, 33, 66, 99 })]
    public void Probes_are_spread_evenly(int examples, int[] expected) =>
        Assert.Equal(expected, new AdaptiveSchedule { Probes = 4 }.ProbeExamples(examples));

    [Fact]
    public void Vectors_are_signs_and_the_same_every_time()
    {
        var schedule = new AdaptiveSchedule { Vectors = 3 };
        double[] v = schedule.ProbeVectors(1000);
        Assert.Equal(3000, v.Length);
        Assert.All(v, x => Assert.Equal(1, Math.Abs(x)));
        Assert.Equal(v, schedule.ProbeVectors(1000));
        // Of 3000 fair signs the sum has a standard deviation of 55.
        Assert.InRange(v.Sum(), -220, 220);
    }
}
