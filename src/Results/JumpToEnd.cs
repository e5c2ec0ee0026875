namespace KernelFlow;

/// <summary>What freezing the kernel at a checkpoint and jumping to the end of the window would have predicted: how early the kernel of the end is
/// there.</summary>
/// <remarks>
/// From checkpoint k on the outputs follow u′ = −K_SS(t_k)∇Φ(u), u_Q′ = −K_QS(t_k)∇Φ(u) to T: for squared loss in closed form, otherwise integrated; where
/// the recorded steps are followed, by as many of them with the same rates. Errors are ‖u − U(T)‖₂/‖U(T) − U(s)‖₂, of test and of training outputs. For a
/// kernel that does not move every jump is exact.
/// </remarks>
public sealed record JumpToEnd
{
    /// <summary>The error below which a jump counts as having arrived.</summary>
    public const double Arrived = 0.1;

    /// <summary>"flow", or "steps" where the recorded steps are followed.</summary>
    public required string Path { get; init; }

    /// <summary>Indices in the window of the checkpoints that were jumped from, ascending: all but the last, or a subset of them.</summary>
    public required IReadOnlyList<int> Checkpoints { get; init; }

    /// <summary>Their flow times.</summary>
    public required IReadOnlyList<double> Times { get; init; }

    /// <summary>Relative error of the test outputs after the jump to T.</summary>
    public required IReadOnlyList<double> TestError { get; init; }

    /// <summary>Relative error of the training outputs after the jump to T.</summary>
    public required IReadOnlyList<double> TrainError { get; init; }

    /// <summary>The same of the test outputs for a jump to infinity, U_Q − K_QSK_SS⁺(U_S − y) at t_k, against U_Q(T); squared loss only.</summary>
    public required Known<IReadOnlyList<double>> TestErrorToInfinity { get; init; }

    /// <summary>The same of the training outputs, U_S − K_SSK_SS⁺(U_S − y), against U_S(T).</summary>
    public required Known<IReadOnlyList<double>> TrainErrorToInfinity { get; init; }

    /// <summary>‖U_Q(t_k) − U_Q(T)‖₂/‖U_Q(T) − U_Q(s)‖₂: the error without a jump.</summary>
    public required IReadOnlyList<double> TestErrorOfWaiting { get; init; }

    /// <summary>The first checkpoint from which the test outputs arrive (<see cref="Arrived"/>), among those that were jumped from.</summary>
    public required Known<MarkedCheckpoint> First { get; init; }

    /// <summary>The first of all checkpoints at which the test outputs are that near to the end by themselves.</summary>
    public required MarkedCheckpoint FirstWithoutJump { get; init; }
}
