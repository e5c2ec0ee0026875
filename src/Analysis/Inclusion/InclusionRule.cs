namespace KernelFlow.Analysis;

/// <summary>The verdict of theory, section 5: the first that applies of Violated, Undecided, Vacuous, Holds.</summary>
internal static class InclusionRule
{
    // A reservoir mode whose response cannot be told from zero better than this share of √(c_h λ_1) leaves the verdict open.
    public const double Resolution = 1e-6;

    /// <summary>The verdict at a threshold, with its reason.</summary>
    public static (Verdict Verdict, string? Reason) Judge(InclusionEvidence e, double threshold)
    {
        if (Violation(e) is { } violation) return (Verdict.Violated, violation);
        if (e.FailedCheck is { } check)
            return (Verdict.Undecided, FormattableString.Invariant(
                $"the operator check '{check.Name}' failed (defect {check.Defect:G3}, limit {check.Limit:G3}): the operators themselves are wrong, which ")
                + "nothing about the run can mend");
        if (HangsOnIntegration(e))
            return (Verdict.Undecided, FormattableString.Invariant($"σ = {e.Cosine!.Sigma:G6} exceeds 1, but not by more than its two integrations differ, ")
                + FormattableString.Invariant($"{e.Cosine.Integration:G3}; a smaller rtol would shrink that"));
        int reservoir = e.Modes.Count(m => m.Measure < threshold);
        if (reservoir == 0 && e.LeftOut > 0)
            return (Verdict.Undecided, FormattableString.Invariant(
                $"none of the {e.Modes.Count} modes that were computed is below the threshold {threshold:G6}; the other {e.LeftOut} were not computed"));
        if (reservoir == 0) return (Verdict.Vacuous, FormattableString.Invariant($"no mode below the threshold {threshold:G6}"));
        if (e.IndependentFailure is { } failure) return (Verdict.Undecided, $"the integration error of the reservoir modes is unknown: {failure}");
        for (int j = 0; j < e.Modes.Count; j++)
            if (e.Modes[j].Measure < threshold && IsOpen(e, j)) return (Verdict.Undecided, Open(e, j));
        return (Verdict.Holds, e.LeftOut > 0
            ? FormattableString.Invariant($"of the {e.Modes.Count} largest modes; the other {e.LeftOut} were not computed") : null);
    }

    /// <summary>By how much the differences δ_W and δ_G of the reservoir modes must shrink for the verdict to be decided: 1 when it is, null when rounding
    /// alone leaves it open.</summary>
    public static double? Shrink(InclusionEvidence e, double threshold)
    {
        double least = 1;
        if (Violation(e) is not null || e.FailedCheck is not null) return least;
        if (HangsOnIntegration(e)) least = Math.Max(0.5 * (e.Cosine!.Sigma - 1 - e.CosineArithmetic) / e.Cosine.Integration, 1e-3);
        for (int j = 0; j < e.Modes.Count; j++)
        {
            var mode = e.Modes[j];
            if (!(mode.Measure < threshold) || !IsOpen(e, j)) continue;
            // floor + √(cN·ε·λ_1) + x·δ_G + √(x·c·δ_W) ≤ allowed holds with half of what is left for each of the last two.
            double left = 0.5 * (Allowed(e, mode) - e.Floor - Math.Sqrt(e.Constant * e.Noise));
            if (!(left > 0)) return null;
            double g = left / (mode.ResponseDifference ?? 0), w = left * left / (e.Constant * (mode.DissipationDifference ?? 0));
            least = Math.Min(least, Math.Min(g, w));
        }
        return least;
    }

