using System.Text.Json;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>run.json to <see cref="RunManifest"/>, with one clear error for the first thing that is wrong.</summary>
internal static class ManifestParser
{
    public const string Format = "kernel-flow-run";
    internal const string LossConstants = "lossConstants";

    /// <summary>The longest run.json that is read: half a million checkpoints fit.</summary>
    public const int MaximumBytes = 100_000_000;

    /// <summary>Reads and validates; a recording in progress may have fewer than two checkpoints.</summary>
    public static RunManifest Read(string path, int minimumCheckpoints, RunFormat format)
    {
        byte[] bytes;
        try
        {
            bytes = RegularFile.ReadAllBytes(path, MaximumBytes);
        }
        catch (UnreadableFileException e)
        {
            throw new InvalidRunException(e.Message, e);
        }
        return Parse(bytes, path, minimumCheckpoints, format);
    }

    /// <summary>Parses the bytes of a manifest.</summary>
    public static RunManifest Parse(byte[] bytes, string path, int minimumCheckpoints, RunFormat format)
    {
        using var document = ParseJson(bytes, path);
        try
        {
            return Parse(document, bytes, path, minimumCheckpoints, format);
        }
        catch (InvalidOperationException e)
        {
            // GetString throws this for lone surrogates ("\uD800").
            throw new InvalidRunException($"{path}: found text that is not Unicode, expected JSON.", e);
        }
    }

    private static RunManifest Parse(JsonDocument document, byte[] bytes, string path, int minimumCheckpoints, RunFormat format)
    {
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new InvalidRunException($"{path}: found {JsonText.Clip(document.RootElement.GetRawText())}, expected a JSON object.");
        var keys = new ManifestKeys(document.RootElement, path, "");
        _ = keys.OneOf("format", Format);
        const string Versions = $"a version that this program understands: {RunManifest.VersionsUnderstood}";
        long? version = ManifestKeys.Whole(keys.Get("version", RunManifest.VersionsUnderstood));
        if (version is not (1 or 2)) throw keys.Wrong("version", Versions);
        var layers = version == 2 ? LayerKeys.Read(keys, path) : null;
        long? parameters = keys.Has("parameters") ? keys.Integer("parameters", 1, long.MaxValue) : null;
        if (layers is not null)
        {
            long sum = layers.Sum(l => l.Columns);
            if (parameters is { } stated && stated != sum) throw keys.Wrong("parameters", $"{sum}, the parameters of all layers together");
            parameters = sum;
        }

        string name = keys.OneOf("loss", [.. format.Losses.Select(d => d.Name)]);
        var loss = format.Losses.First(d => d.Name == name);
        bool custom = !loss.HasFormula;
        int train = (int)keys.Integer("train", 1, int.MaxValue), test = (int)keys.Integer("test", 1, int.MaxValue);
        int outputs = (int)keys.Integer("outputs", 1, int.MaxValue);
        if (loss.ExpectedOutputs(outputs) is { } expected) throw keys.Wrong("outputs", expected);
        foreach (var (key, count) in new[] { ("train", train), ("test", test) })
            if ((long)count * outputs > Array.MaxLength) throw keys.Wrong(key, $"{key} x outputs of at most {Array.MaxLength}");

        var (optimizer, unknown) = keys.Has("optimizer") ? OptimizerKeys.Read(keys, format) : (null, []);
        var checkpoints = Checkpoints(keys, path, minimumCheckpoints);
        return new RunManifest
        {
            Path = path,
            LossDescriptor = loss,
            LossConstants = loss.ReadConstants(keys.Has(LossConstants) ? keys.Object(LossConstants, "an object of numbers") : null),
            IsSum = (!custom || keys.Has("reduction")) && keys.OneOf("reduction", "mean", "sum") == "sum",
            Train = train,
            Test = test,
            Outputs = outputs,
            Parameters = parameters,
            Layers = layers,
            Optimizer = optimizer,
            UnknownConstants = unknown,
            Schedule = SettingKeys.Schedule(keys, optimizer, checkpoints, complete: minimumCheckpoints > 0),
            Setting = SettingKeys.Setting(keys),
            Targets = custom && !keys.Has("targets") ? null : FileName(keys, "targets"),
            TargetsSha256 = FileSum.StatedBy(keys, ManifestJson.TargetsSum),
            Checkpoints = checkpoints,
            Metadata = Metadata(keys, layers),
            Bytes = bytes,
        };
    }

