namespace KernelFlow;

/// <summary>The largest run that an analysis can take: it holds matrices over all stacked outputs, and each is one array.</summary>
public static class DenseLimit
{
    /// <summary>The largest N + M: a matrix of this order fits into one array, one of the next order does not.</summary>
    public const int Order = 46_340;

    /// <summary>Why a run is too large to be analysed, with the limit and the way out; null when it is not.</summary>
    /// <param name="checkpoints">The run.</param>
    public static string? Obstacle(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        long n = checkpoints.TrainSize, m = checkpoints.TestSize;
        if (n + m <= Order) return null;
        return FormattableString.Invariant($"N + M = {n} + {m} stacked outputs (examples x outputs per example) are more than the {Order} ")
            + "whose matrices fit into one array: record fewer examples or outputs, or analyse it without matrices, --solver matrix-free (docs/matrix-free.md)";
    }

    /// <summary>Refuses a run that is too large.</summary>
    /// <param name="checkpoints">The run.</param>
    /// <exception cref="InvalidRunException">It is too large; the message names the limit and the way out.</exception>
    public static void Require(CheckpointSequence checkpoints)
    {
        if (Obstacle(checkpoints) is { } obstacle) throw new InvalidRunException($"{checkpoints.Name ?? "the run"}: too large to be analysed: {obstacle}.");
    }
}
