using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>C11: W_S(s,T) grows with T in the order of positive semidefinite matrices; for B = βI in flow 2βλ_j ∈ [0,1]; tests the code.</summary>
/// <remarks>The number is the largest of −λ_min(W(s,t_{k+1}) − W(s,t_k))/λ_1, −λ_N/λ_1 and 2βλ_1 − 1; at most 0 is 0.</remarks>
internal static class ScheduleGrowth
{
    public static ClaimResult Check(ClaimContext c, SpectralSchedule schedule)
    {
        const string id = "C11", name = "schedule";
        double first = c.Pairs.Values[0];
        if (first <= 0) return DataClaim.NotApplicable(id, name, "W_S is zero");
        double decrease = 0, negative = 0, above = 0;
        foreach (var point in schedule.OverEnd)
        {
            decrease = Math.Max(decrease, -(point.SmallestIncrement ?? 0));
            negative = Math.Max(negative, -point.Eigenvalues[^1] / first);
            above = Math.Max(above, (point.DissipatedFraction?[0] ?? 0) - 1);
        }
        double integration = 2 * c.Propagation.Error.W * MatrixNorms.Frobenius(c.Propagation.W_S) / first;
        string fraction = c.Model.Beta is null ? "" : FormattableString.Invariant($", fractions beyond [0, 1] by at most {Math.Max(above, negative):G2}");
        return CodeClaim.Judge(id, name, Math.Max(decrease, Math.Max(negative, above)), integration, c.Pairs.Values.Count * Math.Max(Tolerances.Epsilon, c.Model.Epsilon),
            FormattableString.Invariant($"{schedule.OverEnd.Count} windows from s; largest decrease {decrease:G2} of λ_1{fraction}"));
    }
}
