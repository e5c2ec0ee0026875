using KernelFlow.Files;
using KernelFlow.Reporting;

namespace KernelFlow.Cli;

/// <summary>An analysis in one line, for scripts and logs.</summary>
internal static class SummaryLine
{
    /// <summary>The run, the worst verdict, the answers of the report's headline, and the claim that is worst off.</summary>
    public static string Of(ReservoirAnalysis analysis)
    {
        var headline = Headline.Of(analysis);
        string answers = string.Join(", ", headline.Lines.Select(l => $"{l.Topic} {l.Answer}"));
        string name = PrintableText.Name(analysis.Run.Name ?? "run");
        return $"{name}: {Narrative.Word(headline.Tone)}; {answers}; {(Worst(analysis) is { } claim ? Text(claim) : "no claim was judged")}";
    }

    /// <summary>What is violated before what is undecided before what holds; among equals that whose error is the largest share of its budget.</summary>
    public static ClaimResult? Worst(ReservoirAnalysis analysis) =>
        analysis.Claims.Where(c => c.Verdict is Verdict.Violated or Verdict.Undecided or Verdict.Holds)
            .OrderByDescending(c => Headline.Rank(c.Verdict)).ThenByDescending(Share).FirstOrDefault();

    private static double Share(ClaimResult claim) =>
        !claim.RelativeError.TryGet(out double error) || error == 0 ? 0 : claim.Budget is { } budget ? error / budget.SumOfKnown : 0;

    private static string Text(ClaimResult claim) => $"worst {claim.Id} {claim.Name} {Narrative.Word(claim.Verdict)}"
        + (claim.RelativeError.TryGet(out double error) ? $", relative error {NumberText.Short(error)}" : "")
        + (claim.Budget is null ? "" : $", known error sources {Narrative.Sum(claim.Budget)}");
}
