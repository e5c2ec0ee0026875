namespace KernelFlow.Analysis.Claims;

/// <summary>R7: the regression factor of the training outputs is 1.</summary>
internal sealed class R07TrainScale() : IntervalScale("R7", "train scale", test: false)
{
    public override string Equation => "a_S = median of d_kᵀp_k/‖p_k‖² = 1 over the third of intervals with the smallest e_k/‖p_k‖";
}
