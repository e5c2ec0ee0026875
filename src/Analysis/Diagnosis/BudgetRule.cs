using KernelFlow.Files;

namespace KernelFlow.Analysis.Diagnosis;

/// <summary>Data claims that are undecided: which part of the budget is too large, and what makes it smaller.</summary>
internal sealed class BudgetRule : CauseRule
{
    private const string EveryStep = "Record every step, from step 0, with midpoints";

    public override IEnumerable<Suspicion> Look(Findings findings)
    {
        if (findings.Descent is { Decidable: false } descent)
            yield return new(Evidence.Likely, "The steps lie past the edge of stability",
                $"largest z = {NumberText.Short(descent.LargestZ)} at step {NumberText.Count(descent.LargestZStep)}, edge "
                    + $"{NumberText.Short(descent.StabilityEdge)}",
                "Choose a window before or after that step (--from, --to), or train with a smaller learning rate.");
        ClaimResult[] open = [.. findings.Data.Where(c => c is { Verdict: Verdict.Undecided, Budget: not null } && !(c.Budget.Sum <= c.Tolerance))];
        if (open.Length == 0) yield break;
        foreach (var group in open.GroupBy(c => KindOf(c.Budget!)).OrderByDescending(g => g.Count()))
        {
            ClaimResult[] claims = [.. group];
            var (cause, todo) = Advice(findings, group.Key);
            yield return new(Evidence.Advice, cause, $"{string.Join(", ", claims.Select(Named))}: undecided", todo);
        }
    }

    private enum PartKind { Integration, Interpolation, Descent, Rounding, Sketch, Truncation }

    // The first four are always there, in this order; a part of the sketch comes before one of a reduced range.
    private static PartKind KindOf(ErrorBudget budget)
    {
        int part = Part(budget);
        return part <= (int)PartKind.Rounding ? (PartKind)part : part == (int)PartKind.Sketch && budget.Sketch is not null ? PartKind.Sketch
            : PartKind.Truncation;
    }

    // An unknown part comes before a large one: nothing can be decided until it is known.
    private static int Part(ErrorBudget budget)
    {
        var parts = budget.Parts;
        int unknown = Enumerable.Range(0, parts.Count).FirstOrDefault(i => !parts[i].Value.IsKnown, -1);
        return unknown >= 0 ? unknown : Enumerable.Range(0, parts.Count).MaxBy(i => parts[i].Value.Value);
    }

    private static string Named(ClaimResult claim)
    {
        var (name, value) = claim.Budget!.Parts[Part(claim.Budget)];
        return value.TryGet(out double size) ? $"{claim.Id} {name} {NumberText.Percent(size)}" : $"{claim.Id} {name} unknown ({value.Reason})";
    }

    private static (string Cause, string WhatToDo) Advice(Findings findings, PartKind part) => part switch
    {
        PartKind.Integration => ("The integration error is too large", "Ask for a smaller --rtol, or another --method."),
        PartKind.Interpolation => Between(findings),
        PartKind.Descent => ("The steps are too large to be taken as a flow, or are not those of gradient descent", findings.EveryStep
            ? "Every step was recorded: analyse the steps themselves with --mode descent."
            : $"{EveryStep}: then the steps themselves are analysed (--mode descent). A smaller learning rate makes this part smaller in proportion. "
                + "Where the "
                + "optimizer is not stated or not known, state it."),
        PartKind.Sketch => ("The sketch of the Jacobians is too coarse", "Record more columns, or the Jacobians themselves."),
        PartKind.Truncation => ("The range that was integrated leaves out too much",
            "Ask for a larger range (--reduce), or for the whole flow (--reduce off)."),
        _ => ("Rounding is as large as what is to be explained", "Record in float64, or end the window before training has converged (--to): there "
            + "the outputs "
            + "hardly move and the gradient is the difference of nearly equal numbers."),
    };

    private static (string Cause, string WhatToDo) Between(Findings findings)
    {
        if (findings.Descent is { Quadrature: DescentQuadrature.Trapezium })
            return ("The Jacobian changes too much along single steps", "Record midpoints: Simpson's rule makes this part far smaller. A smaller "
                + "learning rate helps, too.");
        string more = findings.HasJacobians || findings.HasCrossBlocks ? "" : " Kernel blocks without those between neighbouring checkpoints "
            + "(K_SS_next, …) are "
            + "interpolated entry by entry: record the cross blocks.";
        return findings.Optimizer is not { Rule.HasBuffer: true }
            ? ("The kernel changes too much between checkpoints", $"Record more checkpoints where the transport defects are largest, or every step "
                + $"with midpoints.{more}")
            : ("What momentum and Adam carry between sparse checkpoints was not recorded", $"{EveryStep}: the buffers of these optimizers remember "
                + $"every step.{more}");
    }
}
