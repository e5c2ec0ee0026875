namespace KernelFlow.Analysis.Claims;

/// <summary>R5: the training outputs move in each interval as predicted from its start.</summary>
internal sealed class R05TrainSteps() : IntervalSteps("R5", "train steps", test: false)
{
    public override string Equation => "s_k = ‖d_k − p_k‖ / e_k, d_k = U_S(t_{k+1}) − U_S(t_k), p_k from U_S(t_k) by u ← u − η J̄ J_Sᵀ ∇Φ(u), e_k its error";
}
