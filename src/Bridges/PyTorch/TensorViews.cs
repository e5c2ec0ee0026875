using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>Views of storages as arrays.</summary>
internal static class TensorViews
{
    /// <summary>The array that a tensor is, after its furthest element was found inside its storage.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">The view.</param>
    /// <param name="storage">The bytes of its storage, as many as it says that there are.</param>
    /// <param name="bigEndian">Whether numbers have their most significant byte first.</param>
    /// <param name="scratch">Receives the rows of a large array that is stored in another order.</param>
    /// <param name="path">The file, for messages.</param>
    public static StoredArray Array(string name, PickleTensor tensor, ByteSource storage, bool bigEndian, SharedScratch scratch, string path)
    {
        var (stored, element) = (tensor.Storage, tensor.Storage.Element);
        if (ArrayLayout.Of(tensor.Shape, tensor.Strides) is not { } layout)
            throw new InvalidRunException($"{path}: {PrintableText.Name(name)}: found shape {Text(tensor.Shape)} with strides {Text(tensor.Strides)}, "
                + "whose size in bytes overflows 64 bits.");
        if (tensor.Offset > stored.Count || layout.Span > stored.Count - tensor.Offset)
            throw new InvalidRunException($"{path}: {PrintableText.Name(name)}: found shape {Text(tensor.Shape)} with strides {Text(tensor.Strides)} "
                + $"from element {tensor.Offset} on, expected it inside the {stored.Count} elements of its storage.");
        long start = tensor.Offset * element.Size;
        return new StoredArray(name, tensor.Shape, element with { BigEndian = bigEndian }, layout,
            start == 0 ? storage : new BytesFrom(storage, start, layout.Span * element.Size), scratch);
    }

    /// <summary>Extents as text, few of many.</summary>
    private static string Text(long[] numbers) => JsonText.Clip("[" + string.Join(", ", numbers) + "]");
}
