using KernelFlow.Files;

namespace KernelFlow.Analysis.Diagnosis;

/// <summary>Flow times do not fit steps and rates.</summary>
internal sealed class FlowTimeRule : CauseRule
{
    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        if (!findings.Violated(WellKnownClaims.FlowTime)) yield break;
        yield return new(Evidence.Strong, "Flow times are not the sums of the learning rates of the steps", findings.Words(WellKnownClaims.FlowTime),
            "Set t of each checkpoint to the sum of the learning rates of all steps before it. Where the rate changes (warm-up, decay, cosine), state "
                + "`schedule`; where "
            + "`step` counts epochs or samples, count optimizer steps.");
    }
}

/// <summary>Kernel blocks that no one network can have.</summary>
internal sealed class JointKernelRule : CauseRule
{
    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        bool joint = findings.Violated(WellKnownClaims.JointKernel), inclusion = !findings.HasJacobians && findings.Violated(WellKnownClaims.Inclusion);
        if (!joint && !inclusion) yield break;
        yield return new(Evidence.Strong, "The kernel blocks do not come from one network at one moment",
            string.Join("; ", ((string?[])[joint ? findings.Words(WellKnownClaims.JointKernel) : null,
                inclusion ? findings.Words(WellKnownClaims.Inclusion) : null]).OfType<string>()),
            "Check K_QS: a factor on it, other test rows or another order, another checkpoint or network. Form K_SS, K_QS and K_QQ from the same two "
                + "Jacobians; where "
            + "products were formed in float32 and stored in float64, state product_epsilon.");
    }
}

/// <summary>Adam's preconditioner belongs to another step.</summary>
internal sealed class PreconditionerRule : CauseRule
{
    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        if (!findings.Violated(WellKnownClaims.AdamTiming)) yield break;
        yield return new(Evidence.Strong, "The preconditioner is recorded one step off", findings.Words(WellKnownClaims.AdamTiming),
            "Record at checkpoint k the preconditioner of the step that leaves it, after its gradient entered v; shift the recorded ones by one checkpoint.");
    }
}

/// <summary>The steps have another memory than the optimizer's constants say.</summary>
internal sealed class ConstantsRule : CauseRule
{
    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        if (!findings.Violated(WellKnownClaims.OptimizerConstants)) yield break;
        yield return new(Evidence.Strong, "The optimizer's momentum (or β₁) is not the stated one", findings.Words(WellKnownClaims.OptimizerConstants),
            "State the coefficient that the training had: optimizer.kind = momentum with momentum, nesterov and dampening, or adam with beta1.");
    }
}

/// <summary>No training can have taken steps that large.</summary>
internal sealed class StableStepsRule : CauseRule
{
    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        if (!findings.Violated(WellKnownClaims.StableSteps)) yield break;
        yield return new(Evidence.Strong, "Rates, kernels or the loss are larger than those of the training", findings.Words(WellKnownClaims.StableSteps),
            "Check `reduction` (sum for mean multiplies g and B by n), the factors of the loss (PyTorch's MSELoss averages over outputs too), and that times "
            + "are sums of learning rates and not of steps or samples.");
    }
}

/// <summary>One checkpoint speaks against its neighbours.</summary>
internal sealed class CheckpointRule : CauseRule
{
    // Steps with midpoints are judged so sharply that whatever violates these shows in the midpoints, too.
    private static readonly string[] s_other =
    [
        WellKnownClaims.TrainSteps, WellKnownClaims.TestSteps, WellKnownClaims.TrainScale, WellKnownClaims.TestScale, WellKnownClaims.LeaveOneOut,
        WellKnownClaims.AdamTiming, WellKnownClaims.FlowTime,
    ];

    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        if (findings.Violated(WellKnownClaims.LeaveOneOut))
        {
            string which = findings.CheckpointOf(WellKnownClaims.LeaveOneOut) ?? "one checkpoint";
            yield return new(Evidence.Strong, $"The Jacobian of {which} is not that of its outputs",
                $"without it its two intervals are predicted better than with it ({findings.Words(WellKnownClaims.LeaveOneOut)})",
                "Compute it again from the weights of that step: it may be noise, swapped with another checkpoint, taken one step late, or of other "
                    + "inputs. Leaving "
                + "that checkpoint out lets the rest be analysed.");
        }
        if (!findings.Violated(WellKnownClaims.Midpoints) || s_other.Any(findings.Violated)) yield break;
        yield return new(Evidence.Likely, $"A Jacobian or a midpoint at {findings.IntervalOf(WellKnownClaims.Midpoints) ?? "one step"} is not that of its step",
            $"{findings.Words(WellKnownClaims.Midpoints)}; no other claim about the intervals is violated",
            "J_S_mid and J_Q_mid are the Jacobians at (w_k + w_{k+1})/2 of the step that leaves checkpoint k: check those of that step and the "
            + "Jacobians at its ends. They may be of another step, taken late, noise, or scaled differently from each other.");
    }
}

