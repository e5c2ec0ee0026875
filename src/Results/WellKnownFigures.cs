namespace KernelFlow;

/// <summary>The names of numbers in <see cref="ClaimResult.Figures"/> from which likely causes are told; a claim may lack any of them.</summary>
public static class WellKnownFigures
{
    /// <summary>The regression factor of recorded on predicted displacements: 1 where both agree, 1/(1 + x) where the prediction is too large by x.</summary>
    public const string Scale = "scale";

    /// <summary>How far a regression factor may be from 1 on an honest recording.</summary>
    public const string ScaleUncertainty = "scale uncertainty";

    /// <summary>Share of the window's length that lies in intervals which the statistic rejects.</summary>
    public const string FailingShare = "failing share";

    /// <summary>Number of intervals that the statistic rejects.</summary>
    public const string FailingIntervals = "failing intervals";

    /// <summary>Number of intervals that were looked at.</summary>
    public const string Intervals = "intervals";

    /// <summary>Index of the interval with the largest statistic, from 0; interval k lies between the checkpoints k and k + 1.</summary>
    public const string WorstInterval = "worst interval";

    /// <summary>Index of the checkpoint with the largest statistic, from 0.</summary>
    public const string WorstCheckpoint = "worst checkpoint";

    /// <summary>The constant factor that fits a recorded number to the expected one best.</summary>
    public const string Factor = "factor";

    /// <summary>What is left of the difference, relative, when that factor is taken out.</summary>
    public const string AfterFactor = "error after factor";
}
