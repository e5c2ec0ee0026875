using System.Runtime.InteropServices;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>A tensor inside a safetensors file.</summary>
internal sealed class SafetensorsTensor(PositionedFile file, SafetensorsEntry entry, StorageType type, long dataStart)
    : TensorSource(entry.Name, file.Path, entry.Shape, type)
{
    // What is read at a time stays in the processor's cache until it is converted.
    private const int Piece = 1 << 14;

    private readonly long _start = dataStart + entry.Begin;

    /// <summary>Reads the stored bytes into the end of the destination and widens them from the front: no element is overwritten before it is read, because
    /// none is stored in more bytes than a float64, and so no other buffer is needed.</summary>
    /// <inheritdoc/>
    protected override void ReadCore(long first, Span<double> destination)
    {
        int size = Type.Size();
        for (; destination.Length > 0; first += Piece)
        {
            var piece = destination[..Math.Min(Type == StorageType.Float64 ? destination.Length : Piece, destination.Length)];
            var stored = MemoryMarshal.AsBytes(piece)[^(piece.Length * size)..];
            file.Read(_start + first * size, stored);
            ElementConversion.Widen(Type, piece);
            if (Type == StorageType.Boolean) TruthValues.Require(piece, first, Location, Name);
            destination = destination[piece.Length..];
        }
    }

    /// <summary>Stored single precision goes to its place as it lies in the file.</summary>
    /// <inheritdoc/>
    protected override void ReadSinglesCore(long first, Span<float> destination)
    {
        if (Type == StorageType.Float32 && BitConverter.IsLittleEndian) file.Read(_start + first * sizeof(float), MemoryMarshal.AsBytes(destination));
        else base.ReadSinglesCore(first, destination);
    }
}
