using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>The curves in results.json.</summary>
internal static class CurvesJson
{
    /// <summary>All of them, each under its own key.</summary>
    public static void Write(Utf8JsonWriter json, ReservoirAnalysis analysis)
    {
        if (analysis.Schedule is { } schedule) Schedule(json, schedule);
        else json.Null("schedule", null);
        if (analysis.NoisePlacement is { } noise) Noise(json, noise);
        else json.Null("noisePlacement", Why(analysis, "C13"));
        if (analysis.RiskGate is { } gate) Gate(json, gate);
        else json.Null("riskGate", Why(analysis, "C14"));
        if (analysis.Influence is { } influence) Influence(json, influence);
        else json.Null("influence", null);
    }

    private static string? Why(ReservoirAnalysis analysis, string claim) => analysis.Claims.FirstOrDefault(c => c.Id == claim)?.Reason;

    private static void Noise(Utf8JsonWriter json, NoisePlacement noise)
    {
        json.WriteStartObject("noisePlacement");
        json.WriteString("division", noise.Division);
        json.WriteNumber("noisyExamples", noise.NoisyExamples);
        json.Rows("points", noise.Points, (line, point) =>
        {
            line.Number("time", point.Time);
            foreach (var (key, placement) in new[] { ("noise", point.Noise), ("clean", point.Clean), ("gradient", point.Gradient) })
            {
                line.WriteStartObject(key);
                line.Number("signalShare", placement.SignalShare);
                line.Number("reservoirShare", placement.ReservoirShare);
                line.Number("dissipated", placement.Dissipated, "not a fraction: see spectrum");
                line.WriteEndObject();
            }
        });
        json.WriteEndObject();
    }

    private static void Gate(Utf8JsonWriter json, RiskGate gate)
    {
        json.WriteStartObject("riskGate");
        json.Rows("layers", gate.Layers, (line, layer) =>
        {
            line.WriteString("name", layer.Name);
            line.WriteNumber("parameters", layer.Parameters);
        });
        json.Rows("points", gate.Points, (line, point) =>
        {
            line.Number("time", point.Time);
            line.Number("share", point.Share);
            line.Numbers("perLayer", point.PerLayer);
            line.Number("gradientShare", point.GradientShare, "the gradient is zero");
        });
        json.WriteEndObject();
    }

    private static void Influence(Utf8JsonWriter json, InfluenceResult influence)
    {
        json.WriteStartObject("influence");
        json.Numbers("gradient", [.. influence.Examples.Select(e => e.Gradient)]);
        json.Numbers("selfInfluence", [.. influence.Examples.Select(e => e.SelfInfluence)]);
        json.Numbers("selfTrace", [.. influence.Examples.Select(e => e.SelfTrace)]);
        json.Numbers("testResponse", [.. influence.Examples.Select(e => e.TestResponse)]);
        json.Numbers("testContribution", [.. influence.Examples.Select(e => e.TestContribution)]);
        json.WriteEndObject();
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
        json.Rows(key, points, (line, point) =>
        {
            line.Number("time", point.Time);
            line.Numbers("eigenvalues", point.Eigenvalues);
            line.Numbers("dissipatedFraction", point.DissipatedFraction, "not a fraction: see spectrum");
            line.WriteNumber("signalDimension", point.SignalDimension);
            line.Number("effectiveRank", point.EffectiveRank);
            line.Number("smallestIncrement", point.SmallestIncrement, "the first window has no predecessor");
        });
    }
}
