using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>A manifest as a JSON document that grows by one checkpoint at a time; keys that this program does not know stay in it.</summary>
internal static class ManifestJson
{
    /// <summary>The key, and the beginning of its value, by which this tool knows its own recordings.</summary>
    private const string WriterKey = "writer", WriterName = "KernelFlow";

    /// <summary>The keys of the sums of a checkpoint file and of the targets file.</summary>
    public const string CheckpointSum = "sha256", TargetsSum = "targetsSha256";

    public static JsonObject Create(RunDescription description, bool hasTargets)
    {
        var loss = description.Loss;
        var json = new JsonObject
        {
            ["format"] = ManifestParser.Format,
            ["version"] = description.Layers is null ? 1 : 2,
            [WriterKey] = $"{WriterName} {typeof(ManifestJson).Assembly.GetName().Version!.ToString(3)}",
            ["loss"] = loss.Kind,
            ["reduction"] = loss.IsSum ? "sum" : "mean",
            ["train"] = loss.Examples,
            ["test"] = description.Test,
            ["outputs"] = loss.Outputs,
        };
        if (loss.Constants.Count > 0) json[ManifestParser.LossConstants] = Object(loss.Constants);
        if ((description.Parameters ?? description.Layers?.Sum(l => l.Columns)) is { } parameters) json["parameters"] = parameters;
        if (description.Layers is { } layers) json[LayerKeys.Key] = LayerKeys.Json(layers);
        if (description.Optimizer is { } optimizer)
        {
            var o = new JsonObject { ["kind"] = optimizer.Kind, ["learningRate"] = optimizer.LearningRate };
            Add(o, optimizer.Constants);
            Add(o, description.UnknownConstants);
            json["optimizer"] = o;
        }
        if (description.Schedule is { } rates) json[SettingKeys.ScheduleKey] = new JsonArray([.. rates.Select(rate => (JsonNode?)rate)]);
        if (description.Setting.Count > 0) json[SettingKeys.SettingKey] = new JsonArray([.. description.Setting.Select(text => (JsonNode?)text)]);
        if (hasTargets) json["targets"] = RunWriter.TargetsFile;
        json["checkpoints"] = new JsonArray();
        json["metadata"] = new JsonObject(description.Metadata.Select(m => KeyValuePair.Create(m.Key, (JsonNode?)m.Value)));
        return json;
    }

    private static JsonObject Object(IEnumerable<NamedConstant> constants)
    {
        var json = new JsonObject();
        Add(json, constants);
        return json;
    }

    private static void Add(JsonObject json, IEnumerable<NamedConstant> constants)
    {
        foreach (var constant in constants) json[constant.Key] = constant.IsFlag ? constant.Value != 0 : constant.Value;
    }

    /// <summary>States the sum of the targets file, beside its name.</summary>
    public static void SetTargetsSum(JsonObject json, string sum) => json.Insert(json.IndexOf("targets") + 1, TargetsSum, sum);

    public static JsonObject Parse(byte[] bytes) => JsonNode.Parse(ByteOrderMark.Skip(bytes).Span)!.AsObject();

    public static void Append(JsonObject json, CheckpointEntry entry)
    {
        var added = new JsonObject { ["file"] = entry.File, ["step"] = entry.Step, ["time"] = entry.Time };
        if (entry.Sha256 is { } sum) added[CheckpointSum] = sum;
        json["checkpoints"]!.AsArray().Add(added);
    }

    /// <summary>The document as indented UTF-8.</summary>
    public static byte[] Bytes(JsonObject json)
    {
        using var buffer = new MemoryStream();
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(buffer, options)) json.WriteTo(writer);
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    /// <summary>Whether the file is a manifest that this tool wrote.</summary>
    public static bool IsOwn(string path) => OwnFolder.Text(path, "format") == ManifestParser.Format
        && OwnFolder.Text(path, WriterKey)?.StartsWith(WriterName, StringComparison.Ordinal) == true;
}
