namespace KernelFlow;

/// <summary>A checkpoint that something is said of.</summary>
/// <param name="Checkpoint">Its index in the window.</param>
/// <param name="Step">Its step of the optimizer.</param>
/// <param name="Time">Its flow time.</param>
public sealed record MarkedCheckpoint(int Checkpoint, long Step, double Time);
