namespace KernelFlow.Analysis.Consistency;

/// <summary>Two neighbouring intervals predicted with the Jacobian of the checkpoint between them and without it.</summary>
/// <param name="Checkpoint">k, the index of that checkpoint.</param>
/// <param name="Train">The training outputs.</param>
/// <param name="Test">The test outputs.</param>
internal sealed record LeftOutCheckpoint(int Checkpoint, LeftOutSide Train, LeftOutSide Test);

/// <summary>The two errors for the training or the test outputs.</summary>
/// <param name="Recorded">‖d‖, the recorded displacement over both intervals.</param>
/// <param name="With">The error with J_k.</param>
/// <param name="Without">The error without J_k.</param>
internal readonly record struct LeftOutSide(double Recorded, double With, double Without)
{
    // Without J_k the prediction must at least be near the record, otherwise its error says nothing about J_k.
    private const double LargestError = 0.3;

    // An error of less than this with J_k speaks for J_k whatever the error without it.
    private const double SmallestError = 0.03;

    /// <summary>ρ, the error with J_k over that without it or over the budget, whichever is larger; null where it says nothing.</summary>
    /// <param name="budget">What interpolation and rounding explain in the two intervals.</param>
    public double? Ratio(double budget) => double.IsFinite(With) && double.IsFinite(Without) && double.IsFinite(budget) && Without < LargestError * Recorded
        ? With <= SmallestError * Recorded ? 0 : With / Math.Max(Without, budget) : null;
}
