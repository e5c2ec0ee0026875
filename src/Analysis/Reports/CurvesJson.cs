using System.Text.Json;

namespace KernelFlow.Analysis.Reports;

/// <summary>The curves in results.json.</summary>
internal static class CurvesJson
{
    /// <summary>All of them, each under its own key.</summary>
    public static void Write(Utf8JsonWriter json, ReservoirAnalysis analysis)
    {
        if (analysis.Schedule is { } schedule) Schedule(json, schedule);
        else json.Null("schedule", null);
    }

    private static void Schedule(Utf8JsonWriter json, SpectralSchedule schedule)
    {
        json.WriteStartObject("schedule");
        Points(json, "overEnd", schedule.OverEnd);
        if (schedule.OverStart is { } start) Points(json, "overStart", start);
        else json.Null("overStart", schedule.OverStartReason);
        json.WriteEndObject();
    }

    private static void Points(Utf8JsonWriter json, string key, IReadOnlyList<SchedulePoint> points)
    {
        json.WriteStartArray(key);
        foreach (var point in points)
            json.Line(line =>
            {
                line.WriteStartObject();
                line.Number("time", point.Time);
                line.Numbers("eigenvalues", point.Eigenvalues);
                line.Numbers("dissipatedFraction", point.DissipatedFraction, "not a fraction: see spectrum");
                line.WriteNumber("signalDimension", point.SignalDimension);
                line.Number("effectiveRank", point.EffectiveRank);
                line.Number("smallestIncrement", point.SmallestIncrement, "the first window has no predecessor");
                line.WriteEndObject();
            });
        json.WriteEndArray();
    }
}
