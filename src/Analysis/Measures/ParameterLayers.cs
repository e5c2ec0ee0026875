using System.Globalization;

namespace KernelFlow.Analysis.Measures;

/// <summary>The layers of a network from the manifest: metadata "layers", "name=count, name=count", in the order of the columns of J.</summary>
internal static class ParameterLayers
{
    /// <summary>The layers, or "all" when they are not stated or do not add up to D.</summary>
    public static IReadOnlyList<ParameterLayer> Of(IReadOnlyDictionary<string, string> metadata, long parameters)
    {
        var layers = metadata.TryGetValue("layers", out string? text) ? Parse(text) : [];
        return layers.Count > 0 && layers.Sum(l => l.Parameters) == parameters ? layers : [new ParameterLayer("all", parameters)];
    }

    // Metadata are free-form strings, so a layer that cannot be read counts as not stated.
    private static List<ParameterLayer> Parse(string text)
    {
        var layers = new List<ParameterLayer>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int at = part.LastIndexOf('=');
            if (at < 1 || !long.TryParse(part.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long count) || count == 0) return [];
            layers.Add(new ParameterLayer(part[..at], count));
        }
        return layers;
    }
}
