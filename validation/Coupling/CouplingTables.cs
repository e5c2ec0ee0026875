using KernelFlow.Files;
using KernelFlow.Reporting;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Validation.Coupling;

/// <summary>The rows as people read them, in order of kernel drift.</summary>
internal static class CouplingTables
{
    /// <summary>The coupling table, the controls, and what correlation is worth.</summary>
    public static IEnumerable<ExperimentTable> Of(IReadOnlyList<ExperimentRow> rows)
    {
        var runs = Ordered(rows, CouplingRows.Recorded);
        string[] claims = [CouplingClaims.Transport, CouplingClaims.Transfer, CouplingClaims.Coupling];
        yield return new("Coupling table",
            "Relative error, correlation, budget (the sum of known error sources; ≥ when one is unknown) and verdict of each claim. "
            + "C8 is measured, not judged, where B varies and in descent mode, where the theory does not imply it. The first row is the figure of "
            + "Litman and Guo 2026, whose drift peaks at the value given and ends at 2.4; their setting is not public, and nothing is concluded from the row.",
            ["run", "loss", "hidden", "mode", "#drift",
                .. claims.SelectMany(id => (string[])[$"#{id} error", $"#{id} correlation", $"#{id} budget", $"{id} verdict"])],
            [
                ["published", "", "", "", Short(CouplingExperiment.PublishedDrift), .. Enumerable.Repeat("", 8),
                    Short(CouplingExperiment.PublishedError), Short(CouplingExperiment.PublishedCorrelation), "", ""],
                .. runs.Select(r => (string[])[r.Id, Setting(r, "loss").Replace("softmax-", ""), Setting(r, "width"), Setting(r, CouplingRows.Mode),
                    Short(CouplingCriteria.Drift(r)), .. claims.SelectMany(id => Cells(r.Claim(id)))]),
            ]);

        yield return new("Controls", "The same recordings, spoilt in one respect and judged by the same rule. No propagator: B = 0, so that P = I. "
            + "Foreign J_Q: the test Jacobians of another network "
            + "(same data, same training, other initial weights); C2 does not contain J_Q and must not notice. Frozen kernel: the Jacobians of the "
            + "start throughout, which a nearly lazy network may pass.",
            ["run", "control", "#drift", "#C2 error", "#C2 budget", "C2 verdict", "#C4 error", "#C4 budget", "C4 verdict", "#C8 error", "C8 verdict"],
            [.. ((string[])[CouplingRows.NoPropagator, CouplingRows.ForeignTest, CouplingRows.Frozen])
                .SelectMany(group => Ordered(rows, group)).Select(r => (string[])
            [
                r.Name, r.Group, Short(CouplingCriteria.Drift(r)), Short(r.Claim(CouplingClaims.Transport).RelativeError.OrNull()),
                    Narrative.Sum(r.Claim(CouplingClaims.Transport).Budget), Word(r.Claim(CouplingClaims.Transport)),
                Short(r.Claim(CouplingClaims.Transfer).RelativeError.OrNull()), Narrative.Sum(r.Claim(CouplingClaims.Transfer).Budget),
                    Word(r.Claim(CouplingClaims.Transfer)), Short(r.Claim(CouplingClaims.Coupling).RelativeError.OrNull()),
                    Word(r.Claim(CouplingClaims.Coupling)),
            ])]);

        yield return new("Why correlation decides nothing", "Correlation and relative error of five predictions of the same test displacement. The "
            + "second, −∫K_QS g dτ with the recorded g, is only the definition of dU_Q/dt: "
            + "it has no propagator, yet its correlation is that of a good theory. C2 and the relative error tell them apart.",
            ["run", "#C4", "#error", "#recorded g", "#error", "#no propagator", "#error", "#foreign J_Q", "#error", "#frozen kernel", "#error"],
            [.. runs.Select(r => (string[])
            [
                r.Id, .. Pair(r), Short(r.Measured(CouplingRows.IntegratedCorrelation), 5), Short(r.Measured(CouplingRows.IntegratedError)),
                .. ((string[])[CouplingRows.NoPropagator, CouplingRows.ForeignTest, CouplingRows.Frozen])
                    .SelectMany(group => Pair(rows.Single(c => c.Group == group && c.Name == r.Name))),
            ])]);
    }

    /// <summary>Rows of a group in order of drift.</summary>
    public static ExperimentRow[] Ordered(IReadOnlyList<ExperimentRow> rows, string group) =>
        [.. CouplingCriteria.In(rows, group).OrderBy(CouplingCriteria.Drift)];

    private static string[] Cells(ClaimResult claim) =>
        [Short(claim.RelativeError.OrNull()), Short(claim.Correlation, 6), Narrative.Sum(claim.Budget), Word(claim)];

    private static string[] Pair(ExperimentRow row) =>
        [Short(row.Claim(CouplingClaims.Transfer).Correlation, 5), Short(row.Claim(CouplingClaims.Transfer).RelativeError.OrNull())];

    private static string Word(ClaimResult claim) => Narrative.Word(claim.Verdict);

    private static string Setting(ExperimentRow row, string name) => row.Settings.First(s => s.Name == name).Value;
}
