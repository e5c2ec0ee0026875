using KernelFlow.Networks;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Trains a built-in network and records it as a run.</summary>
public static class Recorder
{
    /// <summary>Trains and keeps the checkpoints in memory: a sequence to analyse.</summary>
    /// <param name="options">What to train.</param>
    /// <param name="backend">Dense kernels to train with.</param>
    /// <param name="progress">Told after every checkpoint.</param>
    /// <param name="cancellation">Checked before every step.</param>
    /// <exception cref="ArgumentException">The options make no run.</exception>
    /// <exception cref="NumericalException">Training diverged.</exception>
    public static CheckpointSequence InMemory(RecordingOptions options, Backend backend, IProgress<RecordingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var run = new TrainingRun(options, backend);
        return new CheckpointSequence(run.Checkpoints(0, progress, cancellation), run.Trainer.Loss) { Optimizer = run.Optimizer, RunTensors = run.TargetTensors() };
    }
}
