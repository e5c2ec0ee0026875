using System.Text;
using KernelFlow.Files;
using KernelFlow.Results;
using static KernelFlow.Results.Codecs;

namespace KernelFlow;

/// <summary>compare.json: the keys of results.json, per run, with what differs between them.</summary>
public static class ComparisonFile
{
    /// <summary>Its name in the folder of a comparison.</summary>
    public const string Name = "compare.json";

    /// <summary>Value of the key "format", by which it is recognised.</summary>
    public const string Format = "kernel-flow-comparison";

    /// <summary>Version of the keys.</summary>
    public const int Version = 1;

    private static readonly Schema<ComparedFact> s_fact = new(s =>
    {
        var (name, values) = (s.Add("name", Text, f => f.Name), s.Add("values", Texts, f => f.Values));
        return json => new ComparedFact(name[json], values[json]);
    });

    /// <summary>Writes a comparison; an older file is replaced whole.</summary>
    /// <param name="comparison">What to write.</param>
    /// <param name="path">The file; its folder exists.</param>
    /// <exception cref="IOException">The file cannot be written; the old one, if any, is intact.</exception>
    public static void Write(RunComparison comparison, string path)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.Write(path, stream => Write(comparison, stream));
    }

    /// <summary>The text of the file.</summary>
    public static string AsText(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        using var stream = new MemoryStream();
        Write(comparison, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>The id of a comparison, which every file of its folder has.</summary>
    public static string Id(RunComparison comparison)
    {
        ArgumentNullException.ThrowIfNull(comparison);
        return ReportMark.IdOf(stream => Write(comparison, stream, null));
    }

    private static void Write(RunComparison comparison, Stream stream) => Write(comparison, stream, Id(comparison));

    private static void Write(RunComparison comparison, Stream stream, string? id) => JsonNumbers.Document(stream, Format, Version, json =>
    {
        if (id is not null) json.WriteString(ReportMark.Key, id);
        RunSchemas.Tool.Object.Write(json, "tool", ToolInfo.Current);
        Texts.Write(json, "notes", comparison.Notes);
        s_fact.Items.Write(json, "differences", comparison.Differences);
        json.WriteStartArray("runs");
        foreach (var run in comparison.Runs)
        {
            json.WriteStartObject();
            json.WriteString("label", run.Label);
            RunSchemas.Run.Object.Write(json, "run", run.Run);
            RunSchemas.Options.Object.Write(json, "options", run.Options);
            TextIfAny.Write(json, "outsideTheory", run.OutsideTheory);
            RunSchemas.Window.Object.Write(json, "window", run.Window);
            json.WriteStartObject("inclusion");
            json.WriteString("verdict", run.Inclusion.ToString());
            TextIfAny.Write(json, "qualification", run.InclusionQualification);
            if (run.Inclusion == Verdict.NotComputed)
                foreach (string key in (string[])["visibility", "visibilityBound"]) json.Null(key, run.InclusionReason);
            else
            {
                InclusionSchemas.Visibility.Write(json, "visibility", run.Visibility);
                json.Number("visibilityBound", run.VisibilityBound);
            }
            TextIfAny.Write(json, "reason", run.InclusionReason);
            json.WriteEndObject();
            SpectrumSchemas.Spectrum.KnownObject.Write(json, "spectrum", run.KnownSpectrum);
            ClaimSchemas.Claim.Items.Write(json, "claims", run.Claims);
            ClaimSchemas.Cause.Items.Write(json, "likelyCauses", run.LikelyCauses);
            ClaimSchemas.Evolution.KnownObject.Write(json, "kernelEvolution", run.KnownEvolution);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
