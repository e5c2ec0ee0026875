namespace KernelFlow.Networks;

/// <summary>The steps a schedule records.</summary>
internal static class Marks
{
    /// <summary>Sorted and unique: {0} ∪ round(geometric grid of count − 1 points from 1 to steps), round(uniform grid of count points), or all.</summary>
    public static int[] Of(CheckpointSchedule schedule, int steps, int count) => schedule switch
    {
        CheckpointSchedule.EveryStep => Enumerable.Range(0, steps + 1).ToArray(),
        CheckpointSchedule.Uniform => Unique(Enumerable.Range(0, count).Select(i => (double)steps * i / (count - 1)), steps),
        CheckpointSchedule.Geometric =>
            Unique(Enumerable.Range(0, count - 1).Select(i => count == 2 ? steps : Math.Pow(steps, (double)i / (count - 2))), steps),
        _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule, "Not a schedule."),
    };

    private static int[] Unique(IEnumerable<double> grid, int steps) =>
        grid.Select(v => (int)Math.Round(v)).Append(0).Append(steps).Distinct().Order().ToArray();
}
