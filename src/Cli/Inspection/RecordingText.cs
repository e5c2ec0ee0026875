using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary>What <c>record</c> says when it has ended.</summary>
internal static class RecordingText
{
    /// <summary>How many checkpoints there are, why there are fewer than were asked for, and what to do next.</summary>
    /// <param name="options">The recording.</param>
    /// <param name="recorded">Checkpoints of the run.</param>
    /// <param name="isAsked">Whether a number of checkpoints was given; otherwise the default was taken.</param>
    /// <param name="folder">The run.</param>
    public static IEnumerable<string> Of(RecordingOptions options, int recorded, bool isAsked, string folder)
    {
        yield return $"Recorded {NumberText.Count(recorded)} checkpoints in {folder}. Next: kernelflow analyze {folder} --out REPORT";
        if (Fewer(options, recorded, isAsked) is { } why) yield return why;
    }

    private static string? Fewer(RecordingOptions options, int recorded, bool isAsked)
    {
        string asked = NumberText.Count(options.Checkpoints) + (isAsked ? "" : " (the default)"), steps = NumberText.Count(options.Steps);
        if (options.Schedule is CheckpointSchedule.EveryStep or CheckpointSchedule.Adaptive)
            return isAsked && recorded != options.Checkpoints
                ? $"--checkpoints {asked} says nothing to --schedule {OptionName.Of(options.Schedule)}"
                    + (options.Schedule == CheckpointSchedule.Adaptive ? "; --max-checkpoints bounds it." : ", which records every step.") : null;
        if (recorded >= options.Checkpoints) return null;
        return recorded == options.Steps + 1
            ? $"{asked} were asked for; {steps} steps have no more than {NumberText.Count(recorded)}, the start included."
            : $"{asked} were asked for; {NumberText.Count(options.Checkpoints - recorded)} of the {OptionName.Of(options.Schedule)} grid round to the step of "
                + "another, most of them among the first steps. More steps, or --schedule uniform, make room for them.";
    }
}
