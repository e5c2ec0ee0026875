using KernelFlow.Numerics;

namespace KernelFlow.Validation.Schedules;

/// <summary>Checkpoints and the error of C4 with them.</summary>
/// <param name="Checkpoints">How many.</param>
/// <param name="Error">‖predicted − recorded test outputs‖ at the end, relative to how far they moved.</param>
internal readonly record struct ErrorPoint(int Checkpoints, double Error);

/// <summary>One training: the adaptive schedule, and the curves of the other two.</summary>
/// <param name="Training">What was trained.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Adaptive">With the defaults of the rule.</param>
/// <param name="Uniform">By the number of checkpoints.</param>
/// <param name="Geometric">By the number of checkpoints.</param>
internal sealed record ScheduleOutcome(ScheduleTraining Training, long Seed, ErrorPoint Adaptive, IReadOnlyList<ErrorPoint> Uniform,
    IReadOnlyList<ErrorPoint> Geometric)
{
    // The same error, to what nobody would take more checkpoints for.
    private const double Same = 1.05;

    /// <summary>The fewest uniform checkpoints with the same error; where no number of the curve reaches it, the largest of the curve.</summary>
    public int UniformNeeded => Needed(Uniform).Count;

    /// <summary>The fewest geometric checkpoints with the same error.</summary>
    public int GeometricNeeded => Needed(Geometric).Count;

    /// <summary>As a table has it: with a sign where the curve ends before the error is reached.</summary>
    public static string Text((int Count, bool Reached) needed) => (needed.Reached ? "" : "> ") + Files.NumberText.Count(needed.Count);

    /// <summary>The fewest checkpoints of a curve with the same error, and whether there are any.</summary>
    public (int Count, bool Reached) Needed(IReadOnlyList<ErrorPoint> curve)
    {
        foreach (var point in curve)
            if (point.Error <= Same * Adaptive.Error) return (point.Checkpoints, true);
        return (curve[^1].Checkpoints, false);
    }
}

/// <summary>Records every step of a training once and analyses it with the checkpoints of each schedule.</summary>
internal static class ScheduleRun
{
    private static readonly int[] s_counts = [3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 24, 28, 32, 36, 40, 50, 64, 80, 100, 128, 160];

    public static ScheduleOutcome Of(ScheduleTraining training, long seed, bool quick, Backend backend, CancellationToken cancellation)
    {
        var options = training.Of(seed, backend, cancellation);
        var every = Recorder.InMemory(options with { Schedule = CheckpointSchedule.EveryStep }, backend, null, cancellation);
        int[] chosen = [.. Recorder.InMemory(options with { Schedule = CheckpointSchedule.Adaptive }, backend, null, cancellation).Select(c => (int)c.Step)];
        ErrorPoint Point(IReadOnlyList<int> marks) => new(marks.Count, Error(every.Subset(marks), backend, cancellation));
        ErrorPoint[] Curve(CheckpointSchedule schedule) =>
            [.. s_counts.Where((_, i) => !quick || i % 4 == 0).Select(n => Point((options with { Schedule = schedule, Checkpoints = n }).CheckpointSteps()))];
        return new ScheduleOutcome(training, seed, Point(chosen), Curve(CheckpointSchedule.Uniform), Curve(CheckpointSchedule.Geometric));
    }

    private static double Error(CheckpointSequence run, Backend backend, CancellationToken cancellation)
    {
        var options = new AnalysisOptions { Backend = backend, Mode = AnalysisMode.Flow, IndependentCheck = false };
        return Analyze.Reservoir(run, options, null, cancellation).Claim(WellKnownClaims.TestTransfer).RelativeError.OrNull() ?? double.PositiveInfinity;
    }
}
