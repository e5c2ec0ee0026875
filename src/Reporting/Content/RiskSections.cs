using KernelFlow.Files;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Content;

/// <summary>Population risk, visible noise and minimum norm as one table; what is not known is named with its reason.</summary>
internal static class RiskSections
{
    // From this share of the test error on, noise is most of it.
    private const double Most = 0.5;

    /// <summary>The table; null in results that have none of them.</summary>
    public static TableSection? Of(ReservoirAnalysis analysis)
    {
        string[][] rows = [.. Risk(analysis), .. Noise(analysis), .. Norm(analysis), .. Jump(analysis)];
        if (rows.Length == 0) return null;
        string[] facts = [.. new[]
        {
            analysis.PopulationRisk.Reason is { } risk ? $"Population risk is not known: {risk}." : null,
            analysis.VisibleNoise.TryGet(out var visible) ? Verdict(visible) : $"Visible noise is not known: {analysis.VisibleNoise.Reason}.",
            analysis.MinimumNorm.Reason is { } norm ? $"The least energy is not known: {norm}." : null,
            analysis.JumpToEnd.Reason is { } jump ? $"What a jump to the end would have predicted is not known: {jump}." : null,
        }.OfType<string>()];
        return new("What one run says of unseen examples", facts, ["what", "#number", "what it means"], rows);
    }

    private static IEnumerable<string[]> Risk(ReservoirAnalysis analysis)
    {
        if (!analysis.PopulationRisk.TryGet(out var risk)) yield break;
        yield return ["leave-one-out loss at the end", Short(risk.LeaveOneOut[^1], 4), "per example; the others keep their weight 1/n"];
        yield return ["its least value", Short(risk.LeaveOneOut[risk.Best.Checkpoint], 4), $"at t = {Short(risk.Best.Time, 5)}, where training might stop"];
        if (risk.Best.TestLoss.TryGet(out double there) && risk.BestByTest.TryGet(out var best) && best.TestLoss.TryGet(out double least))
            yield return ["test loss there", Short(there, 4), $"least test loss {Short(least, 4)}, at t = {Short(best.Time, 5)}"];
        if (risk.FirstOrder.TryGet(out var first))
            yield return ["first-order form at the end", Short(first[^1], 4),
                "Φ(s) − n/(n−1)·gᵀ(W_S − W_D)g; unbiased at the first step only, since later g_i has seen example i"];
        yield return ["the same path with all examples", Short(risk.PathError), "relative distance from the recorded outputs at the end"];
    }

    private static IEnumerable<string[]> Noise(ReservoirAnalysis analysis)
    {
        if (!analysis.VisibleNoise.TryGet(out var noise)) yield break;
        yield return ["visible noise", Short(noise.MeanSquare, 4), "‖G_Q g_noise‖²/m" + (noise.IsLinearised ? ", linearised: B varies" : "")];
        if (noise.TestError.TryGet(out double error) && noise.TestErrorWithout.TryGet(out double without))
            yield return ["test error, and without the noise", $"{Short(error, 4)}, {Short(without, 4)}", "‖U_Q − y_Q‖²/m along the realised path"];
        if (noise.TestLoss.TryGet(out double loss) && noise.TestLossWithout.TryGet(out double lossWithout))
            yield return ["test loss, and without the noise", $"{Short(loss, 4)}, {Short(lossWithout, 4)}", "per example"];
    }

    private static IEnumerable<string[]> Norm(ReservoirAnalysis analysis)
    {
        if (!analysis.MinimumNorm.TryGet(out var norm)) yield break;
        yield return ["least energy of the displacement", Short(norm.Energy, 4),
            $"ΔUᵀ(∫K)⁺ΔU, rank {Count(norm.Rank)}; the path took gᵀW_S g = {Short(norm.PathEnergy, 4)}"];
        if (norm.TestError.TryGet(out double error))
            yield return ["test displacement by the shortest way", Short(error), "relative distance from the recorded ΔU_Q"];
    }

    private static IEnumerable<string[]> Jump(ReservoirAnalysis analysis)
    {
        if (!analysis.JumpToEnd.TryGet(out var jump)) yield break;
        yield return ["jump to the end with the kernel of the start", Short(jump.TestError[0]), "relative error of the test outputs at T"];
        var wait = jump.FirstWithoutJump;
        if (jump.First.TryGet(out var first))
            yield return [$"first step from which a jump errs by less than {Percent(JumpToEnd.Arrived)}", Count(first.Step),
                $"t = {Short(first.Time, 5)}; without a jump step {Count(wait.Step)}, t = {Short(wait.Time, 5)}"];
    }

    private static string Verdict(VisibleNoise noise)
    {
        if (!noise.TestLoss.TryGet(out double loss) || !noise.TestLossWithout.TryGet(out double without))
            return "How much of the test loss is noise is not known.";
        if (!(loss > 0)) return "The test loss is zero.";
        double share = 1 - without / loss;
        return share >= Most
            ? $"Noise is not benign here: without the part that changed labels carry, the test loss would be {Short(without)} instead of {Short(loss)}."
            : share >= 0 ? $"Changed labels make {Percent(share)} of the test loss along this path."
            : $"Along this path changed labels made the test loss smaller: without their part it would be {Short(without)} instead of {Short(loss)}.";
    }
}
