namespace KernelFlow;

/// <summary>Where label noise, the clean signal and the whole training gradient end up: in the signal channel or in the reservoir (theory, claim
/// C13).</summary>
public sealed record NoisePlacement
{
    /// <summary>How the gradient was divided: "clean targets" (g(s) with clean labels, and the rest) or "noise mask" (blocks of unmarked and of marked
    /// examples).</summary>
    public required string Division { get; init; }

    /// <summary>Training examples whose label was changed.</summary>
    public required int NoisyExamples { get; init; }

    /// <summary>Windows [s, t_k], in order of t_k; the last one ends at T.</summary>
    public required IReadOnlyList<NoisePoint> Points { get; init; }
}

/// <summary>Where the noise, the clean signal and the gradient lie in one window.</summary>
/// <param name="Time">t_k, the flow time at which the window ends.</param>
/// <param name="Noise">Where the part of g(s) lies that the changed labels make.</param>
/// <param name="Clean">Where the part lies that is there without them.</param>
/// <param name="Gradient">Where g(s) itself lies.</param>
public sealed record NoisePoint(double Time, Placement Noise, Placement Clean, Placement Gradient)
{
    /// <summary>How far the test outputs move because of the noise, per unit of it, beside how far they move per unit of the clean signal: (‖G_Q v‖/‖v‖ of
    /// the noise) / (the same of the clean signal). Null where either was not computed or is zero below the line.</summary>
    public double? RelativeResponse => Noise.Response / Clean.Response is { } ratio && double.IsFinite(ratio) ? ratio : null;
}

/// <summary>Where a vector v lies.</summary>
/// <param name="SignalShare">‖Π_signal v‖²/‖v‖²: modes of W_S(s,t_k) not below the threshold.</param>
/// <param name="ReservoirShare">1 − <paramref name="SignalShare"/>.</param>
/// <param name="Dissipated">2β vᵀW_Sv/‖v‖², the share of its energy that is gone; null unless B = βI and the mode is flow.</param>
public sealed record Placement(double SignalShare, double ReservoirShare, double? Dissipated)
{
    /// <summary>‖v‖; null in results of a version that did not compute it.</summary>
    public double? Size { get; init; }

    /// <summary>‖G_Q(t_k,s)v‖, how far v moves the test outputs in the window; null in results of a version that did not compute it.</summary>
    public double? TestMovement { get; init; }

    /// <summary>‖G_Q(t_k,s)v‖/‖v‖, the response of the test outputs to a unit of v; null where v is zero or it was not computed.</summary>
    public double? Response => Size > 0 ? TestMovement / Size : null;
}
