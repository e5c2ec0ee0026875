using KernelFlow.Files;

namespace KernelFlow.Analysis.Diagnosis;

/// <summary>Recorded movements are a constant multiple of the predicted ones: which side has the factor says what is off.</summary>
internal sealed class ScaleRule : CauseRule
{
    // Two factors count as one when they differ by less than this share of their distance from 1.
    private const double SameShare = 0.25;

    // What no rounding of a rate or a unit makes, and what a missing momentum of 0.25 or more does.
    private const double Momentum = 1.3;

    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        bool train = IsFactor(findings, WellKnownClaims.TrainScale, WellKnownClaims.TrainSteps);
        bool test = IsFactor(findings, WellKnownClaims.TestScale, WellKnownClaims.TestSteps);
        double? trainScale = Scale(findings, WellKnownClaims.TrainScale), testScale = Scale(findings, WellKnownClaims.TestScale);
        if (!train && !test) yield break;
        // The side that is not violated may share the factor where its limit is wider, but not where something else is wrong with it.
        bool other = train && test || (train ? !findings.Violated(WellKnownClaims.TestScale) : !findings.Violated(WellKnownClaims.TrainScale));
        if (other && trainScale is { } s && testScale is { } q && Math.Abs(s - q) <= SameShare * Math.Max(Math.Abs(s - 1), Math.Abs(q - 1)))
        {
            yield return Rate(findings, s, q);
            if (s > Momentum && q > Momentum && findings.Optimizer is null or { IsPlainDescent: true })
                yield return new(Evidence.Possible, "Momentum that the run does not name",
                    $"training and test outputs move {NumberText.Short(s)} and {NumberText.Short(q)} times as far as predicted; momentum μ makes that "
                        + "1/(1 − μ) in "
                    + "the long run", "State optimizer.kind = momentum with its coefficient, and record every step from step 0.");
        }
        else if (train && test)
            yield return new(Evidence.Likely, "The Jacobians of both sides do not fit the outputs", Both(findings, trainScale, testScale),
                "Factors above 1 mean that parameters are missing from the Jacobians (biases, norms, embeddings), factors below 1 that there are too "
                    + "many or that they "
                + "are scaled. Compare D with the number of trained parameters, and take J at the same weights and in the same mode (evaluation) as "
                + "the outputs.");
        else if (test)
            yield return new(Evidence.Strong, "The test Jacobians do not fit the test outputs", Both(findings, trainScale, testScale),
                "Check J_Q (or K_QS): a factor on it, Jacobians of another network or of other inputs, another mode (training instead of evaluation), "
                    + "or parameters "
                + "that are missing on the test side. The training side agrees, so rates, times and loss are not to blame.");
        else
            yield return new(Evidence.Strong, "The training Jacobians do not fit the training outputs", Both(findings, trainScale, testScale),
                "Check J_S (or K_SS): a factor on it, another mode (training instead of evaluation), or parameters that are missing on the training side.");
    }

    /// <summary>Whether a factor is off, and nothing else on its side is.</summary>
    public static bool IsFactor(Findings findings, string scale, string steps) => findings.Violated(scale) && findings.FactorExplains(scale, steps);

    private static Suspicion Rate(Findings findings, double train, double test)
    {
        double factor = 2 / (train + test);
        string off = factor > 1 ? $"too large by {NumberText.Percent(factor - 1)}" : $"too small by {NumberText.Percent(1 - factor)}";
        string evidence = Both(findings, train, test);
        // A loss that is off by the same factor makes the gradient, and with it every movement, off by that factor too.
        if (findings.Figure(WellKnownClaims.RecordedLoss, WellKnownFigures.Factor) is { } loss && findings.Violated(WellKnownClaims.RecordedLoss)
            && Math.Abs(loss - (train + test) / 2) <= SameShare * Math.Abs(loss - 1))
            return new(Evidence.Strong, "The loss of the training is the named one times a constant",
                $"{evidence}; recorded losses are {NumberText.Short(loss, 4)} times those of the recorded outputs", LossRule.Reduction);
        string times = findings.Holds(WellKnownClaims.FlowTime) ? "; flow times agree with learningRate, so both share the factor or the loss has it" : "";
        return new(Evidence.Strong, $"Flow times, learning rate or the scale of the loss are off by one factor: {off}", evidence + times,
            "Compare learningRate and t with the optimizer: t is the sum of the learning rates of the steps taken, with warm-up and schedule (state "
                + "`schedule`). "
            + "Compare the reduction of the loss: a mean over outputs or a missing 1/2 multiplies every gradient. "
            + (factor < 1 ? "Parameters that are missing from both Jacobians (biases, say) make every prediction too small as well: compare D." : ""));
    }

    private static double? Scale(Findings findings, string id) => findings.Figure(id, WellKnownFigures.Scale);

    private static string Both(Findings findings, double? train, double? test)
    {
        string Side(string id, string what, double? scale) => scale is { } a
            ? $"{what} outputs move {NumberText.Short(a, 4)} times as far as their intervals predict ({id} {Word(findings.Claim(id)!.Verdict)})"
            : findings.Claim(id) is { } claim ? $"{id} {Word(claim.Verdict)}" : "";
        return string.Join(", ", ((string[])[Side(WellKnownClaims.TrainScale, "training", train), Side(WellKnownClaims.TestScale, "test", test)])
            .Where(side => side.Length > 0));
    }

    private static string Word(Verdict verdict) => verdict == Verdict.NotApplicable ? "not applicable" : verdict.ToString().ToLowerInvariant();
}
