namespace KernelFlow;

/// <summary>Population risk from one run: what every training example would be predicted had it not trained, along the recorded kernels.</summary>
/// <remarks>
/// Leave-one-out without training again: u′ = −K(t)M_i∇Φ(u) on the recorded K(t), M_i zeroing the block of example i. The weight of the other examples is
/// kept, so "without example i" is the loss Σ_{j≠i}/n over the same time; with 1/(n − 1) the same losses are met at (n − 1)/n of the time. Exact for constant
/// K; otherwise the path that K took has seen the example. For Adam the recorded v̂ has seen it, too. The held-out examples carry the label noise of training.
/// </remarks>
public sealed record PopulationRisk
{
    /// <summary>Times of the checkpoints.</summary>
    public required IReadOnlyList<double> Times { get; init; }

    /// <summary>Φ_LOO(t_k): the mean over examples of the loss of û_i at its own target, per example.</summary>
    public required IReadOnlyList<double> LeaveOneOut { get; init; }

    /// <summary>The first-order form at the times of the checkpoints, Φ(s) − n/(n − 1)·gᵀ(W_S − W_D)g per example, W_D = ∫PᵀK_D P with K_D the blocks of K_SS
    /// on the diagonal by example (no n/(n − 1) where the loss is a sum); or why there is none.</summary>
    /// <remarks>It takes off what examples did for each other and not what each did for itself. It is unbiased at the first step only: later g_i has seen
    /// example i. The factor stands for weights 1/(n − 1), which <see cref="LeaveOneOut"/> does not have.</remarks>
    public Known<IReadOnlyList<double>> FirstOrder { get; init; }

    /// <summary>Per training example: ‖û_i − u_i‖₂ at the end, u_i on the same path with all examples.</summary>
    public required IReadOnlyList<double> Shifts { get; init; }

    /// <summary>‖ΔÛ_S − ΔU_S‖/‖ΔU_S‖ of the same path with all examples against what was recorded: how well the path carries outputs.</summary>
    public required double PathError { get; init; }

    /// <summary>Where the estimate is least.</summary>
    public required StoppingPoint Best { get; init; }

    /// <summary>Where the recorded test loss is least; unknown without one.</summary>
    public required Known<StoppingPoint> BestByTest { get; init; }
}

/// <summary>A checkpoint at which training might have stopped.</summary>
/// <param name="Checkpoint">Its index in the window.</param>
/// <param name="Time">Its time.</param>
/// <param name="TestLoss">The recorded test loss per example there; unknown without y_Q.</param>
public sealed record StoppingPoint(int Checkpoint, double Time, Known<double> TestLoss);
