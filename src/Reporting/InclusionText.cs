using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting;

/// <summary>The sentences about the inclusion that every report and the command line share.</summary>
public static class InclusionText
{
    /// <summary>The checks behind the inclusion verdict: name, figure, what it says.</summary>
    public static string[][] Checks(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        if (!analysis.KnownInclusion.TryGet(out var inclusion)) return [];
        return
        [
            ["structural", Short(inclusion.Structural.WorstRatio), $"largest ‖G ψ_j‖ / (√(c λ_j) + floor) over all modes (mode "
                + $"{NumberText.Count(inclusion.Structural.WorstMode + 1)}); above 1 is a violation. W_S and G_Q share their {Narrative.Shared(analysis)}: "
                + "with Jacobians this verifies the code, with kernel blocks the recorded kernels, too"],
            .. Sharp(inclusion),
            ["independent", Short(inclusion.Independent.OrNull()?.WorstExcess), inclusion.Independent.TryGet(out var independent)
                ? $"largest excess over the bound with W_S and G_Q from two methods ({independent.Method}, rtol {Short(independent.RelativeTolerance)}); "
                + "0 is none" : inclusion.Independent.Reason!],
            ["empirical, whole g(s)", Short(inclusion.Empirical.RelativeErrorFull.OrNull()), "relative error of the predicted test displacement: with "
                + "Jacobians this and C4 are what the inclusion says about the training"],
            ["empirical, signal part", Short(inclusion.Empirical.RelativeErrorSignalOnly.OrNull()), "the same when the reservoir part of g(s) is left out"],
            ["visibility", inclusion.Visibility is null ? "∞" : Short(inclusion.Visibility),
                $"sup ‖G v‖ / √(vᵀWv), bounded by {Short(inclusion.VisibilityBound)} "
                + $"({(inclusion.BoundFromTestKernel ? "from K_QQ" : "from K_QS K_SS⁺ K_SQ")})"],
        ];
    }

    // The sharp forms of the structural check, where K_QQ allows them.
    private static IEnumerable<string[]> Sharp(InclusionResult inclusion)
    {
        if (inclusion.Structural.WorstRowRatio is { } row)
            yield return ["structural, single outputs", Short(row), $"largest |(G ψ_j)_i| / (√(C_ii λ_j) + floor) over modes and test outputs (output "
                + $"{NumberText.Count(inclusion.Structural.WorstRow)}, mode {NumberText.Count(inclusion.Structural.WorstRowMode + 1)}); above 1 is a "
                + "violation"];
        yield return ["structural, σ", Short(inclusion.Cosine.OrNull()?.Sigma, 4), inclusion.Cosine.TryGet(out var cosine)
            ? $"‖C^(−1/2) G W^(−1/2)‖, the cosine between what trains and what moves the test outputs, known to {Short(cosine.Error)}; above 1 by more "
                + "than that is a violation, whatever the units" : $"cannot be tested: {inclusion.Cosine.Reason}"];
    }

    /// <summary>The inclusion verdict in one sentence; empty where it was not computed.</summary>
    public static string Verdict(ReservoirAnalysis analysis)
    {
        ArgumentNullException.ThrowIfNull(analysis);
        if (!analysis.KnownInclusion.IsKnown) return "";
        var (spectrum, inclusion) = (analysis.Spectrum, analysis.Inclusion);
        string modes = NumberText.Count(spectrum.Dimension);
        string threshold = $"{Narrative.Measure(analysis)} below δ = {Short(spectrum.Threshold)}";
        return inclusion.Verdict switch
        {
            KernelFlow.Verdict.Holds =>
                $"Of {modes} directions of the training gradient{On(spectrum)}, {Narrative.Count(spectrum.ReservoirDimension)} ended in the "
                + $"reservoir ({threshold}), and none of them moves the test outputs by more than its share of training dissipation allows."
                + (!inclusion.Independent.IsKnown ? $" W_S and G_Q share their {Narrative.Shared(analysis)} here, so this checks the code and the kernels; the "
                    + "theory meets the data in the claims that are marked data." : ""),
            KernelFlow.Verdict.Vacuous => $"There is no reservoir to test: all {Narrative.Count(spectrum.SignalDimension)} directions of the training gradient"
                + $"{On(spectrum)} were dissipated (none has {threshold}). The quantitative bound can still be checked: the mode nearest to it reaches "
                + $"{Percent(inclusion.Structural.WorstRatio)} of it.",
            KernelFlow.Verdict.Violated => Violation(inclusion),
            _ when inclusion.OperatorChecks.Any(c => !c.Passed) => "A check of the operators failed: they were not computed right.",
            _ when inclusion.Cosine.OrNull() is { Sigma: > 1 } => "σ exceeds 1, but not by more than its two integrations differ.",
            _ => $"The error budget of at least one reservoir mode is too large to decide ({Narrative.Count(spectrum.ReservoirDimension)} of "
                + $"{modes} modes have {threshold}).",
        };
    }

    /// <summary>" (outputs with zero sum per example)" where the loss is blind to some directions; empty where it sees all.</summary>
    internal static string On(SpectrumResult spectrum) => spectrum.Space == SpectrumResult.AllOutputs ? "" : $" ({spectrum.Space})";

    private static string Violation(InclusionResult inclusion)
    {
        const string cause = "which integration and rounding do not explain: the kernel blocks do not belong to one joint kernel, or the code is wrong.";
        var structural = inclusion.Structural;
        // Written so that what is not a number counts as a violation, as it does in the verdict.
        if (!(structural.WorstRatio <= 1))
            return $"Mode {NumberText.Count(structural.WorstMode + 1)} moves the test outputs {Short(structural.WorstRatio)} times as far as its training "
                + $"dissipation allows, {cause}";
        if (structural.WorstRowRatio is { } row && !(row <= 1))
            return $"Mode {NumberText.Count(structural.WorstRowMode + 1)} moves test output {NumberText.Count(structural.WorstRow)} {Short(row)} times as "
                + $"far as the kernel of that output allows, {cause}";
        if (inclusion.Cosine.OrNull() is { IsViolated: true } cosine)
            return $"The cosine σ between what trains and what moves the test outputs is {Short(cosine.Sigma, 6)}, {cause}";
        return $"A mode moves the test outputs beyond its bound by {Percent(inclusion.Independent.OrNull()?.WorstExcess)} when W_S and "
            + $"G_Q come from two methods ({inclusion.Independent.OrNull()?.Method}).";
    }
}
