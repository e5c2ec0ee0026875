using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C6: λ_j = ∫‖J_Sᵀ P ψ_j‖² dτ for eigenpairs of W_S, the integral by a second carry.</summary>
/// <remarks>The number is the largest |∫‖J_Sᵀ P ψ_j‖² − λ_j|/λ_1 over eight modes spread over the spectrum. In descent it is the sum Σ η_k‖J_S,kᵀ P_k
/// ψ_j‖². Where eigenvalues are equal to rounding, ψ_j is the projection of a given vector on their space, which is the same in every basis of it.</remarks>
internal sealed class C06Reachability() : Claim("C6", "reachability", ClaimKind.Code)
{
    public override string Statement =>
        "An eigenvalue of the Gramian is the energy that its own mode dissipates when it is carried through the window by other means.";

    public override string Equation => "λ_j = ∫‖J_Sᵀ P(τ,s) ψ_j‖² dτ";

    public override string Needs => "a window whose parts have propagators of their own, and a W_S that is not zero";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        if (!evidence.SecondCarry.TryGet(out var carry)) return NotApplicable(evidence.SecondCarry.Reason!);
        double first = evidence.Eigenpairs.Values[0];
        if (first <= 0) return NotApplicable("W_S is zero: there is nothing to reach");
        double defect = 0;
        int worst = 0;
        for (int j = 0; j < carry.Modes.Count; j++)
        {
            double d = Math.Abs(carry.Result.Dissipated[j, j] - carry.Energies[j]) / first;
            if (d <= defect) continue;
            (defect, worst) = (d, carry.Modes[j]);
            if (double.IsNaN(d)) break;
        }
        double integration = (evidence.Propagation.Error.W * MatrixNorms.Frobenius(evidence.Propagation.W_S) + carry.Result.Error.W) / first;
        return JudgeCode(defect, integration, evidence.ArithmeticRounding * Math.Max(1, evidence.GramianNorm / first),
            FormattableString.Invariant($"{carry.Modes.Count} modes against {carry.Result.How}; largest at mode {worst + 1}") + evidence.ModesLeftOut,
            evidence.Truncation?.Bound.W_S.Spectral / first);
    }
}
