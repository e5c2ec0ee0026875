using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>What a matrix-free analysis tells of the operators, each number with whether it is at least, at most, an estimate, or exact.</summary>
public static class MatrixFreeSections
{
    private const int MostRows = 12;

    /// <summary>What the whole says of itself.</summary>
    public const string Said = "No matrix over the training outputs was formed: of the operators their largest modes are told, and nothing is "
        + "said of the others";

    /// <summary>Name, number, what it means.</summary>
    internal static IEnumerable<(string Name, string Value, string Note)> KeyFigures(MatrixFreeResult r)
    {
        var signal = r.Signal;
        string estimate = signal.Estimate.TryGet(out var e) ? $"; estimate {Short(e.Value)} ({Short(e.Lower)} to {Short(e.Upper)})" : "";
        yield return ("Signal modes", signal.AtLeast == signal.AtMost ? Count(signal.AtLeast) : $"{Count(signal.AtLeast)} to {Count(signal.AtMost)}",
            $"at least and at most, of {Count(r.Dimension)}, at threshold {Short(r.Threshold)} on {Measure(r)}{estimate}");
        yield return ("Leading modes", Count(r.Modes.Count), r.Modes.Count == 0 ? "none"
            : $"λ_1 = {Short(r.Modes[0].Eigenvalue)}; largest residual {Short(r.Modes.Max(m => m.Residual))}");
        yield return ("Stiffness z", Short(r.Sweep.Stiffness), "∫λ_max(BK) dt, at most");
    }

    /// <summary>The sections.</summary>
    internal static IEnumerable<TableSection> All(MatrixFreeResult r)
    {
        yield return new("What is known of the operators without matrices", [$"{Said}."], ["what", "#value", "known", "from"], [.. Facts(r)]);
        int[] shown = r.Modes.Count <= MostRows ? [.. Enumerable.Range(0, r.Modes.Count)]
            : [.. Enumerable.Range(0, MostRows).Select(i => (int)((long)i * (r.Modes.Count - 1) / (MostRows - 1)))];
        yield return new("Leading modes of W_S",
            [$"The largest {Count(r.Modes.Count)} of {Count(r.Dimension)} modes that were found. Of the copies of a repeated eigenvalue: {r.Multiplicity}.",
                "An eigenvalue of W_S lies within the residual of each λ_j; the bounds are at most."],
            ["#mode", "#λ_j", "#residual", $"#{Measure(r)}", "#‖G ψ_j‖", "#bound √(c λ_j)", "#‖P ψ_j − ψ_j‖"],
            [.. shown.Select(j => (j, m: r.Modes[j])).Select(x => (string[])[Count(x.j + 1), Short(x.m.Eigenvalue, 9), Short(x.m.Residual),
                Short(x.m.Measure, 6), Short(x.m.Response), r.ResponseBound.IsKnown ? Short(x.m.Bound) : "–", Short(x.m.Motion)])],
            shown.Length == r.Modes.Count ? null : $"{Count(shown.Length)} of {Count(r.Modes.Count)} rows; all are in tables/leading-modes.csv.");
    }

    /// <summary>Sentences for the terminal.</summary>
    /// <param name="result">What was found.</param>
    public static IReadOnlyList<string> Lines(MatrixFreeResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return [.. Told(result)];
    }

    private static IEnumerable<string> Told(MatrixFreeResult r)
    {
        var signal = r.Signal;
        string estimate = signal.Estimate.TryGet(out var e)
            ? $", estimate {Short(e.Value)} ({Short(100 * e.Confidence)} % of {Short(e.Lower)} to {Short(e.Upper)})" : "";
        yield return $"Signal modes of W_S: at least {Count(signal.AtLeast)}, at most {Count(signal.AtMost)} of {Count(r.Dimension)}{estimate}";
        double? largest = r.Modes.Count == 0 ? null : r.Modes.Max(m => m.Residual), first = r.Modes.Count == 0 ? null : r.Modes[0].Eigenvalue;
        yield return $"Leading modes: {Count(r.Modes.Count)} found, largest residual {Short(largest)} at λ_1 = {Short(first)}; "
            + $"{r.Sweep.Scheme}, {Count(r.Sweep.Steps)} steps, z at most {Short(r.Sweep.Stiffness)}, "
            + $"{Count(r.Sweep.ProductsTaken)} products";
    }

    private static string Measure(MatrixFreeResult r) => r.Beta.IsKnown ? "2βλ_j" : "λ_j/λ_1";

    private static IEnumerable<string[]> Facts(MatrixFreeResult r)
    {
        var (sweep, signal) = (r.Sweep, r.Signal);
        yield return ["signal modes", Count(signal.AtLeast), "at least", "Ritz values less their residuals and the tolerance of the sweep"];
        yield return ["signal modes", Count(signal.AtMost), "at most", signal.AtMostFrom];
        if (signal.Estimate.TryGet(out var e))
            yield return ["signal modes", $"{Short(e.Value)} ({Short(e.Lower)} to {Short(e.Upper)})", "estimate",
                $"stochastic quadrature, {Count(e.Probes)} probes of {Count(e.Steps)} steps, {Short(100 * e.Confidence)} % confidence"];
        else yield return ["signal modes", "–", "no estimate", signal.Estimate.Reason!];
        yield return ["modes of W_S", Count(r.Dimension), "exact", $"the space of the gradients: {r.Space}"];
        yield return ["largest response relative to its bound", Short(r.WorstRatio), "of the modes found", "above 1 would contradict the inclusion"];
        yield return ["c, with ‖G_Q v‖² ≤ c vᵀW_S v", Short(r.ResponseBound.OrNull()), "at most",
            r.ResponseBound.Reason ?? "the diagonal of ∫K_QQ dt by its values at the checkpoints"];
        yield return ["response of any other unit vector", Short(r.ComplementResponse.OrNull()), "at most",
            r.ComplementResponse.Reason ?? "√(c λ), where no λ exceeds 1/(2β) by more than the tolerance"];
        yield return ["z = ∫λ_max(BK) dt", Short(sweep.Stiffness), "at most",
            "the bounds for which the steps were chosen; random starts may miss it with a probability of 1e-8"];
        yield return ["scheme", sweep.Scheme, "exact", $"frozen steps for a tolerance of {Short(sweep.Tolerance)} (an estimate)"];
        yield return ["steps of a sweep", Count(sweep.Steps), "exact", "P, W_S and G are applied along the same ones"];
        yield return ["products with K_SS for a vector", Count(sweep.ProductsPerSweep), "exact", "one way; W_S goes both ways"];
        yield return ["products with K_SS in all", Count(sweep.ProductsTaken), "exact", $"W_S was applied to {Count(sweep.Gramians)} vectors"];
    }
}
