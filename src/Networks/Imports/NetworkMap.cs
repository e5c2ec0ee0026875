namespace KernelFlow.Networks.Imports;

/// <summary>The network of a map: its layers, and where its weights are.</summary>
internal sealed record NetworkMap(string Where, IReadOnlyList<LayerMap> Layers, string Prefix, IReadOnlyList<string> Ignored, Parametrisation Parametrisation,
    IReadOnlyList<long>? Input, string? SecondMoments)
{
    private const string Names = "an array of names of tensors, where * at the end stands for anything";

    public static NetworkMap Read(MapObject map)
    {
        var keys = map.Object("network", "an object with layers", "layers", "prefix", "ignore", "parametrisation", "input", "secondMoments");
        var layers = keys.Items("layers", "an array of layers").Select((item, i) => LayerMap.Read(keys, item.Value, item.Prefix, i)).ToArray();
        if (layers.Length == 0) throw keys.Keys.Wrong("layers", "at least one layer");
        string parametrisation = keys.Has("parametrisation") ? keys.Keys.OneOf("parametrisation", OptionName.All<Parametrisation>())
            : OptionName.Of(Parametrisation.Standard);
        string? moments = keys.Text("secondMoments", "the names of Adam's exp_avg_sq, with {index} for the number of the parameter");
        if (moments is not null && !moments.Contains(Index, StringComparison.Ordinal)) throw keys.Keys.Wrong("secondMoments",
            "a name with {index}, the number of the parameter");
        return new NetworkMap(map.Where("network"), layers, keys.Text("prefix", "what the names of the weights begin with") ?? "", keys.Texts("ignore",
            Names) ?? [],
            OptionName.Parse<Parametrisation>(parametrisation), keys.Wholes("input", "the extents of one example", 1, 3), moments);
    }

    public const string Index = "{index}";

    /// <summary>Whether a tensor is none of the network's.</summary>
    public bool Ignores(string name) => !name.StartsWith(Prefix, StringComparison.Ordinal)
        || Ignored.Any(i => i.EndsWith('*') ? name.StartsWith(i[..^1], StringComparison.Ordinal) : name == i);
}
