using KernelFlow.Files;

namespace KernelFlow.Analysis.Diagnosis;

/// <summary>The recorded losses are not those of the recorded outputs.</summary>
internal sealed class LossRule : CauseRule
{
    /// <summary>What to do about a constant factor.</summary>
    public const string Reduction =
        "Compare the loss of the program with the one of the manifest: Φ is the mean over examples of ½‖u − y‖² (squared) or of the cross entropy. "
            + "PyTorch's MSELoss is "
        + "2/p times that (p outputs), its sum n times as much; state reduction = sum where the sum was trained on, or divide rate and loss by the factor.";

    // What is left after a constant factor must be far smaller than the factor's own effect.
    private const double LeftOver = 0.05;

    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        const string id = WellKnownClaims.RecordedLoss;
        if (!findings.Violated(id)) yield break;
        bool moves = findings.Violated(WellKnownClaims.TrainSteps) || findings.Violated(WellKnownClaims.TrainScale);
        if (findings.Figure(id, WellKnownFigures.Factor) is { } factor && findings.Figure(id, WellKnownFigures.AfterFactor) is { } rest
            && rest <= LeftOver * Math.Abs(factor - 1))
        {
            yield return new(Evidence.Strong, "The recorded loss is Φ times a constant: another reduction, or MSELoss",
                $"recorded losses are {NumberText.Short(factor, 4)} times those of the recorded outputs at every checkpoint, to {NumberText.Percent(rest)} "
                + $"({findings.Words(id)})", Reduction);
            yield break;
        }
        yield return moves
            ? new(Evidence.Likely, "The training minimised another loss, or had other labels", $"{findings.Words(id)}; the training outputs do not "
                + "move as the named "
                + "loss would move them", "Check `loss`, the order and the values of y_S, label smoothing, class weights and penalties: y_S are what the "
                + "program was trained on, example by example in the order of the recorded outputs.")
            : new(Evidence.Strong, "The recorded loss is not that of the recorded outputs, though the outputs move as the named loss moves them",
                findings.Words(id), "It may be the loss of a batch, one with a penalty (weight decay, regularisation), of smoothed labels, of another "
                    + "mode (dropout, "
                + "batch norm), or of another step. Record Φ over all training examples at the recorded weights, or leave `loss` out of the checkpoints.");
    }
}
