using KernelFlow.Files;

namespace KernelFlow.Reporting;

/// <summary>Is the recording what it says? The answer of the consistency claims.</summary>
internal static class RecordingLine
{
    private const string Topic = "recording", Question = "Is the recording consistent?";

    // Losses and times may be right beside kernels that are not: only these claims look at the kernels.
    private static readonly string[] s_kernels =
    [
        WellKnownClaims.JointKernel, WellKnownClaims.AdamTiming, WellKnownClaims.TrainSteps, WellKnownClaims.TestSteps, WellKnownClaims.TrainScale,
        WellKnownClaims.TestScale, WellKnownClaims.LeaveOneOut, WellKnownClaims.Midpoints, WellKnownClaims.OptimizerConstants,
        WellKnownClaims.StableSteps,
    ];

    /// <summary>The worst of the claims that apply, with its reason.</summary>
    public static HeadlineLine Of(ComparedRun run)
    {
        ClaimResult[] all = [.. run.Claims.Where(c => c.Kind == ClaimKind.Consistency)], judged = [.. all.Where(Claims.IsJudged)];
        if (judged.Length == 0)
            return new(Topic, Question, Verdict.NotApplicable, "not tested", "Nothing tested whether the recording is consistent",
                all.Length == 0 ? "These results have no claims about the recording."
                    : $"None of the {NumberText.Count(all.Length)} claims about the recording applies to this run.");
        var worst = judged.MaxBy(c => Headline.Rank(c.Verdict))!.Verdict;
        var speakers = judged.Where(c => c.Verdict == worst).ToArray();
        string rest = $"{NumberText.Count(judged.Count(c => c.Verdict == Verdict.Holds))} of {NumberText.Count(judged.Length)} claims about the "
            + "recording hold"
            + (judged.Length < all.Length ? $"; {NumberText.Count(all.Length - judged.Length)} "
            + $"{(all.Length - judged.Length == 1 ? "does" : "do")} not apply." : ".");
        return worst switch
        {
            Verdict.Violated => new(Topic, Question, worst, "contradicts itself", "The recording contradicts itself", $"{Claims.Reasons(speakers)} {rest}"),
            Verdict.Undecided => new(Topic, Question, worst, "undecided", "Whether the recording is consistent cannot be told",
                $"{Claims.Reasons(speakers)} {rest}"),
            _ when !judged.Any(c => s_kernels.Contains(c.Id)) => new(Topic, Question, Verdict.NotApplicable, "not contradicted",
                "Nothing contradicts the recording, and nothing tested its kernels", $"{rest} None of them looks at the kernels."),
            _ => new(Topic, Question, Verdict.Holds, "consistent", "The recording is consistent", rest),
        };
    }
}
