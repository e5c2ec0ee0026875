using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>Parts of results.json about the inclusion beyond its verdict, and the spectrum of relative dissipation.</summary>
internal static class InclusionJson
{
    /// <summary>Inside "inclusion": "kernel", "operatorChecks" and "thresholdCurve".</summary>
    public static void More(Utf8JsonWriter json, InclusionResult inclusion)
    {
        if (inclusion.Kernel is { } kernel)
        {
            json.WriteStartObject("kernel");
            json.WriteNumber("dimension", kernel.Dimension);
            json.Number("floor", kernel.Floor);
            json.Number("smallestKept", kernel.SmallestKept, "no eigenvalue is above the floor");
            json.Number("largestDropped", kernel.LargestDropped, "no eigenvalue is at or below the floor");
            json.WriteBoolean("clear", kernel.IsClear);
            json.WriteEndObject();
        }
        else json.Null("kernel", null);
        json.Rows("operatorChecks", inclusion.OperatorChecks, (line, check) =>
        {
            line.WriteString("name", check.Name);
            line.Number("defect", check.Defect);
            line.Number("limit", check.Limit);
            line.WriteBoolean("passed", check.Passed);
        });
        json.Rows("thresholdCurve", inclusion.ThresholdCurve, (line, point) =>
        {
            line.Number("threshold", point.Threshold);
            line.WriteNumber("signalDimension", point.SignalDimension);
            line.WriteNumber("reservoirDimension", point.ReservoirDimension);
            line.WriteString("verdict", point.Verdict.ToString());
            line.Number("relativeErrorSignalOnly", point.RelativeErrorSignalOnly, "the test outputs did not move");
            line.Number("worstReservoirResponse", point.WorstReservoirResponse);
        });
    }

    /// <summary>"relativeDissipation", or null with its reason.</summary>
    public static void RelativeDissipation(Utf8JsonWriter json, ReservoirAnalysis analysis)
    {
        if (analysis.RelativeDissipation is not { } relative)
        {
            json.Null("relativeDissipation", analysis.RelativeDissipationReason);
            return;
        }
        json.WriteStartObject("relativeDissipation");
        json.Numbers("values", relative.Values);
        json.Numbers("responses", relative.Responses);
        json.Numbers("bounds", relative.Bounds);
        json.Number("threshold", relative.Threshold);
        json.WriteNumber("signalDimension", relative.SignalDimension);
        json.WriteNumber("reservoirDimension", relative.ReservoirDimension);
        json.WriteNumber("outsideDimension", relative.OutsideDimension);
        json.WriteEndObject();
    }
}
