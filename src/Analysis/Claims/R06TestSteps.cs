namespace KernelFlow.Analysis.Claims;

/// <summary>R6: the test outputs move in each interval as predicted from its start.</summary>
internal sealed class R06TestSteps() : IntervalSteps("R6", "test steps", test: true)
{
    public override string Equation => "s_k = ‖d_k − p_k‖ / e_k, d_k = U_Q(t_{k+1}) − U_Q(t_k), p_k from U_S(t_k) by u ← u − η J̄ J_Sᵀ ∇Φ(u), e_k its error";
}
