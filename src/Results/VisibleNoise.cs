namespace KernelFlow;

/// <summary>The part of the test error that changed labels carry along the recorded path: U_Q(T) − y_Q = [U_Q(s) − G_Q g_clean − y_Q] − G_Q g_noise.</summary>
/// <remarks>
/// Of the realised path, not the difference to a training on clean labels: K(t) itself depends on the noise. For squared loss the division is exact where K is
/// constant or J̄ is, otherwise up to the error of C4; for other losses B(t) is that of the recorded outputs, so it is a linearisation.
/// </remarks>
public sealed record VisibleNoise
{
    /// <summary>What told which part of g(s) is noise.</summary>
    public required string Division { get; init; }

    /// <summary>‖G_Q g_noise‖²/m: mean square, per test example, of how far noise moved the test outputs.</summary>
    public required double MeanSquare { get; init; }

    /// <summary>‖U_Q(T) − y_Q‖²/m; unknown without y_Q, and where outputs and targets are not the same quantity.</summary>
    public required Known<double> TestError { get; init; }

    /// <summary>‖U_Q(T) + G_Q g_noise − y_Q‖²/m: the same without the visible noise.</summary>
    public required Known<double> TestErrorWithout { get; init; }

    /// <summary>The test loss per example at U_Q(T); unknown without y_Q or a formula.</summary>
    public required Known<double> TestLoss { get; init; }

    /// <summary>The test loss per example at U_Q(T) + G_Q g_noise.</summary>
    public required Known<double> TestLossWithout { get; init; }

    /// <summary>Whether B(t) varies with the outputs, so that the division is a linearisation.</summary>
    public required bool IsLinearised { get; init; }
}