    private static JsonDocument ParseJson(byte[] bytes, string path)
    {
        var json = ByteOrderMark.Skip(bytes);
        try
        {
            if (JsonDefect.NotUtf8(json.Span) is { } at) throw new InvalidRunException($"{path}: found bytes that are not UTF-8 at byte {at}, expected JSON.");
            return JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            throw new InvalidRunException($"{path}: {JsonDefect.Sentence(e, json.Span)}.", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidRunException($"{path}: found text that is not Unicode, expected JSON.", e);
        }
    }

    private static CheckpointEntry[] Checkpoints(ManifestKeys keys, string path, int minimum)
    {
        const string Expected = "an array of checkpoints";
        if (keys.Get("checkpoints", Expected) is not { ValueKind: JsonValueKind.Array } array) throw keys.Wrong("checkpoints", Expected);
        var entries = new List<CheckpointEntry>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in array.EnumerateArray())
        {
            int k = entries.Count;
            if (item.ValueKind != JsonValueKind.Object)
                throw new InvalidRunException(
                    $"{path}: checkpoints[{k}]: found {JsonText.Clip(item.GetRawText())}, expected an object with file, step and time.");
            var checkpoint = new ManifestKeys(item, path, $"checkpoints[{k}].");
            string file = FileName(checkpoint, "file");
            var entry = new CheckpointEntry(file, checkpoint.Integer("step", 0, long.MaxValue), checkpoint.Number("time", "a finite number", _ => true));
            if (FileSum.StatedBy(checkpoint, ManifestJson.CheckpointSum) is { } sum) entry = entry with { Sha256 = sum };
            if (k > 0 && FlowTimeWindow.Obstacle(entries[^1].Time, entry.Time) is { } obstacle)
                throw checkpoint.Wrong("time", $"more than {FlowTimeWindow.Text(entries[^1].Time)}, the time of the checkpoint before it ({obstacle})");
            if (k > 0 && entry.Step <= entries[^1].Step)
                throw checkpoint.Wrong("step", $"more than {entries[^1].Step}, the step of the checkpoint before it (step must increase)");
            if (!seen.Add(Normalized(entry.File))) throw checkpoint.Wrong("file", "a file of its own for each checkpoint");
            entries.Add(entry);
        }
        if (entries.Count < minimum) throw new InvalidRunException($"{path}: checkpoints: found {entries.Count} checkpoint(s), expected at least two.");
        return [.. entries];
    }

    private static string FileName(ManifestKeys keys, string key)
    {
        const string Expected = "a file name inside the run folder";
        string name = keys.Text(key, Expected);
        bool drive = name.Length >= 2 && char.IsAsciiLetter(name[0]) && name[1] == ':';
        bool inside = name.Length > 0 && !drive && name[0] is not ('/' or '\\') && !Path.IsPathRooted(name)
            && !name.Contains('\0') && !name.Split('/', '\\').Contains("..");
        return inside && Normalized(name).Length > 0 ? name : throw keys.Wrong(key, Expected + " (no absolute path, no \"..\")");
    }

    private static string Normalized(string name) => string.Join('/', name.Split('/', '\\').Where(part => part is not ("" or ".")));

    // The layers of version 2 say what reports otherwise take from metadata.
    private static Dictionary<string, string> Metadata(ManifestKeys keys, IReadOnlyList<JacobianLayer>? layers)
    {
        var metadata = new Dictionary<string, string>();
        if (keys.Has("metadata"))
        {
            if (keys.Get("metadata", "an object") is not { ValueKind: JsonValueKind.Object } json) throw keys.Wrong("metadata", "an object of strings");
            foreach (var p in json.EnumerateObject())
                metadata[p.Name] = p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : p.Value.GetRawText();
        }
        if (layers is not null) metadata.TryAdd(LayerKeys.Key, JacobianLayer.Text(layers));
        return metadata;
    }
}