/// <summary>Intervals that their own kernels do not explain: on one side, or at a few places.</summary>
internal sealed class StepRule : CauseRule
{
    // From this share of the window, or of the intervals, on it is the recording as a whole that fails.
    private const double Whole = 0.5, WholeNumber = 0.4;

    /// <summary>Whether the recording as a whole fails and not a few places of it: most intervals by length, or many by number where a few late ones are nearly
    /// all of the window, or none by itself but the lot of them together; or nobody says how many.</summary>
    public static bool FailsAsAWhole(Findings findings, string id) => !(findings.Figure(id, WellKnownFigures.FailingShare) is > 0 and < Whole)
        || findings.Figure(id, WellKnownFigures.FailingIntervals) >= WholeNumber * findings.Figure(id, WellKnownFigures.Intervals);

    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        const string trainId = WellKnownClaims.TrainSteps, testId = WellKnownClaims.TestSteps;
        bool train = findings.Violated(trainId), test = findings.Violated(testId);
        if (test && !train)
            yield return new(ScaleRule.IsFactor(findings, WellKnownClaims.TestScale, testId) || !findings.Holds(trainId) ? Evidence.Likely : Evidence.Strong,
                "Test outputs and test Jacobians do not belong together", $"{Share(findings, testId)}; {Side(findings, trainId, "training")}",
                "Check the order of test examples in U_Q and J_Q (or K_QS), that both are of the same inputs, network and step, and that both were taken in "
                + "evaluation mode.");
        if (train && !test)
            yield return new(Evidence.Likely, "Training outputs and training Jacobians do not belong together",
                $"{Share(findings, trainId)}; {Side(findings, testId, "test")}",
                "Check the order of training examples in U_S, J_S and y_S, and that outputs and Jacobians were taken in the same mode.");
        bool factor = ScaleRule.IsFactor(findings, WellKnownClaims.TrainScale, trainId) && ScaleRule.IsFactor(findings, WellKnownClaims.TestScale, testId);
        if (train && test && !factor && (!FailsAsAWhole(findings, trainId) || !FailsAsAWhole(findings, testId)))
            yield return new(Evidence.Likely, $"Something is wrong at {findings.IntervalOf(trainId) ?? findings.IntervalOf(testId) ?? "a few intervals"}",
                $"{Share(findings, trainId)}; {Share(findings, testId)}",
                "Check times, steps and outputs of the checkpoints at its ends: one time may be off, two checkpoints swapped, or the rate changed in "
                    + "between (state "
                + "`schedule`). Choosing a window without it (--from, --to) lets the rest be analysed.");
    }

    /// <summary>The claim's words, with how many intervals fail.</summary>
    public static string Share(Findings findings, string id)
    {
        string words = findings.Words(id);
        if (findings.Figure(id, WellKnownFigures.FailingShare) is not { } share) return words;
        string number = findings.Figure(id, WellKnownFigures.FailingIntervals) is { } failing && findings.Figure(id, WellKnownFigures.Intervals) is { } all
                && failing <= all
            ? $"{NumberText.Count((long)failing)} of {NumberText.Count((long)all)} intervals fail, " : "failing intervals are ";
        return $"{words}; {number}{NumberText.Percent(share)} of the window";
    }

    private static string Side(Findings findings, string id, string side) => findings.Holds(id) ? $"the {side} side holds ({id})" : $"{id} says "
        + $"nothing against the {side} side";
}
