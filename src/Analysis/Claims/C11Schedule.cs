using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C11: W_S(s,T) grows with T in the order of positive semidefinite matrices; for B = βI in flow 2βλ_j ∈ [0,1].</summary>
/// <remarks>The number is the largest of −λ_min(W(s,t_{k+1}) − W(s,t_k))/λ_1, −λ_N/λ_1 and 2βλ_1 − 1; at most 0 is 0.</remarks>
internal sealed class C11Schedule() : Claim("C11", "schedule", ClaimKind.Code)
{
    public override string Statement => "The Gramian of a longer window is not smaller in any direction, and no mode dissipates more than all of its energy.";

    public override string Equation => "W_S(s,t_{k+1}) ⪰ W_S(s,t_k); 0 ≤ 2βλ_j ≤ 1 for B = βI in flow";

    public override string Needs => "a W_S that is not zero";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        double first = evidence.Eigenpairs.Values[0];
        if (first <= 0) return NotApplicable("W_S is zero");
        double decrease = 0, negative = 0, above = 0;
        foreach (var point in evidence.Schedule.OverEnd)
        {
            decrease = Math.Max(decrease, -(point.SmallestIncrement ?? 0));
            negative = Math.Max(negative, -point.Eigenvalues[^1] / first);
            above = Math.Max(above, (point.DissipatedFraction?[0] ?? 0) - 1);
        }
        double integration = 2 * evidence.Propagation.Error.W * MatrixNorms.Frobenius(evidence.Propagation.W_S) / first;
        double rounding = evidence.Checkpoints.TrainSize * Math.Max(Tolerances.Epsilon, evidence.Model.Epsilon);
        string fraction = evidence.Model.Fraction.IsKnown ? FormattableString.Invariant($", fractions beyond [0, 1] by at most {Math.Max(above, negative):G2}") : "";
        return JudgeCode(Math.Max(decrease, Math.Max(negative, above)), integration, rounding,
            FormattableString.Invariant($"{evidence.Schedule.OverEnd.Count} windows from s; largest decrease {decrease:G2} of λ_1{fraction}") + evidence.ModesLeftOut);
    }
}
