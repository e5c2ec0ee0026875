using System.Text.Json;
using KernelFlow.Results;

namespace KernelFlow.Validation.Reports;

/// <summary>validation.json, version 1: keys are stable within a version; adding keys is allowed.</summary>
internal static class ExperimentJson
{
    /// <summary>Value of the key "format".</summary>
    public const string Format = "kernel-flow-validation";

    /// <summary>Version of the keys.</summary>
    public const int Version = 1;

    /// <summary>Writes the whole document as UTF-8 without a byte-order mark, ending in a line feed.</summary>
    public static void Write(ExperimentReport report, Stream stream) => Write(report, stream, Id(report));

    /// <summary>The id of a report, which every file of its folder has.</summary>
    public static string Id(ExperimentReport report) => ReportMark.IdOf(stream => Write(report, stream, null));

    private static void Write(ExperimentReport report, Stream stream, string? id)
    {
        JsonNumbers.Document(stream, Format, Version, json =>
        {
            if (id is not null) json.WriteString(ReportMark.Key, id);
            json.WriteString("id", report.Id);
            json.WriteString("title", report.Title);
            json.WriteString("claim", report.Claim);
            json.WriteString("refutation", report.Refutation);
            json.WriteString("verdict", report.Verdict.ToString());
            json.WriteString("conclusion", report.Conclusion);
            Settings(json, "origin", report.Origin);
            Criteria(json, report.Criteria);
            json.WriteStartArray("rows");
            foreach (var row in report.Rows) Row(json, row);
            json.WriteEndArray();
        });
    }

    private static void Criteria(Utf8JsonWriter json, IReadOnlyList<Criterion> criteria)
    {
        json.WriteStartArray("criteria");
        foreach (var criterion in criteria)
        {
            json.WriteStartObject();
            json.WriteString("tests", criterion.Tests.ToString());
            json.WriteString("condition", criterion.Condition);
            json.WriteBoolean("met", criterion.Met);
            json.WriteString("finding", criterion.Finding);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void Row(Utf8JsonWriter json, ExperimentRow row)
    {
        json.WriteStartObject();
        json.WriteString("id", row.Id);
        json.WriteString("group", row.Group);
        json.WriteString("name", row.Name);
        Settings(json, "settings", row.Settings);
        json.WriteStartObject("measurements");
        foreach (var m in row.Measurements) json.Number(m.Name, m.Value, "it has no meaning here");
        json.WriteEndObject();
        ClaimsJson.Write(json, row.Claims);
        json.WriteEndObject();
    }

    private static void Settings(Utf8JsonWriter json, string key, IReadOnlyList<Setting> settings)
    {
        json.WritePropertyName(key);
        json.Line(line =>
        {
            line.WriteStartObject();
            foreach (var s in settings) line.WriteString(s.Name, s.Value);
            line.WriteEndObject();
        });
    }
}
