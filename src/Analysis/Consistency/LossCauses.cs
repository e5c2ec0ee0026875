namespace KernelFlow.Analysis.Consistency;

/// <summary>What a recorded loss may be when it is not Φ(U_S): candidates are formed and the first that fits at every checkpoint is named.</summary>
internal static class LossCauses
{
    // A candidate that fits is right to rounding; a wrong one is off by far more than this share.
    private const double Fit = 1e-3;

    /// <summary>The cause in words.</summary>
    public static string Find(CheckpointSequence run, OutputRecord outputs, IReadOnlyList<RecordedLoss> losses)
    {
        foreach (var (words, value) in Candidates(run.Loss, outputs, losses))
            if (losses.Count > 1 && losses.All(l => Math.Abs(l.Recorded - value(l)) <= Math.Max(l.Rounding, Fit * Math.Abs(value(l)))))
                return $"it is {words}";
        double[] differences = [.. losses.Select(l => l.Recorded - l.Derived)];
        if (differences.All(d => d > 0) && differences.Max() <= 2 * differences.Min())
            return "larger by about the same everywhere: it may hold a penalty, such as weight decay";
        if (differences.Any(d => d > 0) && differences.Any(d => d < 0))
            return "sometimes larger, sometimes smaller: it may be the loss of a batch, or of other labels";
        return differences.All(d => d > 0)
            ? "larger everywhere: a penalty, dropout or batch norm in training mode, other labels, or another loss"
            : "it may be that of other labels, another loss, or another number of steps";
    }

    private static IEnumerable<(string Words, Func<RecordedLoss, double> Value)> Candidates(LossModel loss, OutputRecord outputs,
        IReadOnlyList<RecordedLoss> losses)
    {
        double n = loss.Examples, p = loss.Outputs;
        (string Words, double Factor)[] factors =
        [
            loss.IsSum ? ("the mean over examples, where the manifest says sum", 1 / n) : ("the sum over examples, where the manifest says mean", n),
            ("the squared error without the factor 1/2", 2), ("the mean over examples and outputs without the factor 1/2 (PyTorch's MSELoss)", 2 / p),
            ("the mean over outputs, too", 1 / p), ("the sum over examples and outputs without the factor 1/2", 2 * n),
        ];
        foreach (var (words, factor) in factors)
            if (Math.Abs(factor - 1) > Fit) yield return (words, l => factor * l.Derived);
        foreach (var other in Others(loss))
            yield return ($"{other.Kind}, where the manifest says {loss.Kind}", l => other.Value(outputs.TrainOutputs[l.Checkpoint]));
        if (Uniform(loss) is { } uniform)
        {
            double[] shift = [.. losses.Select(l => uniform.Value(outputs.TrainOutputs[l.Checkpoint]) - l.Derived)];
            double smoothing = shift.Zip(losses, (s, l) => s * (l.Recorded - l.Derived)).Sum() / Math.Max(shift.Sum(s => s * s), double.Epsilon);
            if (smoothing > 0 && smoothing < 1)
                yield return (FormattableString.Invariant($"that of labels smoothed by {smoothing:G3}"),
                    l => l.Derived + smoothing * (uniform.Value(outputs.TrainOutputs[l.Checkpoint]) - l.Derived));
        }
        if (losses.Count > 2)
            yield return ("that of the checkpoint before", l => l.Checkpoint == 0 ? l.Recorded : loss.Value(outputs.TrainOutputs[l.Checkpoint - 1]));
    }

    private static IEnumerable<LossModel> Others(LossModel loss)
    {
        double[] targets = loss.Targets.ToArray();
        Func<LossModel>[] makers =
        [
            () => LossModel.Squared(targets, loss.Outputs, loss.IsSum), () => LossModel.SoftmaxCrossEntropy(targets, loss.Outputs, loss.IsSum),
            () => LossModel.Logistic(targets, loss.IsSum),
        ];
        foreach (var make in makers)
            if (Attempt(make) is { } other && other.Kind != loss.Kind && other.Outputs == loss.Outputs && other.Examples == loss.Examples) yield return other;
    }

    // Mixing the labels with equal probabilities is what label smoothing does; the loss is linear in them.
    private static LossModel? Uniform(LossModel loss) => loss.Beta is null && loss.Outputs > 1
        ? Attempt(() => loss.WithTargets([.. Enumerable.Repeat(1.0 / loss.Outputs, loss.Targets.Length)])) : null;

    private static LossModel? Attempt(Func<LossModel> make)
    {
        try
        {
            return make();
        }
        catch (InvalidRunException)
        {
            return null; // The loss does not allow these targets.
        }
    }
}
