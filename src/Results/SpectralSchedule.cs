namespace KernelFlow;

/// <summary>How the spectrum of W_S builds up: the modes that training takes up first, and those it leaves (theory, claim C11).</summary>
public sealed record SpectralSchedule
{
    /// <summary>The spectrum of W_S(s, t_k) at chosen checkpoints t_k, in order of time; the last one is T.</summary>
    public required IReadOnlyList<SchedulePoint> OverEnd { get; init; }

    /// <summary>The spectrum of W_S(t_k, T) at chosen checkpoints t_k, in order of time, the first one s; unknown unless asked for.</summary>
    public Known<IReadOnlyList<SchedulePoint>> OverStart { get; init; }
}

/// <summary>The spectrum of one window.</summary>
/// <param name="Time">t_k, the flow time at which the window ends.</param>
/// <param name="Eigenvalues">λ_j, descending.</param>
/// <param name="DissipatedFraction">2βλ_j; null unless B = βI and the mode is flow.</param>
/// <param name="SignalDimension">Modes whose 2βλ_j, or λ_j/λ_1 of the same window, is not below the threshold.</param>
/// <param name="EffectiveRank">The effective rank (Σλ)²/Σλ² of the window.</param>
/// <param name="SmallestIncrement">λ_min of what the window gained over its predecessor, relative to λ_1 of the whole window; 0 or more but for errors,
/// null where there is no predecessor.</param>
public sealed record SchedulePoint(double Time, IReadOnlyList<double> Eigenvalues, IReadOnlyList<double>? DissipatedFraction, int SignalDimension,
    double EffectiveRank, double? SmallestIncrement);
