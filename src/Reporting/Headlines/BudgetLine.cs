using KernelFlow.Files;

namespace KernelFlow.Reporting;

/// <summary>Is the error budget small enough for the data claims to be decided?</summary>
internal static class BudgetLine
{
    /// <summary>What the line is about.</summary>
    public const string Topic = "budget";

    private const string Question = "Is the error budget small enough to tell?";

    /// <summary>How many claims the budget leaves open, and the largest part of the largest budget.</summary>
    public static HeadlineLine Of(ComparedRun run)
    {
        ClaimResult[] judged = [.. run.Claims.Where(c => c.Kind == ClaimKind.Data && Claims.IsJudged(c) && c.Budget is not null)];
        if (run.OutsideTheory is not null || judged.Length == 0)
            return new(Topic, Question, Verdict.NotApplicable, "not needed", "No claim needed an error budget", "No claim is judged against recorded data.");
        ClaimResult[] unknown = [.. judged.Where(c => c.Budget!.Sum is null)],
            large = [.. judged.Where(c => c.Budget!.Sum is { } sum && !(sum <= c.Tolerance))];
        string open = $"{NumberText.Count(unknown.Length + large.Length)} of {NumberText.Count(judged.Length)} data claims cannot be decided: budget "
            + "too large "
            + "or unknown.";
        string detail = $"{open} {Largest(judged)}";
        return unknown.Length + large.Length == 0
            ? new(Topic, Question, Verdict.Holds, "small enough", "The error budget is small enough to tell", Largest(judged))
            : large.Length >= unknown.Length
            ? new(Topic, Question, Verdict.Undecided, "too large", "The error budget is too large", detail)
            : new(Topic, Question, Verdict.Undecided, "unknown", "A part of the error budget is unknown", detail + Unknown(unknown));
    }

    private static string Largest(ClaimResult[] judged)
    {
        var largest = judged.MaxBy(c => double.IsNaN(c.Budget!.SumOfKnown) ? double.PositiveInfinity : c.Budget!.SumOfKnown)!;
        var budget = largest.Budget!;
        string part = budget.LargestPart is { } name ? $", most of it {name}" : "";
        return $"The largest budget is that of {largest.Id}: {(budget.Sum is null ? "at least " : "")}{NumberText.Percent(budget.SumOfKnown)} "
            + $"(limit {NumberText.Percent(largest.Tolerance)}){part}.";
    }

    private static string Unknown(ClaimResult[] claims) =>
        " Unknown: " + string.Join("; ", claims.SelectMany(c => c.Budget!.Parts).Where(p => !p.Value.IsKnown)
            .Select(p => $"{p.Name} ({p.Value.Reason})").Distinct()) + ".";
}
