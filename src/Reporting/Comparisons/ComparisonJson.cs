using System.Text.Json;
using KernelFlow.Results;

namespace KernelFlow.Reporting.Comparisons;

/// <summary>compare.json: the keys of results.json, per run, with what differs between them.</summary>
internal static class ComparisonJson
{
    private const int Version = 1;

    /// <summary>Writes the whole document as UTF-8 without a byte-order mark, ending in a line feed.</summary>
    public static void Write(RunComparison comparison, Stream stream)
    {
        JsonNumbers.Document(stream, ComparisonReports.Format, Version, json =>
        {
            ResultsJson.Tool(json, ToolInfo.Current);
            json.WriteStartArray("notes");
            foreach (string note in comparison.Notes) json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteStartArray("differences");
            foreach (var fact in comparison.Differences)
            {
                json.WriteStartObject();
                json.WriteString("name", fact.Name);
                json.WriteStartArray("values");
                foreach (string value in fact.Values) json.WriteStringValue(value);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartArray("runs");
            foreach (var run in comparison.Runs) Run(json, run);
            json.WriteEndArray();
        });
    }

    private static void Run(Utf8JsonWriter json, ComparedRun run)
    {
        json.WriteStartObject();
        json.WriteString("label", run.Label);
        ResultsJson.Run(json, run.Run);
        ResultsJson.Options(json, run.Options);
        ResultsJson.Window(json, run.Window);
        json.WriteStartObject("inclusion");
        json.WriteString("verdict", run.Inclusion.ToString());
        json.Number("visibility", run.Visibility, "infinite: a direction without dissipation moves the test outputs");
        json.Number("visibilityBound", run.VisibilityBound);
        if (run.InclusionReason is { } reason) json.WriteString("reason", reason);
        json.WriteEndObject();
        ResultsJson.Spectrum(json, run.Spectrum);
        ResultsJson.Claims(json, run.Claims);
        ResultsJson.Evolution(json, run.KernelEvolution);
        json.WriteEndObject();
    }
}
