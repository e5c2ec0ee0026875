using KernelFlow.Files;

namespace KernelFlow.Reporting;

/// <summary>Does the theory agree with what was recorded? The answer of the data claims, the worst first.</summary>
internal static class TheoryLine
{
    private const string Topic = "theory", Question = "Does the theory agree?";

    /// <summary>The worst of the claims that are judged, and the errors of all.</summary>
    public static HeadlineLine Of(ComparedRun run)
    {
        ClaimResult[] all = [.. run.Claims.Where(c => c.Kind == ClaimKind.Data)], judged = [.. all.Where(Claims.IsJudged)];
        string errors = Errors(all);
        // Outside the setting nothing was tested, and nothing may look as if it had been: the colour is that of an open question.
        if (run.OutsideTheory is { } setting)
            return new(Topic, Question, Verdict.Undecided, "not its setting", "The training lies outside the setting of the theory",
                $"Not the theory's setting: {setting}.{errors}");
        if (judged.Length == 0)
            return new(Topic, Question, Verdict.NotApplicable, "not tested", "No claim about the recorded data applies",
                all.Length == 0 ? "There are no claims about the recorded data." : $"{Claims.Reasons(all.Take(1))}{errors}");
        var worst = judged.OrderByDescending(c => Headline.Rank(c.Verdict)).ThenByDescending(Claims.Severity).First();
        string detail = Detail(worst) + errors;
        return worst.Verdict switch
        {
            Verdict.Violated => new(Topic, Question, worst.Verdict, "disagrees", "The theory disagrees with what was recorded", detail),
            Verdict.Undecided => new(Topic, Question, worst.Verdict, "undecided", "Whether the theory agrees cannot be told", detail),
            // Agreement with a recording that is not what it says is no agreement.
            _ when run.Claims.Any(c => c is { Kind: ClaimKind.Consistency, Verdict: Verdict.Violated }) => new(Topic, Question, Verdict.Undecided,
                "agrees, qualified", "The theory agrees, but with a recording that contradicts itself", $"With a recording that contradicts itself. {detail}"),
            _ => new(Topic, Question, Verdict.Holds, "agrees", "The theory agrees with what was recorded", detail),
        };
    }

    private static string Detail(ClaimResult worst)
    {
        string what = worst.Verdict == Verdict.Holds ? "Nearest to its limit" : "Worst";
        string numbers = worst.RelativeError.TryGet(out double error) ? $"relative error {NumberText.Percent(error)}" : "no error";
        string sources = worst.Budget is null ? "" : worst.Budget.Sum is { } sum ? $" against known error sources of {NumberText.Percent(sum)}"
            : $", known error sources at least {NumberText.Percent(worst.Budget.SumOfKnown)}";
        string reason = worst.Reason is { Length: > 0 } why && worst.Verdict != Verdict.Violated ? $" ({why.TrimEnd('.')})" : "";
        return $"{what}: {worst.Id} {worst.Name} {Narrative.Word(worst.Verdict)}, {numbers}{sources}{reason}.";
    }

    private static string Errors(ClaimResult[] claims)
    {
        string[] known = [.. claims.Where(c => c.RelativeError.IsKnown).Select(c => $"{c.Id} {NumberText.Percent(c.RelativeError.Value)}"
            + c.Verdict switch { Verdict.Holds => "", Verdict.NotApplicable => "", var verdict => $" ({Narrative.Word(verdict)})" })];
        return known.Length < 2 ? "" : $" Relative errors: {string.Join(", ", known)}.";
    }
}
