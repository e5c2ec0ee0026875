using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>How well two lists of numbers rise and fall together.</summary>
public static class Correlation
{
    /// <summary>Pearson's correlation; null when one side is constant or there are fewer than two values.</summary>
    /// <param name="a">The numbers of one side.</param>
    /// <param name="b">Those of the other, as many.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static double? Pearson(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"There are {a.Length} numbers on one side and {b.Length} on the other.", nameof(b));
        if (a.Length < 2) return null;
        double meanA = VectorKernels.Sum(a) / a.Length, meanB = VectorKernels.Sum(b) / b.Length, ab = 0, aa = 0, bb = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ab += (a[i] - meanA) * (b[i] - meanB);
            aa += (a[i] - meanA) * (a[i] - meanA);
            bb += (b[i] - meanB) * (b[i] - meanB);
        }
        return aa > 0 && bb > 0 ? ab / Math.Sqrt(aa * bb) : null;
    }
}
