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

    /// <summary>The same for checkpoints built in memory by nobody knows which optimizer. What the steps differ from gradient flow is then unknown, and every
    /// claim about recorded data undecided.</summary>
    /// <param name="checkpoints">At least two, with strictly increasing time.</param>
    /// <param name="loss">The training loss with its targets.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Receives stages and fractions.</param>
    /// <param name="cancellation">Honoured within one integration step.</param>
    public static ReservoirAnalysis Reservoir(IEnumerable<Checkpoint> checkpoints, LossModel loss, AnalysisOptions? options = null,
        IProgress<AnalysisProgress>? progress = null, CancellationToken cancellation = default) =>
        Reservoir(new CheckpointSequence(checkpoints, loss), options, progress, cancellation);

    /// <summary>The same for checkpoints built in memory.</summary>
    /// <param name="checkpoints">At least two, with strictly increasing time.</param>
    /// <param name="loss">The training loss with its targets.</param>
    /// <param name="optimizer">What took the steps: <c>new GradientDescent(0.1)</c>, for example.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Receives stages and fractions.</param>
    /// <param name="cancellation">Honoured within one integration step.</param>
    public static ReservoirAnalysis Reservoir(IEnumerable<Checkpoint> checkpoints, LossModel loss, Optimizer optimizer, AnalysisOptions? options = null,
        IProgress<AnalysisProgress>? progress = null, CancellationToken cancellation = default) =>
        Reservoir(new CheckpointSequence(checkpoints, loss, optimizer), options, progress, cancellation);

    /// <summary>Why an analysis with these options forms no matrices of order N (solver matrix-free, or auto where they would not fit); null where it forms
    /// them. It reads nothing but sizes.</summary>
    /// <param name="checkpoints">A run.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <exception cref="ArgumentException">Solver matrix-free was asked for with something that it cannot do.</exception>
    public static string? WithoutMatrices(CheckpointSequence checkpoints, AnalysisOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return Analysis.MatrixFree.SolverChoice.Resolve(checkpoints, options ?? new AnalysisOptions());
    }

    /// <summary>About how many bytes an analysis that forms matrices holds at its worst moment: what <see cref="AnalysisOptions.Memory"/> is compared
    /// with. Rather more than less; mapped files are beside it.</summary>
    /// <param name="checkpoints">A run.</param>
    public static double DenseBytes(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return Analysis.MatrixFree.SolverChoice.DenseBytes(checkpoints);
    }

    /// <summary>The analysis on a thread of its own, for programs with a window or a server that must go on meanwhile.</summary>
    /// <param name="checkpoints">A recorded run, or a sequence built in memory; it must stay open until the task has ended.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="progress">Receives stages and fractions on the thread of the analysis; a <see cref="Progress{T}"/> brings them to where it was made.
    /// </param>
    /// <param name="cancellation">Honoured within one integration step; the task is then cancelled.</param>
    /// <returns>A task that ends with the analysis, or with the exceptions of
    /// <see cref="Reservoir(CheckpointSequence, AnalysisOptions?, IProgress{AnalysisProgress}?, CancellationToken)"/>.</returns>
    public static Task<ReservoirAnalysis> ReservoirAsync(CheckpointSequence checkpoints, AnalysisOptions? options = null,
        IProgress<AnalysisProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return Task.Factory.StartNew(() => Reservoir(checkpoints, options, progress, cancellation), cancellation,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach, TaskScheduler.Default);
    }
}
