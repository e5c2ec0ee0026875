using KernelFlow.Analysis.Reports;

namespace KernelFlow.Validation.Reports;

/// <summary>The rows as comma-separated tables, in the form of the analysis's own.</summary>
internal static class ExperimentCsv
{
    private const string Claims = "claims.csv", Measurements = "measurements.csv";

    /// <summary>File names, in a fixed order.</summary>
    public static IReadOnlyList<string> Files { get; } = [Claims, Measurements];

    /// <summary>File names and contents.</summary>
    public static IEnumerable<(string File, string Text)> All(ExperimentReport report)
    {
        var claims = Tables.Header("row", "group", "name", "claim", "verdict", "relativeError", "correlation", "tolerance", "integration", "interpolation", "descent", "rounding", "reason");
        foreach (var row in report.Rows)
            foreach (var c in row.Claims)
                Tables.Row(claims, row.Id, row.Group, row.Name, c.Id, c.Verdict.ToString(), Tables.Number(c.RelativeError), Tables.Number(c.Correlation), Tables.Number(c.Tolerance),
                    Tables.Number(c.Budget?.Integration), Tables.Number(c.Budget?.Interpolation), Tables.Number(c.Budget?.Descent), Tables.Number(c.Budget?.Rounding), c.Reason ?? "");
        yield return (Claims, claims.ToString());

        var measurements = Tables.Header("row", "group", "name", "measurement", "value", "meaning");
        foreach (var row in report.Rows)
            foreach (var m in row.Measurements)
                Tables.Row(measurements, row.Id, row.Group, row.Name, m.Name, Tables.Number(m.Value), m.Meaning);
        yield return (Measurements, measurements.ToString());
    }
}
