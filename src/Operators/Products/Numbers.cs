using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Recorded numbers in memory, in single precision where they were stored in no more, from one element of their tensor on.</summary>
/// <param name="Singles">The numbers, where single precision holds them.</param>
/// <param name="Doubles">The numbers, where it does not.</param>
/// <param name="Origin">The element that the first of them is.</param>
internal readonly record struct Numbers(float[]? Singles, double[]? Doubles, long Origin)
{
    public bool IsThere => Singles is not null || Doubles is not null;

    /// <summary>Whether single precision holds the numbers of a tensor: not those that are products of stored ones.</summary>
    public static bool AreSingles(TensorSource tensor) =>
        tensor is not FactoredJacobian && (tensor.Type is StorageType.Float16 or StorageType.BFloat16 or StorageType.Float32);

    /// <summary>Bytes that numbers of a tensor take here.</summary>
    public static long Bytes(TensorSource tensor, long count) => count * (AreSingles(tensor) ? sizeof(float) : sizeof(double));

    /// <summary>target ← factor·numbers.</summary>
    public void Scale(double factor, long from, Span<double> target)
    {
        int at = (int)(from - Origin);
        if (Singles is not null) SingleRoutines.Scale(factor, Singles.AsSpan(at, target.Length), target);
        else if (factor == 1) Doubles.AsSpan(at, target.Length).CopyTo(target);
        else VectorRoutines.Scale(factor, Doubles.AsSpan(at, target.Length), target);
    }

    /// <summary>target ← target + factor·numbers.</summary>
    public void Add(double factor, long from, Span<double> target)
    {
        int at = (int)(from - Origin);
        if (Singles is not null) SingleRoutines.Axpy(factor, Singles.AsSpan(at, target.Length), target);
        else VectorRoutines.Axpy(factor, Doubles.AsSpan(at, target.Length), target);
    }

    /// <summary>target ← Σ_a weight_a·numbers_a for rows of some numbers at a distance, which lie side by side in the target.</summary>
    public static void CombineRows(ReadOnlySpan<double> weights, ReadOnlySpan<Numbers> numbers, long from, int rows, int stride, int width, Span<double> target)
    {
        if (width == stride) (width, stride, rows) = (rows * width, rows * width, 1);
        bool singles = weights.Length is 2 or 3 or 4;
        foreach (var each in numbers) singles &= each.Singles is not null;
        if (singles && weights.Length == 2)
        {
            SingleRoutines.CombineRows(weights[0], numbers[0].SinglesFrom(from), weights[1], numbers[1].SinglesFrom(from), rows, stride, width, target);
            return;
        }
        if (singles)
        {
            // The fourth of three counts for nothing.
            int fourth = weights.Length - 1;
            SingleRoutines.CombineRows([weights[0], weights[1], weights[2], fourth == 3 ? weights[3] : 0], numbers[0].SinglesFrom(from),
                numbers[1].SinglesFrom(from), numbers[2].SinglesFrom(from), numbers[fourth].SinglesFrom(from), rows, stride, width, target);
            return;
        }
        for (int r = 0; r < rows; r++)
        {
            var row = target.Slice(r * width, width);
            long at = from + (long)r * stride;
            numbers[0].Scale(weights[0], at, row);
            for (int a = 1; a < numbers.Length; a++) numbers[a].Add(weights[a], at, row);
        }
    }

    private ReadOnlySpan<float> SinglesFrom(long from) => Singles.AsSpan((int)(from - Origin));
}
