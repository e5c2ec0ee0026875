using KernelFlow.Analysis.Claims;

namespace KernelFlow.Analysis;

/// <summary>C5 is a statement about operators; what it says about the training depends on whether they predict the recorded test outputs (C4).</summary>
internal static class InclusionQualification
{
    // Beyond it the prediction is no better than that of outputs which do not move at all.
    private const double Useless = 1;

    /// <summary>The qualification of the verdict, from the claim C4 of the same evidence.</summary>
    public static string? Of(ClaimEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return evidence.Inclusion.Verdict == Verdict.Violated ? null
            : OfSketch(evidence.Checkpoints) ?? Of(new C04TestTransfer().Check(evidence), evidence.InconsistentReason);
    }

    // J R Rᵀ Jᵀ has rank k at most: the other directions are a reservoir of the sketch, whatever the training did with them.
    private static string? OfSketch(CheckpointSequence run) =>
        run[0].Find(TensorName.Sketch) is not null && run.HasJacobians && run.Parameters < run.TrainSize
            ? FormattableString.Invariant($"on sketched Jacobians of {run.Parameters} columns for {run.TrainSize} training outputs: ")
                + FormattableString.Invariant($"{run.TrainSize - run.Parameters} directions or more are a reservoir of the sketch, not of the training")
            : null;

    /// <summary>On what operators the inclusion was judged, where they are not known to predict the test outputs; null where they are.</summary>
    /// <param name="prediction">The claim C4.</param>
    /// <param name="inconsistent">Why the recording contradicts itself; null when it does not.</param>
    public static string? Of(ClaimResult prediction, string? inconsistent)
    {
        if (inconsistent is not null) return $"on operators of a recording that contradicts itself ({inconsistent})";
        if (!prediction.RelativeError.TryGet(out double error))
            return $"on operators whose prediction of the test outputs was not tested ({prediction.Reason ?? prediction.RelativeError.Reason})";
        // An unknown part leaves what is known of the others.
        double budget = prediction.Budget is { } parts ? parts.Sum ?? parts.Parts.Sum(p => p.Value.OrDefault(0)) : 0;
        if (!(error <= Useless && budget <= Useless))
            return FormattableString.Invariant($"on operators that do not predict the test outputs (C4: error {error:G3}, budget {budget:G3})");
        return prediction.Verdict == Verdict.Violated
            ? FormattableString.Invariant($"on operators that the recorded test outputs contradict (C4: error {error:G3}, budget {budget:G3})") : null;
    }
}
