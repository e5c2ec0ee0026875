using System.CommandLine;
using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>The options of <c>record --schedule adaptive</c>.</summary>
internal static class AdaptiveOptions
{
    private const string None = "none";

    /// <summary>Adds them to those of a recording.</summary>
    /// <returns>The options.</returns>
    public static IReadOnlyList<Option> AddTo(List<(Option Option, Func<RecordingOptions, ParseResult, RecordingOptions> Apply)> settings,
        AdaptiveSchedule d)
    {
        int first = settings.Count;
        void Set<T>(Option<T?> option, Func<AdaptiveSchedule, T, AdaptiveSchedule> set) where T : struct =>
            settings.Add((option, (o, parsed) => parsed.GetValue(option) is { } value ? o with { Adaptive = set(o.Adaptive, value) } : o));
        // A tolerance that is not a number leaves its test out: NaN stands for the word none between here and there.
        void Tolerance(string name, string what, double? byDefault, Func<AdaptiveSchedule, double?, AdaptiveSchedule> set) =>
            Set(Numbers.RealOr(None, name, $"Adaptive schedule: record when {what} by more than this; {None} leaves the test out. Default: {Text(byDefault)}.",
                x => x > 0, "positive"),
                (a, v) => set(a, double.IsNaN(v) ? null : v));
        Tolerance("--linearity", "outputs leave the straight line of the last checkpoint's Jacobian", d.Linearity, (a, v) => a with { Linearity = v });
        Tolerance("--gradient", "the loss's output gradient changed", d.Gradient, (a, v) => a with { Gradient = v });
        Tolerance("--kernel", "the kernel changed", d.Kernel, (a, v) => a with { Kernel = v });
        Set(Numbers.Whole("--test-every", $"Adaptive schedule: steps from test to test. Default: {Text(d.Every)}.", 1), (a, v) => a with { Every = v });
        Set(Numbers.Whole("--probes", $"Adaptive schedule: training and test examples that are looked at, each. Default: {Text(d.Probes)}.", 1),
            (a, v) => a with { Probes = v });
        Set(Numbers.Whole("--vectors", $"Adaptive schedule: vectors that the kernel is applied to. Default: {Text(d.Vectors)}.", 1),
            (a, v) => a with { Vectors = v });
        Set(Numbers.Whole("--max-gap", "Adaptive schedule: most steps between checkpoints. Default: any number.", 1), (a, v) => a with { MaxGap = v });
        Set(Numbers.Whole("--max-checkpoints", "Adaptive schedule: most checkpoints. Default: any number.", 2), (a, v) => a with { MaxCheckpoints = v });
        Set(Numbers.Real("--max-seconds", "Adaptive schedule: most seconds for tests and checkpoints. Default: any time.", x => x > 0, "positive"),
            (a, v) => a with { MaxSeconds = v });
        Set(Numbers.Whole("--max-megabytes", "Adaptive schedule: most megabytes on disk. Default: any size.", 1),
            (a, v) => a with { MaxBytes = v * 1_000_000L });
        return [.. settings.Skip(first).Select(setting => setting.Option)];
    }

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? None;
}
