using KernelFlow.Files;
using KernelFlow.Networks;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>What to do with a folder that already holds something.</summary>
public enum ExistingRun
{
    /// <summary>Start a new recording; an earlier recording by this tool is replaced, a folder with anything else is refused.</summary>
    New,

    /// <summary>Start a new recording also in a folder that holds other files, which stay; only files of the names that the recording writes are
    /// replaced.</summary>
    Overwrite,

    /// <summary>Continue an interrupted recording with the same options; start one when there is none, or none of its checkpoints was completed.</summary>
    Resume,
}

/// <summary>Trains a built-in network and records it as a run.</summary>
/// <remarks>
/// Everything follows from the options (data, weights and batches from the seed), so a recording can be repeated and an interrupted one resumed: training is
/// computed again from the start, without the Jacobians of checkpoints that are there already, and the files are exactly those of an uninterrupted recording.
/// That holds for one backend; another one gives another rounding, which resuming notices and refuses. An adaptive schedule is found by training once
/// without recording; the manifest has what it found from the beginning, and resuming takes it from there.
/// </remarks>
public static class Recorder
{
    /// <summary>Trains and writes a run folder; it opens with all completed checkpoints at any moment, also after a kill.</summary>
    /// <param name="options">What to train and record.</param>
    /// <param name="folder">The run folder; created when absent.</param>
    /// <param name="backend">The dense linear algebra to train with.</param>
    /// <param name="mode">What to do with a folder that already holds something.</param>
    /// <param name="progress">Told after every checkpoint.</param>
    /// <param name="cancellation">Checked before every step; completed checkpoints stay.</param>
    /// <exception cref="ArgumentException">The options make no run.</exception>
    /// <exception cref="NumericalException">Training diverged; completed checkpoints stay.</exception>
    /// <exception cref="InvalidRunException">Resuming: the folder holds another run, or one that this backend does not reproduce.</exception>
    /// <exception cref="FolderInUseException">Another process records into the folder.</exception>
    /// <exception cref="IOException">The folder holds something this tool did not write, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <returns>How many checkpoints the run has.</returns>
    public static int Record(
        RecordingOptions options, string folder, Backend backend, ExistingRun mode = ExistingRun.New,
        IProgress<RecordingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var run = new TrainingRun(options, backend);
        using var writer = Open(run, options, folder, mode, cancellation);
        int done = writer.Checkpoints.Count;
        int count = run.Marks(cancellation).Steps.Count;
        if (done == count) return count;
        // The last one there is computed once more, to see that this is the same path.
        int first = Math.Max(0, done - 1), index = first;
        foreach (var checkpoint in run.Checkpoints(first, progress, cancellation))
        {
            if (index++ < done) RequireSame(checkpoint, Path.Combine(folder, writer.Checkpoints[^1].File));
            else writer.Append(checkpoint.Time, checkpoint.Step, checkpoint.Tensors.Values);
        }
        return count;
    }

    /// <summary>Trains and keeps the checkpoints in memory: what <see cref="Record"/> writes, as a sequence to analyse. Jacobians are kept as factors only with
    /// <see cref="FactorRecording.Always"/>.</summary>
    /// <param name="options">What to train and record.</param>
    /// <param name="backend">The dense linear algebra to train with.</param>
    /// <param name="progress">Told after every checkpoint.</param>
    /// <param name="cancellation">Checked before every step.</param>
    /// <exception cref="ArgumentException">The options make no run.</exception>
    /// <exception cref="NumericalException">Training diverged.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static CheckpointSequence InMemory(RecordingOptions options, Backend backend, IProgress<RecordingProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var run = new TrainingRun(options.Factors == FactorRecording.Always ? options : options with { Factors = FactorRecording.Never }, backend);
        return new CheckpointSequence(run.Checkpoints(0, progress, cancellation), run.Trainer.Loss)
        {
            Optimizer = run.Trainer.Optimizer,
            RunTensors = run.RunTensors.ToDictionary(t => t.Name),
            Metadata = RunMetadata.Of(options, run.Network, run.Marks(cancellation)),
        };
    }

    private static RunWriter Open(TrainingRun run, RecordingOptions options, string folder, ExistingRun mode, CancellationToken cancellation)
    {
        var there = mode == ExistingRun.Resume ? EarlierRecordings.Find(folder, options) : EarlierRecording.None;
        if (there == EarlierRecording.Begun)
        {
            var resumed = RunWriter.Resume(folder, cancellation: cancellation);
            try
            {
                // Once more: now that the folder is locked nobody replaces the manifest.
                _ = EarlierRecordings.Find(folder, options);
                if (options.Schedule == CheckpointSchedule.Adaptive) run.Take(EarlierRecordings.Marks(folder, options.Steps));
                return resumed;
            }
            catch
            {
                resumed.Dispose();
                throw;
            }
        }
        return RunWriter.Create(folder, new RunDescription(run.Trainer.Loss, run.Data.Test)
        {
            Parameters = options.Kernels ? null : run.Network.Parameters,
            Layers = run.Layers,
            Optimizer = run.Trainer.Optimizer,
            Targets = run.RunTensors,
            Metadata = RunMetadata.Of(options, run.Network, run.Marks(cancellation)),
        }, mode == ExistingRun.Overwrite || there == EarlierRecording.CutOff);
    }

    private static void RequireSame(Checkpoint computed, string file)
    {
        using var recorded = SafetensorsFile.Open(file);
        foreach (string name in (string[])[TensorName.U_S, TensorName.U_Q])
        {
            double[] there = recorded[name].ReadAll(), here = computed[name].ReadAll();
            if (there.AsSpan().SequenceEqual(here)) continue;
            double difference = there.Zip(here).Max(pair => Math.Abs(pair.First - pair.Second));
            throw new InvalidRunException(FormattableString.Invariant(
                $"{file}: {name}: the training computed again differs by {difference:e1} from what was recorded; resume with the backend and thread ")
                + "count of the recording, or record anew.");
        }
    }
}
