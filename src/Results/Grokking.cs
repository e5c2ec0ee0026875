namespace KernelFlow;

/// <summary>What the clean signal did after the training examples were fitted: generalisation that comes late.</summary>
/// <remarks>
/// g_clean is the gradient at s by the clean labels; all of it moves along the recorded path. ‖G_Q(t,s)g_clean‖ is how far it has moved the test outputs at t.
/// A run in which the test outputs learn long after the training outputs gains most of that after t*, where training accuracy reaches <see cref="Level"/>.
/// </remarks>
public sealed record Grokking
{
    /// <summary>The training accuracy from which on the training examples count as fitted.</summary>
    public const double Level = 0.99;

    /// <summary>t*: the first checkpoint at which training accuracy is not below <see cref="Level"/>.</summary>
    public required MarkedCheckpoint Fitted { get; init; }

    /// <summary>‖G_Q(t*,s)g_clean‖₂, in units of the outputs.</summary>
    public required double MovementThen { get; init; }

    /// <summary>‖G_Q(T,s)g_clean‖₂.</summary>
    public required double MovementAtEnd { get; init; }

    /// <summary>‖(G_Q(T,s) − G_Q(t*,s))g_clean‖₂: what was gained after t*.</summary>
    public required double Gained { get; init; }

    /// <summary>Test accuracy at t*; unknown without y_Q.</summary>
    public required Known<double> TestAccuracyThen { get; init; }

    /// <summary>Test accuracy at T.</summary>
    public required Known<double> TestAccuracyAtEnd { get; init; }

    /// <summary>Where g_clean lies in windows [s, t], in order of t; t* is one of them.</summary>
    public required IReadOnlyList<CleanPoint> Points { get; init; }
}

/// <summary>Where the clean signal lies in one window [s, t].</summary>
/// <param name="Time">t.</param>
/// <param name="SignalShare">‖Π_signal g_clean‖²/‖g_clean‖², modes of W_S(s,t) not below the threshold; the rest is in the reservoir.</param>
/// <param name="Dissipated">2β g_cleanᵀW_S g_clean/‖g_clean‖², the share of its energy that is gone; null unless B = βI and the mode is flow.</param>
/// <param name="TestMovement">‖G_Q(t,s)g_clean‖₂.</param>
public sealed record CleanPoint(double Time, double SignalShare, double? Dissipated, double TestMovement);
