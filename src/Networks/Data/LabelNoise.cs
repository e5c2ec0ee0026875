namespace KernelFlow.Networks;

/// <summary>Replaces the targets of randomly chosen training examples.</summary>
internal static class LabelNoise
{
    /// <summary>Each example is chosen with probability <paramref name="noise"/>; its target changes sign (p = 1) or becomes a class drawn uniformly, perhaps the same.</summary>
    /// <returns>Targets with noise, and which examples were chosen.</returns>
    public static (double[] Noisy, bool[] Mask) Apply(double[] clean, int p, double noise, RandomStream random)
    {
        var noisy = (double[])clean.Clone();
        var mask = new bool[clean.Length / p];
        // All of the mask first: who is chosen does not depend on p.
        for (int i = 0; i < mask.Length; i++) mask[i] = random.NextUniform() < noise;
        for (int i = 0; i < mask.Length; i++)
        {
            if (!mask[i]) continue;
            if (p == 1)
            {
                noisy[i] = -clean[i];
                continue;
            }
            noisy.AsSpan(i * p, p).Clear();
            noisy[i * p + random.NextInteger(p)] = 1;
        }
        return (noisy, mask);
    }
}
