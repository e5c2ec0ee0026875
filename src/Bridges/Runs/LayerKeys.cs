using System.Text.Json;
using System.Text.Json.Nodes;

namespace KernelFlow.Bridges;

/// <summary>The list <c>layers</c> of a manifest of version 2: what the factors of the Jacobians belong to, in the order of the columns.</summary>
internal static class LayerKeys
{
    public const string Key = "layers";

    private const string Dense = "dense", Positions = "positions", Columns = "columns";

    /// <summary>Reads the list.</summary>
    /// <exception cref="InvalidRunException">It is missing, or a layer is not sound.</exception>
    public static IReadOnlyList<JacobianLayer> Read(ManifestKeys keys, string path)
    {
        const string Expected = "an array of layers, which version 2 has";
        if (keys.Get(Key, Expected) is not { ValueKind: JsonValueKind.Array } array || array.GetArrayLength() == 0) throw keys.Wrong(Key, Expected);
        var layers = new List<JacobianLayer>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        long parameters = 0;
        foreach (var item in array.EnumerateArray())
        {
            string prefix = $"{Key}[{layers.Count}]";
            if (item.ValueKind != JsonValueKind.Object)
                throw new InvalidRunException($"{path}: {prefix}: found {JsonText.Clip(item.GetRawText())}, expected an object with name, kind and sizes.");
            var layer = Layer(new ManifestKeys(item, path, prefix + "."));
            if (!names.Add(layer.Name)) throw new ManifestKeys(item, path, prefix + ".").Wrong("name", "a name of its own for each layer");
            if (layer.Columns > long.MaxValue - parameters)
                throw new InvalidRunException($"{path}: {prefix}: found more parameters in all layers than can be counted, expected at most {long.MaxValue}.");
            parameters += layer.Columns;
            layers.Add(layer);
        }
        return layers;
    }

    /// <summary>The list as a manifest has it.</summary>
    public static JsonArray Json(IEnumerable<JacobianLayer> layers) => new([.. layers.Select(Json)]);

    private static JacobianLayer Layer(ManifestKeys keys)
    {
        const string Name = "a name of letters, digits, '.', '_' and '-'";
        string name = keys.Text("name", Name), kind = keys.OneOf("kind", Dense, Positions, Columns);
        if (!JacobianLayer.IsName(name)) throw keys.Wrong("name", Name);
        if (kind == Columns) return JacobianLayer.Plain(name, keys.Integer("columns", 1, long.MaxValue));
        long positions = kind == Dense ? 1 : keys.Integer("positions", 1, int.MaxValue);
        long inputs = keys.Integer("inputs", 1, int.MaxValue), outputs = keys.Integer("outputs", 1, int.MaxValue);
        foreach (var (key, extent) in new[] { ("inputs", inputs), ("outputs", outputs) })
            if (positions * extent > Array.MaxLength) throw keys.Wrong(key, $"{key} at all positions of at most {Array.MaxLength}");
        return kind == Dense ? JacobianLayer.Dense(name, inputs, outputs, keys.Flag("bias"))
            : JacobianLayer.AtPositions(name, positions, inputs, outputs, keys.Flag("bias"));
    }

    private static JsonObject Json(JacobianLayer layer)
    {
        if (layer.Kind == JacobianLayerKind.Columns)
            return new JsonObject { ["name"] = layer.Name, ["kind"] = Columns, ["columns"] = layer.Columns };
        var json = new JsonObject { ["name"] = layer.Name, ["kind"] = layer.Kind == JacobianLayerKind.Dense ? Dense : Positions };
        if (layer.Kind == JacobianLayerKind.Positions) json["positions"] = layer.Positions;
        (json["inputs"], json["outputs"], json["bias"]) = (layer.Inputs, layer.Outputs, layer.HasBias);
        return json;
    }
}
