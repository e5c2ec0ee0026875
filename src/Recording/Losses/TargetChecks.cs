namespace KernelFlow.Losses;

internal static class TargetChecks
{
    // Targets may come from float16 or float32 files: sums of probabilities are only that accurate.
    private const double Tolerance = 1e-3;

    public static double[] Stacked(double[] targets, int outputs, string loss, string name = "y_S")
    {
        if (targets.Length == 0 || targets.Length % outputs != 0)
            throw new InvalidRunException($"{name}: found {targets.Length} targets for loss {loss}, expected a positive multiple of outputs = {outputs}.");
        for (int i = 0; i < targets.Length; i++)
            if (!double.IsFinite(targets[i])) throw new InvalidRunException($"{name}: found {targets[i]} at index [{i / outputs}, {i % outputs}], expected finite numbers.");
        return targets;
    }

    public static double[] Probabilities(double[] targets, int outputs, string name = "y_S")
    {
        for (int i = 0; i < targets.Length; i += outputs)
        {
            double sum = 0;
            for (int c = 0; c < outputs; c++)
            {
                sum += targets[i + c];
                if (targets[i + c] < 0)
                    throw new InvalidRunException(FormattableString.Invariant($"{name}: found {targets[i + c]} at index [{i / outputs}, {c}], expected probabilities (softmax-cross-entropy)."));
            }
            if (Math.Abs(sum - 1) > Tolerance)
                throw new InvalidRunException(FormattableString.Invariant($"{name}: probabilities of example {i / outputs} sum to {sum}, expected 1 (softmax-cross-entropy)."));
        }
        return targets;
    }

    public static double[] PlusMinusOne(double[] targets, string name = "y_S")
    {
        for (int i = 0; i < targets.Length; i++)
            if (Math.Abs(targets[i]) != 1)
                throw new InvalidRunException(FormattableString.Invariant($"{name}: found {targets[i]} at index [{i}, 0], expected -1 or 1 (logistic)."));
        return targets;
    }
}
