using KernelFlow.Files;
using KernelFlow.Reporting;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Cli;

/// <summary>What the demo prints: the verdict, the story in five sentences, and where the report is.</summary>
internal static class DemoText
{
    /// <summary>Writes it.</summary>
    public static void Write(TextWriter writer, ReservoirAnalysis analysis, string run, string folder)
    {
        writer.WriteLine($"{Headline.Of(analysis).Sentence}.");
        if (NoiseStory.Of(analysis).TryGet(out var story))
        {
            writer.WriteLine(story.Verdict);
            int number = 1;
            foreach (string sentence in story.Sentences.Append(Error(story, run))) writer.WriteLine($"  {Count(number++)}. {sentence}");
        }
        else writer.WriteLine($"Of label noise this run has no story to tell: {NoiseStory.Of(analysis).Reason}.");
        writer.WriteLine($"Report: {Path.Combine(folder, ReservoirReports.HtmlFile)} (the figure of this story: #noise-response)");
    }

    // The one number that no operator enters.
    private static string Error(NoiseStory story, string folder)
    {
        using var run = RecordedRun.Open(folder);
        double early = DemoRun.TestError(run.Checkpoints, story.Early.Time), late = DemoRun.TestError(run.Checkpoints, story.Late.Time);
        return $"The recorded mean square error on the test examples, whose labels are true, is {Short(early, 2)} at the end of the early window and "
            + $"{Short(late, 2)} at the end of training.";
    }
}
