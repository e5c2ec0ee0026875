namespace KernelFlow.Validation.Calibration;

/// <summary>Recordings made from recordings.</summary>
internal static class Sequences
{
    /// <summary>The same run with other checkpoints.</summary>
    public static CheckpointSequence With(this CheckpointSequence run, IEnumerable<Checkpoint> checkpoints, LossModel? loss = null) =>
        new(checkpoints, loss ?? run.Loss) { Optimizer = run.Optimizer, RunTensors = run.RunTensors, Metadata = run.Metadata };
}
