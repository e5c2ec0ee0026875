using System.Runtime.InteropServices;

namespace KernelFlow.Bridges;

/// <summary>A tensor in memory as a file would give it back: every element is rounded to the stored type.</summary>
internal static class StoredCopy
{
    /// <summary>Copies a tensor.</summary>
    /// <exception cref="InvalidRunException">It is too large for one array, or an element is not finite or does not fit the stored type.</exception>
    public static TensorSource Of(TensorSource tensor)
    {
        if (tensor.Count > Array.MaxLength)
            throw new InvalidRunException($"{tensor.Name}: found {tensor.Count} elements of shape {tensor.ShapeText}, expected at most {Array.MaxLength} "
                + "in memory; record into a folder, or fewer examples.");
        long[] shape = [.. tensor.Shape];
        if (tensor.Type == StorageType.Float32) return new MemoryTensor(tensor.Name, Elements<float>(tensor), shape);
        if (tensor.Type == StorageType.Float64) return new MemoryTensor(tensor.Name, Elements<double>(tensor), shape);
        double[] values = Widened(tensor);
        return new StreamedTensor(tensor.Name, tensor.Type, shape, (first, destination) => values.AsSpan((int)first, destination.Length).CopyTo(destination));
    }

    private static T[] Elements<T>(TensorSource tensor) where T : unmanaged
    {
        var elements = new T[tensor.Count];
        SafetensorsWriter.EachBlock(tensor, (first, bytes) => MemoryMarshal.Cast<byte, T>(bytes).CopyTo(elements.AsSpan((int)first)));
        return elements;
    }

    // The few types that no array of ours holds: half precision, integers, masks.
    private static double[] Widened(TensorSource tensor)
    {
        var values = new double[tensor.Count];
        SafetensorsWriter.EachBlock(tensor, (first, bytes) =>
        {
            var block = values.AsSpan((int)first, bytes.Length / tensor.Type.Size());
            bytes.CopyTo(MemoryMarshal.AsBytes(block)[^bytes.Length..]);
            ElementConversion.Widen(tensor.Type, block);
        });
        return values;
    }
}
