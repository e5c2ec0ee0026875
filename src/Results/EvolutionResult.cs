namespace KernelFlow;

/// <summary>How far the kernel K_SS moved from its value at s (claim C12).</summary>
public sealed record KernelEvolution
{
    /// <summary>Largest ‖K(t_k) − K(s)‖₂/‖K(s)‖₂ over checkpoints.</summary>
    public required double PeakDrift { get; init; }

    /// <summary>‖K(T) − K(s)‖₂/‖K(s)‖₂.</summary>
    public required double EndDrift { get; init; }

    /// <summary>The same figures per checkpoint.</summary>
    public required IReadOnlyList<KernelEvolutionPoint> Points { get; init; }

    /// <summary>K_SS(s), the kernel at the start of the window; unknown in results of earlier versions.</summary>
    public Known<KernelPortrait> Start { get; init; }

    /// <summary>K_SS(T), the kernel at the end of the window; unknown in results of earlier versions.</summary>
    public Known<KernelPortrait> End { get; init; }
}

/// <summary>The kernel at one checkpoint, relative to K(s).</summary>
/// <param name="Time">The flow time t of the checkpoint.</param>
/// <param name="SpectralDrift">‖K(t) − K(s)‖₂/‖K(s)‖₂.</param>
/// <param name="FrobeniusDrift">‖K(t) − K(s)‖_F/‖K(s)‖_F.</param>
/// <param name="CentredAlignment">Cosine of the centred kernels HKH, in [−1, 1].</param>
/// <param name="Rotation">Largest principal angle, in radians, between the leading eigenspaces of K(t) and K(s).</param>
/// <param name="LargestEigenvalue">λ_max(K(t)), the largest eigenvalue of the training kernel.</param>
public sealed record KernelEvolutionPoint(double Time, double SpectralDrift, double FrobeniusDrift, double CentredAlignment, double Rotation,
    double LargestEigenvalue);

/// <summary>One interval between neighbouring checkpoints.</summary>
/// <param name="From">Flow time of its start.</param>
/// <param name="To">Flow time of its end.</param>
/// <param name="TransportDefect">‖g(t_{k+1}) − P(t_{k+1},t_k) g(t_k)‖₂/‖g(t_k)‖₂: large where checkpoints are too sparse.</param>
/// <param name="Steps">Integration steps taken.</param>
public sealed record IntervalResult(double From, double To, Known<double> TransportDefect, int Steps);
