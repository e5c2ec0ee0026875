using System.Text.Json;
using KernelFlow.Files;
using KernelFlow.Networks.Layers;

namespace KernelFlow.Networks.Imports;

/// <summary>One layer as a map states it; sizes follow from the weights.</summary>
internal sealed record LayerMap(LayerType Type, string Name, string Where)
{
    // What may stand beside "type".
    private static readonly Dictionary<LayerType, string[]> _keys = new()
    {
        [LayerType.Linear] = ["name", "trained"],
        [LayerType.Conv2d] = ["name", "trained", "stride", "padding", "dilation"],
        [LayerType.LayerNorm] = ["name", "trained", "epsilon"],
        [LayerType.GroupNorm] = ["name", "trained", "epsilon", "groups"],
        [LayerType.BatchNorm1d] = ["name", "trained", "epsilon"],
        [LayerType.BatchNorm2d] = ["name", "trained", "epsilon"],
        [LayerType.MaxPool2d] = ["kernel", "stride", "padding"],
        [LayerType.AvgPool2d] = ["kernel", "stride", "padding", "countPadding"],
        [LayerType.AdaptiveAvgPool2d] = ["output"],
        [LayerType.Unflatten] = ["shape"],
        [LayerType.GELU] = ["approximate"],
        [LayerType.LeakyReLU] = ["slope"],
        [LayerType.ELU] = ["alpha"],
        [LayerType.Dropout] = ["p"],
    };

    // Names in lower case.
    private static readonly Dictionary<string, LayerType> _types = Enum.GetValues<LayerType>().ToDictionary(t => t.ToString().ToLowerInvariant());

    /// <summary>Whether its parameters were trained; null where the map does not say.</summary>
    public bool? Trained { get; private init; }

    /// <summary>The windows of a convolution (without their sides, which its weights have) or of a pooling.</summary>
    public Windows Windows { get; private init; }

    /// <summary>Whether a mean counts the zeros of the padding.</summary>
    public bool CountsPadding { get; private init; }

    /// <summary>What is added to the variance of a norm.</summary>
    public double Epsilon { get; private init; }

    /// <summary>The groups of channels of a group norm.</summary>
    public int Groups { get; private init; }

    /// <summary>The extents that are wanted: of an unflattened image, or of an adaptive pooling.</summary>
    public IReadOnlyList<int> Shape { get; private init; } = [];

    /// <summary>φ and φ' of an activation; null for another layer.</summary>
    public Func<double, (double Value, double Slope)>? Function { get; private init; }

    /// <summary>Reads a layer.</summary>
    /// <param name="map">The network's object.</param>
    /// <param name="value">The name of a type, or an object.</param>
    /// <param name="place">Where it stands.</param>
    /// <param name="index">Its number, which is its name in an nn.Sequential.</param>
    public static LayerMap Read(MapObject map, JsonElement value, string place, int index)
    {
        string file = map.Where("");
        file = file[..file.LastIndexOf(": ", StringComparison.Ordinal)];
        string number = FormattableString.Invariant($"{index}");
        if (value.ValueKind == JsonValueKind.String)
        {
            var only = Known(value.GetString()!, $"{file}: {place}");
            if (only is not (LayerType.MaxPool2d or LayerType.AvgPool2d or LayerType.AdaptiveAvgPool2d or LayerType.Unflatten or LayerType.GroupNorm))
                value = JsonDocument.Parse("{}").RootElement;
            else throw new InvalidRunException($"{file}: {place}: {JsonText.Clip(value.GetString()!)} needs more than its name, expected an object with "
                + $"type and {string.Join(", ", _keys[only])}.");
            return Of(new MapObject(value, file, place + "."), only, number, $"{file}: {place}");
        }
        var typed = value.ValueKind == JsonValueKind.Object && value.TryGetProperty("type", out var t) && t.ValueKind == JsonValueKind.String
            ? t.GetString()! : null;
        if (typed is null) throw new InvalidRunException($"{file}: {place}: found {JsonText.Clip(value.GetRawText())}, expected the type of a layer, or "
            + "an object with type.");
        var type = Known(typed, $"{file}: {place}.type");
        return Of(map.Item(value, place, ["type", .. _keys.GetValueOrDefault(type, [])]), type, number, $"{file}: {place}");
    }

