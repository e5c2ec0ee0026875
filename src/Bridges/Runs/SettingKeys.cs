using System.Text.Json;

namespace KernelFlow.Bridges;

/// <summary>The keys by which a manifest says how it was trained: <c>schedule</c>, the learning rates of the steps, and <c>setting</c>, what the theory does
/// not cover.</summary>
internal static class SettingKeys
{
    public const string ScheduleKey = "schedule", SettingKey = "setting", ConstantRate = "constant";

    /// <summary>The stated learning rates.</summary>
    /// <param name="keys">The manifest.</param>
    /// <param name="optimizer">The optimizer, whose rate is the constant one.</param>
    /// <param name="checkpoints">Their step numbers.</param>
    /// <param name="complete">Whether all checkpoints are there; while a recording is made, the number of rates is not checked.</param>
    public static RateSchedule? Schedule(ManifestKeys keys, Optimizer? optimizer, IReadOnlyList<CheckpointEntry> checkpoints, bool complete)
    {
        if (!keys.Has(ScheduleKey)) return null;
        const string Expected = "\"constant\", or an array of learning rates (numbers of at least 0)";
        long[] steps = [.. checkpoints.Select(c => c.Step)];
        var value = keys.Get(ScheduleKey, Expected);
        if (value.ValueKind == JsonValueKind.String)
        {
            if (value.GetString() != ConstantRate) throw keys.Wrong(ScheduleKey, Expected);
            if (optimizer is not { LearningRate: > 0 }) throw keys.Wrong(ScheduleKey, "an array of rates, because optimizer.learningRate is not stated");
            return RateSchedule.Constant(optimizer.LearningRate, steps);
        }
        if (value.ValueKind != JsonValueKind.Array) throw keys.Wrong(ScheduleKey, Expected);
        var rates = new List<double>();
        foreach (var item in value.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetDouble(out double rate) || !double.IsFinite(rate) || rate < 0)
                throw keys.Wrong(ScheduleKey, Expected);
            rates.Add(rate);
        }
        if (!complete) return null;
        long taken = steps[^1] - steps[0];
        return RateSchedule.Of(rates, steps) ?? throw keys.Wrong(ScheduleKey, FormattableString.Invariant(
            $"{steps.Length - 1} rates, one per interval, or {taken}, one per step (there are {rates.Count})"));
    }

    /// <summary>What is declared to lie outside the setting of the theory.</summary>
    public static IReadOnlyList<string> Setting(ManifestKeys keys)
    {
        if (!keys.Has(SettingKey)) return [];
        const string Expected = "a text, or an array of texts that are not empty";
        var value = keys.Get(SettingKey, Expected);
        if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Array)) throw keys.Wrong(SettingKey, Expected);
        JsonElement[] items = value.ValueKind == JsonValueKind.String ? [value] : [.. value.EnumerateArray()];
        var texts = new List<string>();
        foreach (var item in items)
        {
            if (item.ValueKind != JsonValueKind.String || string.IsNullOrWhiteSpace(item.GetString())) throw keys.Wrong(SettingKey, Expected);
            texts.Add(JsonText.Clip(item.GetString()!));
        }
        return texts;
    }
}
