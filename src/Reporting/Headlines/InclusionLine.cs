using KernelFlow.Files;

namespace KernelFlow.Reporting;

/// <summary>The inclusion, with the condition that it stands on.</summary>
internal static class InclusionLine
{
    private const string Topic = "inclusion", Question = "Inclusion ker W_S ⊆ ker G_Q?";

    /// <summary>Where the operators miss the movement of the test outputs by more than itself, what they leave out says nothing about those outputs.</summary>
    private const string NotPredicting = "on operators that do not predict the test outputs (see " + WellKnownClaims.TestTransfer + ")";

    /// <summary>The condition of the inclusion verdict that a run does not meet: its own, or that its operators predict the test outputs, which an error or a
    /// budget above 1 denies; null where it stands without one.</summary>
    public static string? Qualification(ComparedRun run) => run.InclusionQualification
        ?? (run.Claim(WellKnownClaims.TestTransfer) is { } claim && (IsAboveOne(claim.RelativeError.OrNull()) || IsAboveOne(claim.Budget?.SumOfKnown))
            ? NotPredicting : null);

    /// <summary>The colour of the inclusion verdict: one with a condition that is not met never has that of one that holds.</summary>
    public static Verdict Tone(Verdict verdict, string? qualification) =>
        verdict == Verdict.Holds && qualification is not null ? Verdict.Undecided : verdict;

    /// <summary>The verdict in a word or three.</summary>
    public static string Word(Verdict verdict, string? qualification) =>
        Narrative.Word(verdict) + (verdict == Verdict.Holds && qualification is not null ? ", qualified" : "");

    /// <summary>The verdict, its condition and its reason.</summary>
    /// <param name="run">The run.</param>
    /// <param name="told">The verdict in a full sentence; null where only the word is known.</param>
    public static HeadlineLine Of(ComparedRun run, string? told)
    {
        if (run.Inclusion == Verdict.NotComputed)
            return new(Topic, Question, Verdict.NotComputed, Narrative.Word(Verdict.NotComputed), "The inclusion was not computed",
                run.InclusionReason is { Length: > 0 } left ? $"{Capital(left.TrimEnd('.'))}." : "");
        var (verdict, qualification) = (run.Inclusion, Qualification(run));
        string condition = qualification is null ? "" : $"{Capital(qualification)}. ";
        string reason = run.InclusionReason is { Length: > 0 } why ? $"Reason: {why.TrimEnd('.')}." : "";
        string sentence = verdict switch
        {
            Verdict.Holds => "The inclusion holds" + (qualification is null ? "" : $", but {qualification}"),
            Verdict.Violated => "The inclusion is violated",
            Verdict.Vacuous => "There is no reservoir to test the inclusion on",
            Verdict.Undecided => "The inclusion is undecided",
            _ => "The inclusion was not tested",
        };
        return new(Topic, Question, Tone(verdict, qualification), Word(verdict, qualification), sentence, $"{condition}{told} {reason}".Trim());
    }

    private static bool IsAboveOne(double? number) => number is { } x && !(x <= 1);

    private static string Capital(string clause) => clause.Length == 0 ? clause : char.ToUpperInvariant(clause[0]) + clause[1..];
}
