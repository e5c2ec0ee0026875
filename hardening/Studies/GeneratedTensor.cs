namespace KernelFlow.Hardening.Studies;

/// <summary>Numbers between −½ and ½ that follow from their place, however many: nothing is held.</summary>
internal sealed class GeneratedTensor(string name, long seed, IReadOnlyList<long> shape, StorageType type = StorageType.Float32, bool diagonal = false)
    : TensorSource(name, "generated", shape, type)
{
    /// <inheritdoc/>
    protected override void ReadCore(long first, Span<double> destination)
    {
        long width = diagonal ? Shape[^1] : 0;
        for (int i = 0; i < destination.Length; i++)
        {
            long at = first + i;
            if (!diagonal) destination[i] = Value(at);
            else
            {
                // A symmetric matrix whose diagonal is larger than its rows.
                long row = Math.DivRem(at, width, out long column);
                destination[i] = row == column ? width : Value(Math.Min(row, column) * width + Math.Max(row, column));
            }
        }
    }

    private double Value(long at)
    {
        ulong z = (ulong)(at + (seed << 40)) * 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z ^= z >> 31;
        return (float)((z >> 40) / (double)(1 << 24) - 0.5);
    }
}