    private static string? Violation(InclusionEvidence e)
    {
        if (e.Modes.Count == 0) return null;
        var worst = e.Modes[e.WorstStructural];
        // The comparison is written so that a NaN cannot pass.
        if (!(worst.Ratio <= 1))
            return FormattableString.Invariant($"mode {e.WorstStructural + 1} (λ = {worst.Eigenvalue:G3}) moves the test outputs by {worst.Response:G3}, ")
                + FormattableString.Invariant($"its bound is {worst.Bound + worst.Floor:G3}");
        if (e.Modes[e.WorstRow].RowRatio is { } row && !(row <= 1))
            return FormattableString.Invariant($"mode {e.WorstRow + 1} (λ = {e.Modes[e.WorstRow].Eigenvalue:G3}) moves a single test output {row:G3} times ")
                + "as far as the kernel of that output allows";
        if (e.Cosine is { IsViolated: true } cosine)
            return FormattableString.Invariant($"σ = ‖C^(-1/2) G_Q W_S^(-1/2)‖ is {cosine.Sigma:G6}, above 1 by more than its error {cosine.Error:G3}: ")
                + "K_SS, K_QS and K_QQ are not blocks of one joint kernel";
        int j = e.WorstIndependent;
        if (e.IndependentResponses is null || e.Excess(j) <= 0) return null;
        return FormattableString.Invariant(
            $"with W_S and G_Q from two methods mode {j + 1} (λ = {e.Modes[j].Eigenvalue:G3}) moves the test outputs by {e.IndependentResponses[j]:G3}, its ")
            + FormattableString.Invariant($"bound is {e.Modes[j].IndependentBound:G3}");
    }

    // σ exceeds 1 by more than its own arithmetic, and the rest of its error alone keeps that from being a violation.
    private static bool HangsOnIntegration(InclusionEvidence e) => e.Cosine is { IsViolated: false } c && c.Sigma > 1 + e.CosineArithmetic;

    // An eigenvalue at or below rounding is a true kernel: its own bound does not count.
    private static double Allowed(InclusionEvidence e, ModeVisibility mode) =>
        Math.Max(Resolution * Math.Sqrt(e.Constant * e.First), mode.Eigenvalue > e.Noise ? Math.Sqrt(e.Constant * mode.Eigenvalue) : 0);

    private static double Unresolved(InclusionEvidence e, ModeVisibility mode) =>
        e.Floor + (mode.ResponseDifference ?? 0) + Math.Sqrt(e.Constant * ((mode.DissipationDifference ?? 0) + e.Noise));

    private static bool IsOpen(InclusionEvidence e, int j) => !(Unresolved(e, e.Modes[j]) <= Allowed(e, e.Modes[j]));

    private static string Open(InclusionEvidence e, int j)
    {
        var mode = e.Modes[j];
        double noise = Math.Sqrt(e.Constant * e.Noise), response = mode.ResponseDifference ?? 0,
            dissipation = Math.Sqrt(e.Constant * (mode.DissipationDifference ?? 0));
        if (e.Floor + noise >= Math.Max(response, dissipation) && e.Truncated > 0.5 * (e.Floor + noise))
            return FormattableString.Invariant($"the reduction of the range hides reservoir mode {j + 1}: what it may change, {e.Truncated:G3}, exceeds what ")
                + FormattableString.Invariant($"the mode may show, {Allowed(e, mode):G3}; a larger range, or none, would shrink it");
        if (e.Floor + noise >= Math.Max(response, dissipation))
            return FormattableString.Invariant($"rounding (floor {e.Floor:G3}, √(c·N·ε·λ₁) {noise:G3}) hides reservoir mode {j + 1}; ")
                + "kernels or Jacobians stored in a wider type would shrink it";
        string term = response >= dissipation
            ? FormattableString.Invariant($"the difference of its response between two methods, δ_G = {response:G3},")
            : FormattableString.Invariant($"the difference of its dissipation between two methods, √(c·δ_W) = {dissipation:G3},");
        return FormattableString.Invariant($"integration hides reservoir mode {j + 1}: {term} exceeds what the mode may show, {Allowed(e, mode):G3}; a ")
            + "smaller rtol would shrink it";
    }
}
