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
        if (weights.Length == 2 && numbers[0].Singles is { } first && numbers[1].Singles is { } second)
        {
            SingleRoutines.CombineRows(weights[0], first.AsSpan((int)(from - numbers[0].Origin)), weights[1], second.AsSpan((int)(from - numbers[1].Origin)),
                rows, stride, width, target);
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
}
