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
/// <param name="Budget">What interpolation and rounding explain in the two intervals.</param>
internal readonly record struct LeftOutSide(double Recorded, double With, double Without, double Budget)
{
    // Without J_k the prediction must at least be near the record, otherwise its error says nothing about J_k.
    private const double LargestError = 0.3;

    /// <summary>Whether the error without J_k is small enough to compare with.</summary>
    public bool Informative => double.IsFinite(With) && double.IsFinite(Without) && double.IsFinite(Budget) && Without < LargestError * Recorded;

    /// <summary>ρ, the error with J_k over that without it or over the budget, whichever is larger; 0 where it says nothing.</summary>
    public double Ratio => !Informative || With == 0 ? 0 : With / Math.Max(Without, Budget);
}
