using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Seeded;

/// <summary>A mean over independent repetitions with its 95 % interval by Student's distribution.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="HalfWidth">Half of the interval; infinite for a single repetition.</param>
internal readonly record struct MeanInterval(double Mean, double HalfWidth)
{
    // 97.5 % quantiles for 1 to 30 degrees of freedom.
    private static readonly double[] s_student = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042];

    /// <summary>Lower end.</summary>
    public double Low => Mean - HalfWidth;

    /// <summary>Upper end.</summary>
    public double High => Mean + HalfWidth;

    /// <summary>Of some numbers.</summary>
    public static MeanInterval Of(IReadOnlyList<double> numbers)
    {
        int n = numbers.Count;
        if (n == 0) return new(double.NaN, double.PositiveInfinity);
        double mean = numbers.Average();
        if (n == 1) return new(mean, double.PositiveInfinity);
        double deviation = Math.Sqrt(numbers.Sum(x => (x - mean) * (x - mean)) / (n - 1));
        return new(mean, (n - 1 <= s_student.Length ? s_student[n - 2] : 1.96) * deviation / Math.Sqrt(n));
    }

    /// <summary>"0.502 (0.49 to 0.513)".</summary>
    public override string ToString() => double.IsFinite(HalfWidth) ? $"{Short(Mean)} ({Short(Low)} to {Short(High)})" : $"{Short(Mean)} (one run)";
}
