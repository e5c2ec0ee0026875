namespace KernelFlow.Validation.Calibration;

/// <summary>Recordings made from recordings.</summary>
internal static class Sequences
{
    /// <summary>The same run with other checkpoints, and another loss, optimizer or schedule where one is given.</summary>
    public static CheckpointSequence With(this CheckpointSequence run, IEnumerable<Checkpoint> checkpoints, LossModel? loss = null,
        Optimizer? optimizer = null, RateSchedule? schedule = null) => new(checkpoints, loss ?? run.Loss)
    {
        Optimizer = optimizer ?? run.Optimizer,
        UnknownConstants = run.UnknownConstants,
        Schedule = schedule ?? run.Schedule,
        Setting = run.Setting,
        RunTensors = run.RunTensors,
        Metadata = run.Metadata,
    };
}
