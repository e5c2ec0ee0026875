namespace KernelFlow.Analysis.Consistency;

/// <summary>What of a training lies outside the setting of the theory, by what the run says of itself: nothing is measured here.</summary>
internal static class TheorySetting
{
    // Spellings of decay, so that a reason can name it whatever the recorder called it.
    private static readonly HashSet<string> _decay = new(["weightDecay", "weight_decay", "decay", "l2"], StringComparer.OrdinalIgnoreCase);

    /// <summary>What lies outside, as a list in words; null where nothing is declared and the optimizer is known.</summary>
    public static string? Outside(CheckpointSequence run)
    {
        var parts = new List<string>(run.Setting);
        if (run.Optimizer is UnknownOptimizer unknown) parts.Add($"the optimizer {unknown.Kind}, whose steps are not known");
        parts.AddRange(run.UnknownConstants.Select(Words));
        return parts.Count == 0 ? null : string.Join(", ", parts);
    }

    private static string Words(NamedConstant constant) => _decay.Contains(constant.Key)
        ? FormattableString.Invariant($"weight decay of {constant.Value} (optimizer.{constant.Key})")
        : FormattableString.Invariant($"optimizer.{constant.Key} = {constant.Value}, which is not known");
}
