using KernelFlow.Numerics;
using KernelFlow.Validation.Schedules;

namespace KernelFlow.Validation.Sketches;

/// <summary>What C1 to C4 say of one training with a sketch of so many columns.</summary>
/// <param name="Columns">k; 0 for the Jacobians themselves.</param>
/// <param name="Claims">C1 to C4.</param>
internal sealed record SketchPoint(int Columns, IReadOnlyList<ClaimResult> Claims)
{
    /// <summary>C4.</summary>
    public ClaimResult Test => Claims.Single(c => c.Id == WellKnownClaims.TestTransfer);

    /// <summary>The largest error beside its budget.</summary>
    public double Worst => Claims.Max(c => c.RelativeError.OrDefault(double.PositiveInfinity) / (c.Budget?.Sum ?? double.NaN));
}

/// <summary>One training with sketches of several sizes, and with one that is not what it says.</summary>
/// <param name="Training">What was trained.</param>
/// <param name="Seed">Its seed, and that of the sketches.</param>
/// <param name="Whole">The Jacobians themselves.</param>
/// <param name="Sketched">By the number of columns.</param>
/// <param name="Foreign">The control: the largest sketch, with a matrix of its own for the test outputs.</param>
internal sealed record SketchOutcome(ScheduleTraining Training, long Seed, SketchPoint Whole, IReadOnlyList<SketchPoint> Sketched, SketchPoint Foreign)
{
    /// <summary>The fewest columns from which on C4 is decided; null where none of the study suffices.</summary>
    public int? Decided
    {
        get
        {
            int? fewest = null;
            foreach (var point in Sketched.Reverse())
            {
                if (point.Test.Verdict != Verdict.Holds) break;
                fewest = point.Columns;
            }
            return fewest;
        }
    }
}

/// <summary>Records a training, sketches it, and checks the claims.</summary>
internal static class SketchRun
{
    /// <summary>The sizes of the sketches.</summary>
    public static IReadOnlyList<int> Sizes { get; } = [64, 256, 1024, 4096, 16384];

    private const long Another = 500_000_000;

    public static SketchOutcome Of(ScheduleTraining training, long seed, bool quick, Backend backend, CancellationToken cancellation)
    {
        var options = training.Of(seed, backend, cancellation) with { Checkpoints = 48, Schedule = CheckpointSchedule.Geometric };
        var whole = Recorder.InMemory(options, backend, null, cancellation);
        int[] sizes = [.. Sizes.Where((_, i) => !quick || i % 2 == 0)];
        CheckpointSequence Sketch(int k, long seedOfMatrix) => With(whole, SketchedJacobians.Convert(whole, k, seedOfMatrix, backend), whole.Parameters);
        SketchPoint Point(int k, CheckpointSequence run) => new(k, Claims(run, backend, cancellation));
        return new SketchOutcome(training, seed, Point(0, whole), [.. sizes.Select(k => Point(k, Sketch(k, seed)))],
            Point(sizes[^1], Mixed(Sketch(sizes[^1], seed), Sketch(sizes[^1], seed + Another), whole.Parameters)));
    }

    private static CheckpointSequence With(CheckpointSequence run, IEnumerable<Checkpoint> checkpoints, long? parameters) =>
        new(checkpoints, run.Loss, run.Test, parameters)
    {
        Optimizer = run.Optimizer,
        RunTensors = run.RunTensors,
    };

    // Training outputs by one matrix, test outputs by another: K_QS is then noise, as from a recorder that seeds anew.
    private static CheckpointSequence Mixed(CheckpointSequence train, CheckpointSequence test, long? parameters) => With(train, train.Select((c, k) => c with
    {
        Tensors = c.Tensors.ToDictionary(t => t.Key, t => t.Key == TensorName.J_Q.Name ? test[k].Tensors[t.Key] : t.Value),
    }), parameters);

    private static ClaimResult[] Claims(CheckpointSequence run, Backend backend, CancellationToken cancellation)
    {
        var options = new AnalysisOptions { Backend = backend, Mode = AnalysisMode.Flow, Extent = AnalysisExtent.ClaimsOnly };
        var found = Analyze.Reservoir(run, options, null, cancellation);
        return [.. ((string[])["C1", "C2", "C3", "C4"]).Select(id => found.Claim(id))];
    }
}
