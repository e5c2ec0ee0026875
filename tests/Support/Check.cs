using System.Globalization;
using System.Runtime.CompilerServices;

namespace KernelFlow.Tests;

/// <summary>Assertions on numbers, for every test project. The observed value comes first, then what is expected, then the
/// limit, then words for the message.</summary>
/// <remarks>
/// A failure prints the observed number, the limit, and by how much the one exceeds the other. NaN fails everywhere. With the environment variable
/// KERNELFLOW_TEST_MARGINS each comparison is also written to a file (<see cref="Margins"/>), which shows where a limit is wider than it need be.
/// </remarks>
internal static partial class Check
{
    /// <summary>ε = 2⁻⁵², written down independently of the code under test.</summary>
    public const double Eps = 2.220446049250313e-16;

    /// <summary>Fails unless <paramref name="observed"/> ≤ <paramref name="limit"/>: for errors, defects and whatever else should be small.</summary>
    public static void Small(
        double observed, double limit, string what, [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int line = 0)
    {
        Margins.Note(observed, limit, what, file, member, line);
        if (observed <= limit) return;
        string excess = limit > 0 ? Text($"{observed / limit:G3} times the limit") : Text($"{observed - limit:G3} above the limit");
        Assert.Fail(Text($"{what}: observed {observed:G6}, limit {limit:G6}, {excess}"));
    }

    /// <summary>Fails unless <paramref name="observed"/> ≥ <paramref name="least"/>: for what a test needs in order to show anything.</summary>
    public static void AtLeast(double observed, double least, string what)
    {
        if (!(observed >= least)) Assert.Fail(Text($"{what}: observed {observed:G6}, expected at least {least:G6}, {least - observed:G3} below it"));
    }

    /// <summary>Fails unless <paramref name="observed"/> > 0.</summary>
    public static void Positive(double observed, string what)
    {
        if (!(observed > 0)) Assert.Fail(Text($"{what}: observed {observed:G6}, expected a positive number"));
    }

    /// <summary>Fails unless low ≤ <paramref name="observed"/> ≤ high.</summary>
    public static void Between(double observed, double low, double high, string what)
    {
        if (observed >= low && observed <= high) return;
        string excess = observed < low ? Text($"{low - observed:G3} below the interval") : Text($"{observed - high:G3} above the interval");
        Assert.Fail(Text($"{what}: observed {observed:G6}, expected {low:G6} to {high:G6}, {excess}"));
    }

    /// <summary>|observed − expected| ≤ limit·|expected|: a number to a relative limit. No number (null) fails.</summary>
    public static void Close(
        double? observed, double expected, double limit, string what, [CallerFilePath] string file = "", [CallerMemberName] string member = "",
        [CallerLineNumber] int line = 0)
    {
        if (observed is not { } value) Assert.Fail(Text($"{what}: there is no number, expected {expected:G10}"));
        else Small(Relative(Math.Abs(value - expected), Math.Abs(expected)), limit,
            Text($"{what}: {value:R}, expected {expected:R}; relative difference"), file, member, line);
    }

    /// <summary>‖observed − expected‖₂ ≤ limit·‖expected‖₂.</summary>
    public static void Close(
        IEnumerable<double> observed, IEnumerable<double> expected, double limit, string what,
        [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int line = 0)
    {
        double[] a = [.. observed], b = [.. expected];
        Assert.Equal(b.Length, a.Length);
        double distance = Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum()), size = Math.Sqrt(b.Sum(y => y * y));
        Small(Relative(distance, size), limit, what + ": relative difference", file, member, line);
    }

    /// <summary>max |observed_i − expected_i| ≤ limit·max |expected_i|.</summary>
    public static void CloseEntries(
        IEnumerable<double> observed, IEnumerable<double> expected, double limit, string what,
        [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int line = 0)
    {
        double[] a = [.. observed], b = [.. expected];
        Assert.Equal(b.Length, a.Length);
        double largest = 0, size = 0;
        for (int i = 0; i < a.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(a[i] - b[i])); // NaN stays
            size = Math.Max(size, Math.Abs(b[i]));
        }
        Small(Relative(largest, size), limit, what + ": largest difference relative to the largest entry", file, member, line);
    }

    /// <summary>The same values, however they are ordered and however often each occurs: max |observed − expected| of the sorted values ≤
    /// limit, in the units of the values.</summary>
    public static void SameSpectrum(
        IEnumerable<double> observed, IEnumerable<double> expected, double limit, string what,
        [CallerFilePath] string file = "", [CallerMemberName] string member = "", [CallerLineNumber] int line = 0)
    {
        double[] a = [.. observed.Order()], b = [.. expected.Order()];
        Assert.Equal(b.Length, a.Length);
        double largest = 0;
        for (int i = 0; i < a.Length; i++) largest = Math.Max(largest, Math.Abs(a[i] - b[i]));
        Small(largest, limit, what + ": largest difference of sorted values", file, member, line);
    }

    private static double Relative(double difference, double size) => difference == 0 ? 0 : difference / size;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
