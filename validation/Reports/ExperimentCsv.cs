using KernelFlow.Reporting;

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
        var claims = CsvText.Header("row", "group", "name", "claim", "verdict", "relativeError", "correlation", "tolerance", "integration",
            "interpolation", "descent", "rounding", "reason");
        foreach (var row in report.Rows)
            foreach (var c in row.Claims)
                CsvText.Row(claims, row.Id, row.Group, row.Name, c.Id, c.Verdict.ToString(), CsvText.Number(c.RelativeError.OrNull()),
                    CsvText.Number(c.Correlation), CsvText.Number(c.Tolerance),
                    CsvText.Number(c.Budget?.Integration.OrNull()), CsvText.Number(c.Budget?.Interpolation.OrNull()),
                        CsvText.Number(c.Budget?.Descent.OrNull()),
                        CsvText.Number(c.Budget?.Rounding.OrNull()), c.Reason ?? "");
        yield return (Claims, claims.ToString());

        var measurements = CsvText.Header("row", "group", "name", "measurement", "value", "meaning");
        foreach (var row in report.Rows)
            foreach (var m in row.Measurements)
                CsvText.Row(measurements, row.Id, row.Group, row.Name, m.Name, CsvText.Number(m.Value), m.Meaning);
        yield return (Measurements, measurements.ToString());
    }
}
