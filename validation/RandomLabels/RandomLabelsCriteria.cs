using KernelFlow.Validation.Laboratory;
using static KernelFlow.Files.NumberText;
using R = KernelFlow.Validation.RandomLabels.RandomLabelsRun;

namespace KernelFlow.Validation.RandomLabels;

/// <summary>What the verdict on random labels rests on.</summary>
internal static class RandomLabelsCriteria
{
    public const string Claim = "TODO", Refutation = "TODO";

    /// <summary>The networks, in the order in which they occur: what stands before the fraction.</summary>
    public static string[] Networks(IReadOnlyList<ExperimentRow> rows) => [.. LabRows.Groups(rows).Select(g => g[..g.LastIndexOf(", ", StringComparison.Ordinal)])
        .Distinct()];

    /// <summary>The kinds of a network, by growing fraction.</summary>
    public static string[] Groups(IReadOnlyList<ExperimentRow> rows, string network) =>
        [.. LabRows.Groups(rows).Where(g => g.StartsWith(network + ", ", StringComparison.Ordinal)).OrderBy(g => LabRows.Median(rows, g, R.Fraction))];

    public static IEnumerable<Criterion> Of(IReadOnlyList<ExperimentRow> rows, bool quick)
    {
        yield return new(CriterionKind.Claim, "x", true, Short(rows.Count));
    }
}
