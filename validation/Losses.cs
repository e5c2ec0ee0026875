namespace KernelFlow.Validation;

/// <summary>Losses over targets that an experiment makes itself.</summary>
internal static class Losses
{
    /// <summary>The loss of a kind with some targets of p outputs each.</summary>
    public static LossModel Of(LossKind kind, double[] targets, int outputs) => kind switch
    {
        LossKind.Squared => LossModel.Squared(targets, outputs),
        LossKind.SoftmaxCrossEntropy => LossModel.SoftmaxCrossEntropy(targets, outputs),
        LossKind.Logistic => LossModel.Logistic(targets),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a loss."),
    };
}
