using System.Globalization;

namespace KernelFlow.Analysis.Tests.Support;

/// <summary>Assertions that print the observed number.</summary>
internal static class Check
{
    public static void AtMost(double limit, double observed, string what) =>
        Assert.True(observed <= limit, string.Create(CultureInfo.InvariantCulture, $"{what}: observed {observed:G4}, allowed {limit:G4}"));

    public static void Within(double low, double high, double observed, string what) =>
        Assert.True(observed >= low && observed <= high,
            string.Create(CultureInfo.InvariantCulture, $"{what}: observed {observed:G6}, expected {low:G6} to {high:G6}"));

    /// <summary>|observed − expected| ≤ tolerance·|expected|.</summary>
    public static void Near(double expected, double? observed, double tolerance, string what)
    {
        Assert.True(observed.HasValue, $"{what}: no number");
        double error = Math.Abs(observed.Value - expected) / Math.Abs(expected);
        Assert.True(error <= tolerance,
            string.Create(CultureInfo.InvariantCulture,
            $"{what}: observed {observed:G10}, expected {expected:G10}, relative error {error:G3} of {tolerance:G3}"));
    }
}
