namespace KernelFlow;

/// <summary>How far a recording is; reported after every checkpoint.</summary>
/// <param name="Step">Optimizer steps taken.</param>
/// <param name="Steps">Optimizer steps in all.</param>
/// <param name="Checkpoints">Checkpoints reached.</param>
/// <param name="CheckpointCount">Checkpoints in all.</param>
/// <param name="Loss">Training loss Φ_S at this step.</param>
public sealed record RecordingProgress(int Step, int Steps, int Checkpoints, int CheckpointCount, double Loss);
