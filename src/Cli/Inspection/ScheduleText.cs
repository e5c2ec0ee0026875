using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary>What <c>inspect</c> prints of an adaptive recording: the rule, and what fired at each checkpoint.</summary>
internal static class ScheduleText
{
    private const int Most = 12;
    private const string Adaptive = "adaptive:";

    /// <summary>Name and text of each line; none where the metadata name no adaptive schedule.</summary>
    public static IEnumerable<(string Name, string Text)> Of(CheckpointSequence run)
    {
        if (!run.Metadata.TryGetValue(AdaptiveSchedule.MetadataKey, out string? rule) || !rule.StartsWith(Adaptive, StringComparison.Ordinal)) yield break;
        yield return ("rule", PrintableText.Line(rule));
        if (!run.Metadata.TryGetValue(AdaptiveSchedule.FiredKey, out string? fired)) yield break;
        string[] texts = fired.Split("; ");
        string[] shown = texts.Length <= Most ? texts
            : [.. texts.Take(Most / 2), $"… ({NumberText.Count(texts.Length - Most)} more)", .. texts.TakeLast(Most / 2)];
        for (int i = 0; i < shown.Length; i++) yield return (i == 0 ? "fired" : "", PrintableText.Line(shown[i]));
    }
}
