namespace KernelFlow.Losses;

/// <summary>The checks of targets: their number and finiteness for every loss, their values for those that allow only some.</summary>
internal static class TargetChecks
{
    // Targets may come from float16 or float32 files, and sums of probabilities are only that accurate.
    private const double Tolerance = 1e-3;

    /// <summary>n, the number of examples that the targets are for.</summary>
    /// <exception cref="ArgumentException">There are no targets, or no outputs.</exception>
    public static int Examples(double[] targets, int outputs)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        return targets.Length / outputs;
    }

    /// <summary>The targets themselves, when there is a positive multiple of p of them and all are finite.</summary>
    public static double[] Stacked(double[] targets, int outputs, string loss)
    {
        if (targets.Length == 0 || targets.Length % outputs != 0)
            throw new InvalidRunException(
                $"{TensorName.y_S}: found {targets.Length} targets for loss {loss}, expected a positive multiple of outputs = {outputs}.");
        for (int i = 0; i < targets.Length; i++)
            if (!double.IsFinite(targets[i]))
                throw new InvalidRunException($"{TensorName.y_S}: found {targets[i]} at index [{i / outputs}, {i % outputs}], expected finite numbers.");
        return targets;
    }

    /// <summary>Each example's targets are probabilities: not negative, and with sum 1 to the accuracy of the files they may come from.</summary>
    public static void Probabilities(ReadOnlySpan<double> targets, int outputs, string name)
    {
        for (int i = 0; i < targets.Length; i += outputs)
        {
            double sum = 0;
            for (int c = 0; c < outputs; c++)
            {
                double y = targets[i + c];
                sum += y;
                if (y < 0)
                    throw new InvalidRunException(FormattableString.Invariant(
                        $"{name}: found {y} at index [{i / outputs}, {c}], expected probabilities (softmax-cross-entropy)."));
            }
            if (Math.Abs(sum - 1) > Tolerance)
                throw new InvalidRunException(FormattableString.Invariant(
                    $"{name}: probabilities of example {i / outputs} sum to {sum}, expected 1 (softmax-cross-entropy)."));
        }
    }

    /// <summary>Every target is −1 or 1.</summary>
    public static void PlusMinusOne(ReadOnlySpan<double> targets, string name)
    {
        for (int i = 0; i < targets.Length; i++)
            if (Math.Abs(targets[i]) != 1)
                throw new InvalidRunException(FormattableString.Invariant($"{name}: found {targets[i]} at index [{i}, 0], expected -1 or 1 (logistic)."));
    }
}
