namespace KernelFlow.Validation.Calibration;

/// <summary>The random choices of one training: SplitMix64, so that a cell and a seed mean the same training under every .NET version.</summary>
internal sealed class StudyDraws
{
    private ulong _state;

    public StudyDraws(long seed, int stream) => _state = unchecked((ulong)seed * 0xD1B54A32D192ED03UL + (ulong)(stream + 1) * 0x8CB92BA72F3D8DD7UL);

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>The logarithm uniform between those of two positive numbers.</summary>
    public double LogUniform(double least, double most) => least * Math.Pow(most / least, Uniform());

    /// <summary>Standard normal.</summary>
    public double Normal() => Math.Sqrt(-2 * Math.Log(1 - Uniform())) * Math.Cos(2 * Math.PI * Uniform());

    /// <summary>One of the values; one that is named twice is twice as likely.</summary>
    public T Pick<T>(params ReadOnlySpan<T> values) => values[(int)(Uniform() * values.Length)];

    /// <summary>Whether something of the given probability happens.</summary>
    public bool Chance(double probability) => Uniform() < probability;

    /// <summary>A permutation of 0 … count − 1 that moves something where there are two or more.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        do
        {
            for (int i = count - 1; i > 0; i--)
            {
                int j = (int)(Uniform() * (i + 1));
                (order[i], order[j]) = (order[j], order[i]);
            }
        }
        while (count > 1 && order.SequenceEqual(Enumerable.Range(0, count)));
        return order;
    }

    private ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
