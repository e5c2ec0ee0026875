namespace KernelFlow.Analysis.Diagnosis;

/// <summary>Training and test outputs move in most intervals as the named loss and optimizer would not move them: what trainings do that recordings do not
/// say.</summary>
internal sealed class WholeRecordingRule : CauseRule
{
    private const string Declare = "State what the training did, in run.json, and record every step with midpoints to see the rest: ";

    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        const string train = WellKnownClaims.TrainSteps, test = WellKnownClaims.TestSteps;
        if (findings.OutsideTheory is not null || !findings.Violated(train) || findings.Holds(test) || !StepRule.FailsAsAWhole(findings, train)) yield break;
        string evidence = StepRule.Share(findings, train) + (findings.Violated(test) ? $"; {StepRule.Share(findings, test)}" : "");
        // One factor on both sides is all that is wrong; a loss that does not fit is a better account of the same claims.
        if (ScaleRule.IsFactor(findings, WellKnownClaims.TrainScale, train)) yield break;
        bool explained = findings.Violated(WellKnownClaims.RecordedLoss) || findings.Violated(WellKnownClaims.AdamTiming);
        const string same = "the same intervals fail (" + train + ", " + test + ")";
        var weight = explained ? Evidence.Possible : Evidence.Likely;
        yield return new(weight, "Outputs and Jacobians were not taken in the mode of the training: batch norm in training mode, dropout, "
            + "augmentation", evidence,
            "The theory has one network for training, outputs and Jacobians. " + Declare + "`setting`: [\"batch-norm\"], [\"dropout\"]; or train in "
                + "evaluation mode.");
        yield return new(weight, "The optimizer does more than the run says: gradient clipping, weight decay, momentum, minibatches", same,
            Declare + "`setting`: [\"clipping\"]; optimizer `weightDecay` (and `decoupled`), `momentum`, `nesterov`, `dampening`, and the batch of "
                + "each step.");
        yield return new(Evidence.Possible, "Jacobians of another step than the outputs (taken late, or after the update), or without some of the parameters",
            same,
            "Take U and J of a checkpoint at the same weights, before or after the optimizer's step alike, and t and `step` with them; compare D with the "
            + "number of trained parameters.");
        yield return new(Evidence.Possible, "Wrong loss, labels or training rows", same,
            "Check `loss` and its reduction, y_S, and that U_S, J_S and y_S have the examples in one order; record `loss` at every checkpoint, which tells "
            + "most of these apart.");
    }
}

/// <summary>Data claims are violated and nothing speaks against the recording.</summary>
internal sealed class UnexplainedRule : CauseRule
{
    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        ClaimResult[] violated = [.. findings.Data.Where(c => c.Verdict == Verdict.Violated)];
        if (violated.Length == 0 || findings.Contradictions.Any() || findings.OutsideTheory is not null) yield break;
        int tested = findings.Claims.Count(c => c is { Kind: ClaimKind.Consistency, Verdict: Verdict.Holds });
        yield return new(Evidence.Possible, "An error that no interval shows by itself adds up over the window, or the theory fails here",
            $"{string.Join(", ", violated.Select(c => $"{c.Id} {c.Name}"))} violated; "
            + (tested == 0 ? "no claim about the recording applies" : $"{tested} claims about the recording hold"),
            findings.EveryStep && findings.Descent is { Quadrature: DescentQuadrature.Midpoint }
                ? "Every step was recorded with midpoints, so little is left to estimate: check targets and loss first, then compare with a recording "
                    + "in float64."
                : "Record every step with midpoints: then nothing between checkpoints is estimated, and what remains is the recording or the theory.");
    }
}
