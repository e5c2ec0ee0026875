using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KernelFlow.Bridges;

/// <summary>Stored little-endian elements to float64 and back. Sources may lie at any byte address: a header of odd length shifts all that follows.</summary>
internal static unsafe class ElementConversion
{
    /// <summary>destination ← the elements at <paramref name="source"/>; exact, except that integers beyond 2⁵³ round.</summary>
    public static void ToDouble(byte* source, StorageType type, Span<double> destination)
    {
        switch (type)
        {
            case StorageType.Float64:
                new ReadOnlySpan<byte>(source, checked(destination.Length * 8)).CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case StorageType.Float32:
                Widen((float*)source, destination);
                break;
            case StorageType.Float16:
                for (int i = 0; i < destination.Length; i++) destination[i] = (double)Unsafe.ReadUnaligned<Half>(source + 2L * i);
                break;
            case StorageType.BFloat16:
                for (int i = 0; i < destination.Length; i++)
                    destination[i] = BitConverter.UInt32BitsToSingle((uint)Unsafe.ReadUnaligned<ushort>(source + 2L * i) << 16);
                break;
            case StorageType.Int64:
                for (int i = 0; i < destination.Length; i++) destination[i] = Unsafe.ReadUnaligned<long>(source + 8L * i);
                break;
            case StorageType.Boolean:
                for (int i = 0; i < destination.Length; i++) destination[i] = source[i];
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    /// <summary>destination ← elements of the stored type, rounded to nearest even (bfloat16 by way of float32).</summary>
    /// <returns>Index of the first value that the type cannot hold, or −1: finite numbers that overflow, integers beyond 2⁵³ or with a fraction, masks other
    /// than 0 and 1.</returns>
    public static int FromDouble(ReadOnlySpan<double> source, StorageType type, Span<byte> destination)
    {
        int bad = -1;
        switch (type)
        {
            case StorageType.Float64:
                MemoryMarshal.AsBytes(source).CopyTo(destination);
                break;
            case StorageType.Float32:
                var singles = MemoryMarshal.Cast<byte, float>(destination);
                for (int i = source.Length - 1; i >= 0; i--)
                    if (!float.IsFinite(singles[i] = (float)source[i])) bad = i;
                break;
            case StorageType.Float16:
                var halves = MemoryMarshal.Cast<byte, Half>(destination);
                for (int i = source.Length - 1; i >= 0; i--)
                    if (!Half.IsFinite(halves[i] = (Half)source[i])) bad = i;
                break;
            case StorageType.BFloat16:
                var uppers = MemoryMarshal.Cast<byte, ushort>(destination);
                for (int i = source.Length - 1; i >= 0; i--)
                {
                    // Adding half of the dropped part, and one more when the kept part is odd, rounds a finite number to nearest even.
                    uint bits = BitConverter.SingleToUInt32Bits((float)source[i]);
                    uppers[i] = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
                    if ((uppers[i] & 0x7F80) == 0x7F80) bad = i;
                }
                break;
            case StorageType.Int64:
                var integers = MemoryMarshal.Cast<byte, long>(destination);
                for (int i = source.Length - 1; i >= 0; i--)
                {
                    integers[i] = (long)source[i];
                    if (source[i] != Math.Floor(source[i]) || Math.Abs(source[i]) > 1L << 53) bad = i;
                }
                break;
            case StorageType.Boolean:
                for (int i = source.Length - 1; i >= 0; i--)
                {
                    destination[i] = (byte)(source[i] == 0 ? 0 : 1);
                    if (source[i] is not (0 or 1)) bad = i;
                }
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
        return bad;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(float* source, Span<double> destination)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            fixed (double* target = destination)
                for (; i <= destination.Length - Vector256<float>.Count; i += Vector256<float>.Count)
                {
                    var (low, high) = Vector256.Widen(Vector256.Load(source + i));
                    low.Store(target + i);
                    high.Store(target + i + Vector256<double>.Count);
                }
        }
        for (; i < destination.Length; i++) destination[i] = Unsafe.ReadUnaligned<float>(source + i);
    }
}
