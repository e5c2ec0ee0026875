using KernelFlow.Numerics;
using KernelFlow.Spectral;

namespace KernelFlow.Analysis.Claims;

/// <summary>C11: W_S(s,T) grows with T in the order of positive semidefinite matrices; for B = βI in flow 2βλ_j ∈ [0,1].</summary>
/// <remarks>The number is the largest of −λ_min(W(s,t_{k+1}) − W(s,t_k))/λ_1, −λ_N/λ_1 and 2βλ_1 − 1; at most 0 is 0.</remarks>
internal sealed class C11Schedule() : Claim("C11", "schedule", ClaimKind.Code)
{
    private const int LanczosSteps = 80; // the lower end of a Gramian, to the accuracy of a check

    public override string Statement => "The Gramian of a longer window is not smaller in any direction, and no mode dissipates more than all of its energy.";

    public override string Equation => "W_S(s,t_{k+1}) ⪰ W_S(s,t_k); 0 ≤ 2βλ_j ≤ 1 for B = βI in flow";

    public override string Needs => "a W_S that is not zero, and as many modes as tell the dimensions of every window";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        double first = evidence.Eigenpairs.Values[0];
        if (first <= 0) return NotApplicable("W_S is zero");
        if (!evidence.Schedule.TryGet(out var schedule)) return NotApplicable(evidence.Schedule.Reason!);
        double decrease = 0, negative = Negative(evidence, first), above = 0;
        foreach (var point in schedule.OverEnd)
        {
            decrease = Math.Max(decrease, -(point.SmallestIncrement ?? 0));
            if (evidence.HasAllModes) negative = Math.Max(negative, -point.Eigenvalues[^1] / first);
            above = Math.Max(above, (point.DissipatedFraction?[0] ?? 0) - 1);
        }
        double integration = 2 * evidence.Propagation.Error.W * MatrixNorms.Frobenius(evidence.Propagation.W_S) / first;
        double rounding = evidence.Checkpoints.TrainSize * Math.Max(Tolerances.Epsilon, evidence.Model.Epsilon) * Math.Max(1, evidence.GramianNorm / first);
        string fraction = evidence.Model.Fraction.IsKnown
            ? FormattableString.Invariant($", fractions beyond [0, 1] by at most {Math.Max(above, negative):G2}") : "";
        return JudgeCode(Math.Max(decrease, Math.Max(negative, above)), integration, rounding,
            FormattableString.Invariant($"{schedule.OverEnd.Count} windows from s; largest decrease {decrease:G2} of λ_1{fraction}") + evidence.ModesLeftOut);
    }

    // −λ_N/λ_1 of the whole window where λ_N was not computed: the parts add up to it.
    private static double Negative(ClaimEvidence evidence, double first) => evidence.HasAllModes
        ? 0
        : Math.Max(0, -ShortLanczos.Run(evidence.Outputs.GradientSpace.RestrictSymmetric(evidence.Propagation.W_S), LanczosSteps, evidence.Backend,
            Seeds.From(0, evidence.Options.Seed)).Values[0] / first);
}
