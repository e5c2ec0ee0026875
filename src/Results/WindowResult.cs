namespace KernelFlow;

/// <summary>A window inside the one that was analysed, composed of the same intervals: what it dissipates, which modes are its reservoir, and how far its
/// predictions are from the recording.</summary>
/// <param name="From">s, the flow time at which it begins.</param>
/// <param name="To">T, the flow time at which it ends.</param>
public sealed record WindowResult(double From, double To)
{
    /// <summary>Index of the checkpoint at which it begins, counted in the window that was analysed.</summary>
    public required int FirstCheckpoint { get; init; }

    /// <summary>Index of the checkpoint at which it ends.</summary>
    public required int LastCheckpoint { get; init; }

    /// <summary>Integration steps in its intervals, or recorded steps in descent mode.</summary>
    public required int Steps { get; init; }

    /// <summary>The largest estimated relative error of its P, W_S, G_S and G_Q; 0 in descent mode, where nothing is integrated.</summary>
    public required double IntegrationError { get; init; }

    /// <summary>λ_1 of W_S.</summary>
    public required double LargestEigenvalue { get; init; }

    /// <summary>2βλ_1; unknown unless B = βI and the mode is flow.</summary>
    public Known<double> LargestFraction { get; init; }

    /// <summary>Modes at or above the threshold.</summary>
    public Known<int> SignalDimension { get; init; }

    /// <summary>Modes below it.</summary>
    public Known<int> ReservoirDimension { get; init; }

    /// <summary>(Σλ)²/Σλ².</summary>
    public required double EffectiveRank { get; init; }

    /// <summary>Check 1 of the inclusion alone: whether every mode moves the test outputs by no more than what it dissipates allows.</summary>
    public required Verdict Inclusion { get; init; }

    /// <summary>The largest ‖G_Qψ_j‖/(√(cλ_j) + floor) of all modes; above 1 is a violation.</summary>
    public required double WorstRatio { get; init; }

    /// <summary>|predicted − recorded| loss change, relative to the recorded one (as C1).</summary>
    public Known<double> Dissipation { get; init; }

    /// <summary>The largest ‖P(t_k,s)g(s) − g(t_k)‖/‖g(s)‖ over its checkpoints (as C2).</summary>
    public Known<double> Transport { get; init; }

    /// <summary>‖predicted − recorded‖ displacement of the training outputs, relative to the recorded one (as C3).</summary>
    public Known<double> TrainTransfer { get; init; }

    /// <summary>The same for the test outputs (as C4).</summary>
    public Known<double> TestTransfer { get; init; }

    /// <summary>C1 to C4 of the window with budget and verdict, as an analysis of the window alone judges them; empty in results of earlier versions.</summary>
    public IReadOnlyList<ClaimResult> Claims { get; init; } = [];
}
