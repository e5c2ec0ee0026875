namespace KernelFlow.Operators;

/// <summary>The check of N, M and p that every trajectory and every sequence of steps begins with.</summary>
internal static class SizeChecks
{
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static void Require(int trainSize, int testSize, int outputs)
    {
        if (trainSize < 1 || testSize < 0 || outputs < 1 || trainSize % outputs != 0)
            throw new ArgumentException($"Sizes N = {trainSize}, M = {testSize}, p = {outputs} do not fit together.");
    }
}
