using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace KernelFlow.Networks;

/// <summary>What a recording says about itself in the manifest; "options" holds every option, so that resuming can tell
/// whether it continues the same run.</summary>
internal static class RunMetadata
{
    private const string OptionsKey = "options";

    public static IReadOnlyDictionary<string, string> Of(RecordingOptions options, FeedForwardNetwork network, ChosenMarks marks)
    {
        var metadata = Of(options, network);
        if (options.Schedule == CheckpointSchedule.Adaptive) metadata[AdaptiveSchedule.MetadataKey] = options.Adaptive.ToString();
        if (marks.Fired is { } fired) metadata[AdaptiveSchedule.FiredKey] = fired;
        return metadata;
    }

    private static Dictionary<string, string> Of(RecordingOptions options, FeedForwardNetwork network) => new()
    {
        ["recorder"] = "KernelFlow " + typeof(RunMetadata).Assembly.GetName().Version!.ToString(3),
        ["network"] = FormattableString.Invariant($"{network.InputSize}-{string.Join("-", options.Layers)}-{network.Outputs} ")
            + FormattableString.Invariant($"{OptionName.Of(options.Activation)}, {OptionName.Of(options.Parametrisation)}"),
        ["layers"] = JacobianLayer.Text(network.JacobianLayers),
        ["data"] = OptionName.Of(options.Data),
        ["labelNoise"] = options.Noise.ToString(CultureInfo.InvariantCulture),
        ["seed"] = options.Seed.ToString(CultureInfo.InvariantCulture),
        [OptionsKey] = Text(options),
    };

    /// <summary>Why a run.json is not that of a recording with these options; null when it is.</summary>
    public static string? Difference(JsonElement manifest, RecordingOptions options)
    {
        if (!manifest.TryGetProperty("metadata", out var metadata) || metadata.ValueKind != JsonValueKind.Object
            || !metadata.TryGetProperty(OptionsKey, out var recorded) || recorded.ValueKind != JsonValueKind.String)
            return "it was not recorded from options";
        string[] there = recorded.GetString()!.Split("; "), here = Text(options).Split("; ");
        return there.SequenceEqual(here) ? null
            : $"it was recorded with {string.Join(", ", there.Except(here))} instead of {string.Join(", ", here.Except(there))}";
    }

    // Every public property, in order of declaration: an option added later is covered without a word here.
    private static string Text(RecordingOptions options) =>
        string.Join("; ", typeof(RecordingOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => property.Name + "=" + Value(property.GetValue(options))));

    private static string Value(object? value) => value switch
    {
        null => "default",
        // Options are told apart by semicolons.
        AdaptiveSchedule schedule => schedule.ToString().Replace(';', ','),
        IReadOnlyList<LayerSpec> layers => string.Join(",", layers),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
