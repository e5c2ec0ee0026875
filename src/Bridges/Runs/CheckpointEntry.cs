namespace KernelFlow;

/// <summary>One checkpoint as the manifest lists it.</summary>
/// <param name="File">File name, relative to the run folder.</param>
/// <param name="Step">Optimizer steps taken before it.</param>
/// <param name="Time">Flow time t: the sum of learning rates of the steps taken before it.</param>
public sealed record CheckpointEntry(string File, long Step, double Time)
{
    /// <summary>SHA-256 of the file, in lower-case hexadecimal digits; null when the manifest states none.</summary>
    public string? Sha256 { get; init; }
}
