using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>The options of <c>record --schedule adaptive</c>.</summary>
internal static class AdaptiveOptions
{
    private const string None = "none";

    /// <summary>Adds them to those of a recording.</summary>
    public static void AddTo(List<(Option Option, Func<RecordingOptions, ParseResult, RecordingOptions> Apply)> settings, AdaptiveSchedule d)
    {
        void Set<T>(Option<T?> option, Func<AdaptiveSchedule, T, AdaptiveSchedule> set) where T : struct =>
            settings.Add((option, (o, parsed) => parsed.GetValue(option) is { } value ? o with { Adaptive = set(o.Adaptive, value) } : o));
        // A tolerance that is not a number leaves its test out: NaN stands for the word none between here and there.
        void Tolerance(string name, string what, double? byDefault, Func<AdaptiveSchedule, double?, AdaptiveSchedule> set) =>
            Set(Real(name, $"Adaptive schedule: record when {what} by more than this; {None} leaves the test out. Default: {Text(byDefault)}."),
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
    }

    private static Option<double?> Real(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (text == None) return double.NaN;
            if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
                result.AddError($"{name}: {text} is not a number (write it as 0.001 or 1e-3, or {None}).");
            else if (!double.IsFinite(value) || value <= 0) result.AddError($"{name}: {text} is out of range; it must be positive, or {None}.");
            else return value;
            return null;
        },
    };

    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? None;
}
