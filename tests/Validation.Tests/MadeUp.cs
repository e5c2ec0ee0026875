namespace KernelFlow.Validation.Tests;

/// <summary>Rows with figures that nobody measured, to try criteria on.</summary>
internal static class MadeUp
{
    /// <summary>Rows of one kind; the first has one figure that is off.</summary>
    public static ExperimentRow[] Rows(int count, Dictionary<string, double> figures, Func<int, string, double, double> spread, string? off, double value,
        string group = "made up") =>
        [.. Enumerable.Range(0, count).Select(r => new ExperimentRow($"{group}/{r}", group, group)
        {
            Measurements = [.. figures.Select(f => new Measurement(f.Key, r == 0 && f.Key == off ? value : spread(r, f.Key, f.Value), f.Key))],
        })];

    /// <summary>The verdict that follows from the criteria, as a report draws it.</summary>
    public static void Decides(IEnumerable<Criterion> criteria, Verdict expected, string? off)
    {
        Criterion[] all = [.. criteria];
        var found = all.Any(c => c is { Met: false, Tests: CriterionKind.Claim }) ? Verdict.Violated : all.Any(c => !c.Met) ? Verdict.Undecided : Verdict.Holds;
        Assert.True(found == expected, $"with {off ?? "nothing"} off: {found}; "
            + string.Join("; ", all.Where(c => !c.Met).Select(c => $"{c.Condition}: {c.Finding}")));
    }
}
