using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Copies of tensors in managed memory, whatever device they are on.</summary>
internal static class HostCopies
{
    /// <summary>All elements, row-major, as float64.</summary>
    public static double[] Doubles(torch.Tensor tensor)
    {
        var copy = new double[tensor.numel()];
        Read(tensor, copy);
        return copy;
    }

    /// <summary>The same into memory that is there.</summary>
    public static void Read(torch.Tensor tensor, Span<double> destination)
    {
        if (destination.IsEmpty) return;
        // An accessor would copy a tensor of another device anew and keep the copy: the copy is made here, and the scope ends it.
        using var scope = torch.NewDisposeScope();
        MemoryMarshal.Cast<byte, double>(tensor.detach().to(torch.ScalarType.Float64).cpu().contiguous().bytes).CopyTo(destination);
    }

    /// <summary>A tensor of the run in the stored type.</summary>
    public static MemoryTensor Tensor(string name, double[] values, StorageType type, params long[] shape) =>
        type == StorageType.Float32 ? new MemoryTensor(name, Array.ConvertAll(values, v => (float)v), shape) : new MemoryTensor(name, values, shape);
}
