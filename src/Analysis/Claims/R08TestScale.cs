namespace KernelFlow.Analysis.Claims;

/// <summary>R8: the regression factor of the test outputs is 1.</summary>
internal sealed class R08TestScale() : IntervalScale("R8", "test scale", test: true)
{
    public override string Equation => "a_Q = median of d_kᵀp_k/‖p_k‖² = 1 over the third of intervals with the smallest e_k/‖p_k‖";
}
