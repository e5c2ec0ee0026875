using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C6: λ_j = ∫‖J_Sᵀ P ψ_j‖² dτ for eigenpairs of W_S, the integral by another method on its own grid; tests the code.</summary>
/// <remarks>The number is the largest |∫‖J_Sᵀ P ψ_j‖² − λ_j|/λ_1 over eight modes spread over the spectrum. In descent the sum Σ η_k‖J_S,kᵀ P_k ψ_j‖², by the recursion of vectors.</remarks>
internal static class Reachability
{
    public static ClaimResult Check(ClaimContext c)
    {
        const string id = "C6", name = "reachability";
        if (c.Replay is not { } replay) return DataClaim.NotApplicable(id, name, c.NoReplayReason!);
        double first = c.Pairs.Values[0];
        if (first <= 0) return DataClaim.NotApplicable(id, name, "W_S is zero: there is nothing to reach");
        double defect = 0;
        int worst = 0;
        for (int j = 0; j < replay.Modes.Count; j++)
        {
            double d = Math.Abs(replay.Result.Dissipated[j, j] - c.Pairs.Values[replay.Modes[j]]) / first;
            if (d <= defect) continue;
            (defect, worst) = (d, replay.Modes[j]);
            if (double.IsNaN(d)) break;
        }
        double integration = (c.Propagation.Error.W * MatrixNorms.Frobenius(c.Propagation.W_S) + replay.Result.Error.W) / first;
        return CodeClaim.Judge(id, name, defect, integration, c.ArithmeticRounding,
            FormattableString.Invariant($"{replay.Modes.Count} modes against {replay.Result.How}; largest at mode {worst + 1}"));
    }
}
