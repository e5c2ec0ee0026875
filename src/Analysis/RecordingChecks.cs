using KernelFlow.Analysis.Claims;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>What can be said of a recording before anything is integrated: the claims R1 to R4 and R11, and what it declares to lie outside the
/// theory.</summary>
public static class RecordingChecks
{
    /// <summary>R1 to R4, in the order of the results.</summary>
    internal static IReadOnlyList<RecordingClaim> All { get; } = [new R01RecordedLoss(), new R02FlowTime(), new R03JointKernel(), new R04AdamTiming()];

    /// <summary>R11, after the claims about single intervals.</summary>
    internal static IReadOnlyList<RecordingClaim> Last { get; } = [new R11OptimizerConstants()];

    /// <summary>Checks the recorded losses, flow times, kernel blocks and preconditioners against everything else that was recorded.</summary>
    /// <param name="run">The run, or a window of it.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between checkpoints.</param>
    /// <exception cref="InvalidRunException">The recorded data are not sound.</exception>
    public static IReadOnlyList<ClaimResult> Run(CheckpointSequence run, Backend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(backend);
        var outputs = OutputRecord.Read(run);
        return [.. All.Concat(Last).Select(claim => claim.CheckRecording(run, outputs, backend, cancellation))];
    }

    /// <summary>What of the training lies outside the setting of the theory, by what the run declares; null where nothing does.</summary>
    /// <param name="run">The run.</param>
    public static string? OutsideTheory(CheckpointSequence run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Analysis.Consistency.TheorySetting.Outside(run);
    }
}
