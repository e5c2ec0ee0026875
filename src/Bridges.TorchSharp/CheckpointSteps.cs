namespace KernelFlow.Recording;

/// <summary>The optimizer steps at which checkpoints are recorded: increasing, from 0 to the last step of the training.</summary>
public sealed class CheckpointSteps
{
    private readonly HashSet<long> _set;

    private CheckpointSteps(IEnumerable<long> steps)
    {
        Steps = [.. steps.Distinct().Order()];
        _set = [.. Steps];
    }

    /// <summary>The tests by which further steps are found; null where all are known beforehand.</summary>
    public AdaptiveSchedule? Rule { get; private init; }

    /// <summary>The steps that are known beforehand, increasing.</summary>
    public IReadOnlyList<long> Steps { get; }

    /// <summary>The last one: after so many steps the recording is complete.</summary>
    public long Last => Steps[^1];

    /// <summary>Every step: what descent mode needs to be exact.</summary>
    /// <param name="steps">Optimizer steps in all, at least 1.</param>
    public static CheckpointSteps Every(int steps) => new(Enumerable.Range(0, Positive(steps) + 1).Select(s => (long)s));

    /// <summary>The rounded points of a uniform grid from 0 to the last step.</summary>
    /// <param name="steps">Optimizer steps in all, at least 1.</param>
    /// <param name="count">Points of the grid, at least 2; fewer checkpoints result where points round to the same step.</param>
    public static CheckpointSteps Uniform(int steps, int count)
    {
        Positive(steps);
        AtLeastTwo(count);
        return new(Enumerable.Range(0, count).Select(i => (long)Math.Round((double)steps * i / (count - 1))));
    }

    /// <summary>0 and the rounded points of a geometric grid from 1 to the last step.</summary>
    /// <param name="steps">Optimizer steps in all, at least 1.</param>
    /// <param name="count">Points of the grid with 0, at least 2; fewer checkpoints result where points round to the same step.</param>
    public static CheckpointSteps Geometric(int steps, int count)
    {
        Positive(steps);
        AtLeastTwo(count);
        return new(Enumerable.Range(0, count - 1).Select(i => count == 2 ? steps : (long)Math.Round(Math.Pow(steps, (double)i / (count - 2))))
            .Append(0).Append(steps));
    }

    /// <summary>Steps at which a test passes its tolerance, found while training goes on, with the first state and the last.</summary>
    /// <param name="steps">Optimizer steps in all, at least 1.</param>
    /// <param name="schedule">Tests, tolerances and budgets.</param>
    /// <exception cref="ArgumentException">The schedule makes no rule.</exception>
    public static CheckpointSteps Adaptive(int steps, AdaptiveSchedule schedule)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        schedule.Validate();
        return new([0, Positive(steps)]) { Rule = schedule };
    }

    /// <summary>The steps that the caller names; 0 is added where it is missing, because a run begins before its first step.</summary>
    /// <param name="steps">Steps, at least one above 0.</param>
    /// <exception cref="ArgumentException">A step is negative, or none is above 0.</exception>
    public static CheckpointSteps Fixed(params IEnumerable<long> steps)
    {
        ArgumentNullException.ThrowIfNull(steps);
        long[] named = [.. steps];
        if (named.Any(s => s < 0) || !named.Any(s => s > 0))
            throw new ArgumentException($"steps: found {string.Join(", ", named)}, expected numbers of at least 0 and one above 0.", nameof(steps));
        return new(named.Append(0));
    }

    internal bool Contains(long step) => _set.Contains(step);

    private static int Positive(int steps) => steps > 0 ? steps : throw new ArgumentOutOfRangeException(nameof(steps), steps, "Expected at least 1 step.");

    private static void AtLeastTwo(int count)
    {
        if (count < 2) throw new ArgumentOutOfRangeException(nameof(count), count, "Expected at least 2 checkpoints.");
    }
}
