using System.Text;
using System.Text.Json;

namespace KernelFlow.Cli;

/// <summary>What <c>inspect --json</c> prints; its keys are documented in docs/cli.md.</summary>
internal sealed class InspectionJson : IDisposable
{
    /// <summary>The value of the key "format".</summary>
    public const string Format = "kernel-flow-inspection";

    private readonly MemoryStream _stream = new();
    private readonly Utf8JsonWriter _json;

    /// <summary>Begins the document.</summary>
    public InspectionJson()
    {
        _json = new Utf8JsonWriter(_stream, new JsonWriterOptions { Indented = true });
        _json.WriteStartObject();
        _json.WriteString("format", Format);
        _json.WriteNumber("version", 1);
        _json.WriteStartArray("runs");
    }

    /// <summary>Ends the document.</summary>
    /// <returns>All of it.</returns>
    public string End()
    {
        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();
        return Encoding.UTF8.GetString(_stream.ToArray()) + "\n";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json.Dispose();
        _stream.Dispose();
    }

    /// <summary>A run that could not be read, or is not sound.</summary>
    public void AddBad(string folder, string error)
    {
        _json.WriteStartObject();
        _json.WriteString("folder", folder);
        _json.WriteBoolean("good", false);
        _json.WriteString("error", error);
        _json.WriteEndObject();
    }

    /// <summary>A run that was read.</summary>
    public void Add(string folder, Inspection found)
    {
        var run = found.Checkpoints;
        _json.WriteStartObject();
        _json.WriteString("folder", folder);
        _json.WriteBoolean("good", true);
        _json.WriteString("loss", run.Loss.Kind);
        _json.WriteString("reduction", run.Loss.IsSum ? "sum" : "mean");
        foreach (var (key, size) in (ReadOnlySpan<(string, int)>)[("train", run.Train), ("test", run.Test), ("outputs", run.Outputs)])
            _json.WriteNumber(key, size);
        if (run.Parameters is { } parameters) _json.WriteNumber("parameters", parameters);
        else Null("parameters", "kernel blocks were recorded");
        Optimizer(run.Optimizer);
        Checkpoints(found);
        Files(found.Sums);
        Consistency(found);
        Density(found);
        Forecast(found);
        Routes(found);
        _json.WriteEndObject();
    }

    private void Optimizer(Optimizer? optimizer)
    {
        if (optimizer is null)
        {
            Null("optimizer", "the run states none");
            return;
        }
        _json.WriteStartObject("optimizer");
        _json.WriteString("kind", optimizer.Kind);
        Number("learningRate", optimizer.LearningRate);
        _json.WriteStartObject("constants");
        foreach (var constant in optimizer.Constants)
            if (constant.IsFlag) _json.WriteBoolean(constant.Key, constant.Value != 0);
            else Number(constant.Key, constant.Value);
        _json.WriteEndObject();
        _json.WriteEndObject();
    }

    private void Checkpoints(Inspection found)
    {
        _json.WriteNumber("bytes", (long)InspectionText.FileBytes(found.Run));
        _json.WriteStartArray("checkpoints");
        foreach (var checkpoint in found.Checkpoints)
        {
            _json.WriteStartObject();
            _json.WriteNumber("step", checkpoint.Step);
            Number("time", checkpoint.Time);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
        _json.WriteStartArray("tensors");
        foreach (var group in InspectionText.TensorGroups(found.Checkpoints))
        {
            _json.WriteStartObject();
            _json.WriteString("name", group.Key.Name);
            _json.WriteStartArray("shape");
            foreach (long size in group.First().Shape) _json.WriteNumberValue(size);
            _json.WriteEndArray();
            _json.WriteString("type", group.Key.Type.ToString().ToLowerInvariant());
            _json.WriteNumber("checkpoints", group.Count());
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    private void Files(IReadOnlyList<FileSum> sums)
    {
        _json.WriteStartArray("files");
        foreach (var sum in sums)
        {
            _json.WriteStartObject();
            _json.WriteString("file", sum.File);
            _json.WriteString("sha256", sum.Sha256);
            _json.WriteBoolean("stated", sum.Stated is not null);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    private void Consistency(Inspection found)
    {
        _json.WriteStartArray("recording");
        foreach (var claim in found.Consistency)
        {
            _json.WriteStartObject();
            _json.WriteString("id", claim.Id);
            _json.WriteString("name", claim.Name);
            _json.WriteString("verdict", claim.Verdict.ToString());
            if (claim.Reason is { } reason) _json.WriteString("reason", reason);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
        if (RecordingChecks.OutsideTheory(found.Checkpoints) is { } outside) _json.WriteString("outsideTheory", outside);
    }

    private void Density(Inspection found)
    {
        const string TooFew = "two checkpoints do not tell how far interpolation between them is off";
        if (found.Sparse is { } sparse) _json.WriteNumber("sparseIntervals", sparse);
        else Null("sparseIntervals", TooFew);
        _json.WriteNumber("sparseAbove", Inspection.SparseAbove);
        _json.WriteStartArray("intervals");
        foreach (var interval in found.Intervals)
        {
            _json.WriteStartObject();
            Number("from", interval.From);
            Number("to", interval.To);
            _json.WriteNumber("steps", interval.Steps);
            Number("change", interval.Change);
            if (interval.Curvature is { } error) Number("interpolationError", error);
            else Null("interpolationError", TooFew);
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
    }

    private void Forecast(Inspection found)
    {
        if (DenseLimit.Obstacle(found.Checkpoints) is { } obstacle)
        {
            Null("forecast", obstacle);
            return;
        }
        _json.WriteStartObject("forecast");
        _json.WriteString("mode", found.Mode.Name());
        _json.WriteString("backend", found.Backend.Name);
        Number("seconds", found.Cost.Seconds);
        Number("bytes", Math.Round(found.Cost.Bytes));
        _json.WriteEndObject();
    }

    private void Routes(Inspection found)
    {
        Number("memoryCeiling", Math.Round(found.Ceiling));
        _json.WriteStartArray("routes");
        foreach (var route in found.Routes)
        {
            _json.WriteStartObject();
            _json.WriteString("name", route.Name);
            if (route.Obstacle is { } obstacle)
            {
                Null("seconds", obstacle);
                Null("bytes", obstacle);
            }
            else
            {
                Number("seconds", route.Seconds);
                Number("bytes", Math.Round(route.Bytes));
                _json.WriteString("note", route.Note);
            }
            _json.WriteBoolean("fits", route.Fits(found.Ceiling));
            _json.WriteEndObject();
        }
        _json.WriteEndArray();
        _json.WriteString("advice", found.Advice);
    }

    // As in results.json: a number is finite or null, and a null has its reason beside it.
    private void Number(string key, double value)
    {
        if (double.IsFinite(value)) _json.WriteNumber(key, value);
        else Null(key, $"it is {value.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
    }

    private void Null(string key, string reason)
    {
        _json.WriteNull(key);
        _json.WriteString(key + "Reason", reason);
    }
}