    private static LayerMap Of(MapObject keys, LayerType type, string number, string where)
    {
        (int Y, int X) stride = keys.Pair("stride", 1) ?? (1, 1), padding = keys.Pair("padding", 0) ?? (0, 0), dilation = keys.Pair("dilation", 1) ?? (1,
            1), sides = (1, 1);
        if (type is LayerType.MaxPool2d or LayerType.AvgPool2d)
        {
            sides = keys.Has("kernel") ? keys.Pair("kernel", 1)!.Value
                : throw new InvalidRunException($"{keys.Where("kernel")} is missing, expected the side of the windows, or two.");
            stride = keys.Pair("stride", 1) ?? sides;
            if (2 * padding.Y > sides.Y || 2 * padding.X > sides.X) throw keys.Keys.Wrong("padding", "at most half of kernel");
        }
        return new LayerMap(type, keys.Text("name", "the name of the layer in the state dictionary") ?? number, where)
        {
            Trained = keys.Has("trained") ? keys.Keys.Flag("trained") : null,
            Windows = new Windows(sides.Y, sides.X, stride.Y, stride.X, padding.Y, padding.X, dilation.Y, dilation.X),
            CountsPadding = !keys.Has("countPadding") || keys.Keys.Flag("countPadding"),
            Epsilon = keys.Has("epsilon") ? keys.Keys.Number("epsilon", "a number above 0", v => v > 0) : 1e-5,
            Groups = type == LayerType.GroupNorm ? (int)keys.Keys.Integer("groups", 1, 1 << 20) : 1,
            Shape = type switch
            {
                LayerType.AdaptiveAvgPool2d => keys.Pair("output", 1) is { } pair ? [pair.Y, pair.X]
                    : throw new InvalidRunException($"{keys.Where("output")} is missing, expected the side of the image, or two."),
                LayerType.Unflatten => keys.Wholes("shape", "channels, height and width", 1, 3) is [<= 1 << 20 and var c, <= 1 << 16 and var h,
                    <= 1 << 16 and var w] ? [(int)c, (int)h, (int)w]
                    : throw new InvalidRunException($"{keys.Where("shape")}: expected channels, height and width."),
                _ => [],
            },
            Function = Activation(keys, type),
        };
    }

    private static LayerType Known(string type, string where)
    {
        string found = type.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();
        if (_types.TryGetValue(found, out var known)) return known;
        throw new InvalidRunException($"{where}: found the layer {JsonText.Clip(type)}, which this tool does not know"
            + (NearestWord.Of(found, _types.Keys) is { } near ? $" (did you mean {_types[near]}?)" : "")
                + $", expected one of {string.Join(", ", Enum.GetNames<LayerType>())}.");
    }

    private static Func<double, (double, double)>? Activation(MapObject keys, LayerType type) => type switch
    {
        LayerType.GELU => Form(keys) == GeluForm.Tanh ? Scalars.TanhGelu : Scalars.Of(ActivationKind.Gelu),
        LayerType.ReLU => Scalars.Of(ActivationKind.Relu),
        LayerType.Tanh => Scalars.Of(ActivationKind.Tanh),
        LayerType.Sigmoid => Scalars.Sigmoid,
        LayerType.SiLU => Scalars.Silu,
        LayerType.Softplus => Scalars.Softplus,
        LayerType.LeakyReLU => Scalars.LeakyRelu(keys.Has("slope") ? keys.Keys.Number("slope", "a number", _ => true) : 0.01),
        LayerType.ELU => Scalars.Elu(keys.Has("alpha") ? keys.Keys.Number("alpha", "a number", _ => true) : 1),
        _ => null,
    };

    private static GeluForm Form(MapObject keys) =>
        keys.Has("approximate") ? OptionName.Parse<GeluForm>(keys.Keys.OneOf("approximate", OptionName.All<GeluForm>())) : GeluForm.None;
}
