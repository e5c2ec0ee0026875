namespace KernelFlow.Networks.Tests;

public class MarksTests
{
    // Steps that NumPy's geomspace and linspace gave for recorded runs.
    [Fact]
    public void Grids_are_those_of_recorded_runs()
    {
        Assert.Equal([0, 1, 2, 3, 4, 6, 9, 13, 18, 26, 38, 55, 79, 113, 163, 235, 338, 486, 700, 1007, 1449, 2085, 3000],
            Marks.Of(CheckpointSchedule.Geometric, 3000, 24));
        Assert.Equal([0, 9, 17, 26, 35, 43, 52, 61, 70, 78, 87, 96, 104, 113, 122, 130, 139, 148, 157, 165, 174, 183, 191, 200],
            Marks.Of(CheckpointSchedule.Uniform, 200, 24));
    }

    [Fact]
    public void Halves_round_to_even() => Assert.Equal([0, 2, 5, 8, 10], Marks.Of(CheckpointSchedule.Uniform, 10, 5));

    [Fact]
    public void Every_step_is_every_step() => Assert.Equal(Enumerable.Range(0, 8), Marks.Of(CheckpointSchedule.EveryStep, 7, 3));

    [Theory]
    [InlineData(CheckpointSchedule.Geometric)]
    [InlineData(CheckpointSchedule.Uniform)]
    public void First_and_last_step_are_always_marked(CheckpointSchedule schedule)
    {
        foreach (int steps in (int[])[1, 2, 5, 100, 12345])
            for (int count = 2; count < 30; count++)
            {
                var marks = Marks.Of(schedule, steps, count);
                Assert.Equal(0, marks[0]);
                Assert.Equal(steps, marks[^1]);
                Check.Small(marks.Length, count, $"marks for {count} points");
                Assert.All(marks.Zip(marks.Skip(1)), pair => Check.Small(pair.First + 1, pair.Second, "next mark"));
            }
    }
}
