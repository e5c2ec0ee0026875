namespace KernelFlow;

/// <summary>The entry point: from recorded checkpoints to verdicts.</summary>
public static class Analyze
{
    /// <summary>Integrates the gradient propagator along the recorded kernel trajectory, assembles W_S and G_Q and checks the claims of the theory.</summary>
    /// <param name="checkpoints">A recorded run, or a sequence built in memory.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Receives stages and fractions.</param>
    /// <param name="cancellation">Honoured within one integration step.</param>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="Numerics.NumericalException">A computation failed.</exception>
    public static ReservoirAnalysis Reservoir(CheckpointSequence checkpoints, AnalysisOptions? options = null,
        IProgress<AnalysisProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return Analysis.ReservoirPipeline.Run(checkpoints, options ?? new AnalysisOptions(), progress, cancellation);
    }

    /// <summary>The same for checkpoints built in memory.</summary>
    public static ReservoirAnalysis Reservoir(IEnumerable<Checkpoint> checkpoints, LossModel loss, AnalysisOptions? options = null,
        IProgress<AnalysisProgress>? progress = null, CancellationToken cancellation = default) =>
        Reservoir(new CheckpointSequence(checkpoints, loss), options, progress, cancellation);
}
