using System.Text.Json;

namespace KernelFlow.Networks.Imports;

/// <summary>Where a tensor is, and how it is laid out there.</summary>
/// <param name="File">The file; null for that of the checkpoint, or of the data.</param>
/// <param name="Tensor">Its name there; null where the file holds one tensor.</param>
/// <param name="Axes">The order of the axes that are wanted, by where they are; null to leave them.</param>
/// <param name="Reversed">Whether the axes come in the opposite order.</param>
/// <param name="Shape">The shape that is wanted after that, with one −1 for what is left; null to leave it.</param>
/// <param name="Layers">The names that {layer} stands for; their parts are joined along the last axis.</param>
internal sealed record TensorReference(NamePattern? File, NamePattern? Tensor, IReadOnlyList<long>? Axes, bool Reversed, IReadOnlyList<long>? Shape,
    IReadOnlyList<string>? Layers)
{
    private const string Expected = "the name of a tensor, or an object with file, tensor, transpose, reshape and layers";

    /// <summary>Whether it is another tensor for every checkpoint.</summary>
    public bool HasStep => File is null || File.HasStep || Tensor?.HasStep == true;

    /// <summary>Reads one.</summary>
    public static TensorReference Read(MapObject map, string key)
    {
        var value = map.Keys.Get(key, Expected);
        if (value.ValueKind == JsonValueKind.String)
            return new(null, NamePattern.OfTensor(value.GetString()!, map.Where(key)), null, false, null, null);
        var keys = map.Object(key, Expected, "file", "tensor", "transpose", "reshape", "layers");
        string? file = keys.Text("file", "the name of a file"), tensor = keys.Text("tensor", "the name of a tensor");
        if (file is null && tensor is null) throw map.Keys.Wrong(key, "a file, a tensor, or both");
        bool reversed = keys.Has("transpose") && keys.Keys.Get("transpose", "").ValueKind is JsonValueKind.True or JsonValueKind.False
            && keys.Keys.Flag("transpose");
        bool listed = keys.Has("transpose") && keys.Keys.Get("transpose", "").ValueKind is not (JsonValueKind.True or JsonValueKind.False);
        long[]? axes = listed ? keys.Wholes("transpose", "true, or the order of the axes", 0, 16) : null;
        if (axes is not null && !axes.Order().SequenceEqual(Enumerable.Range(0, axes.Length).Select(i => (long)i)))
            throw keys.Keys.Wrong("transpose", "each axis once, counted from 0");
        long[]? shape = keys.Wholes("reshape", "extents of at least 1, of which one may be -1", -1, 16);
        if (shape is not null && (shape.Contains(0) || shape.Count(e => e == -1) > 1)) throw keys.Keys.Wrong("reshape",
            "extents of at least 1, of which one may be -1");
        var reference = new TensorReference(file is null ? null : NamePattern.OfFile(file, keys.Where("file")),
            tensor is null ? null : NamePattern.OfTensor(tensor, keys.Where("tensor")), axes, reversed, shape, keys.Texts("layers", "an array of names"));
        bool placed = reference.File?.HasLayer == true || reference.Tensor?.HasLayer == true;
        if (placed && reference.Layers is not { Count: > 0 }) throw new InvalidRunException($"{keys.Where("layers")} is missing, expected the names that "
            + $"{{layer}} stands for.");
        if (!placed && reference.Layers is not null) throw keys.Keys.Wrong("layers", "{layer} in file or tensor beside it");
        if (reference.Layers?.FirstOrDefault(l => l.Contains('/') || l.Contains('\\') || l is "." or "..") is { } outside && reference.File?.HasLayer == true)
            throw keys.Keys.Wrong("layers", $"names that can stand in the name of a file (found {JsonText.Clip(outside)})");
        return reference;
    }
}
