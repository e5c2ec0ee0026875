using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KernelFlow.Bridges;

/// <summary>Stored little-endian elements to float64 and back.</summary>
internal static class ElementConversion
{
    /// <summary>Turns elements of a stored type, which fill the last bytes of <paramref name="values"/>, into float64, from the front: an element is read
    /// before its bytes are written to. Exact, except that integers beyond 2⁵³ round.</summary>
    public static void Widen(StorageType type, Span<double> values)
    {
        if (values.IsEmpty || type == StorageType.Float64) return;
        ref byte source = ref MemoryMarshal.AsBytes(values)[^(values.Length * type.Size())];
        switch (type)
        {
            case StorageType.Float32:
                Widen(ref Unsafe.As<byte, float>(ref source), values);
                break;
            case StorageType.Float16:
                for (int i = 0; i < values.Length; i++) values[i] = (double)At<Half>(ref source, i);
                break;
            case StorageType.BFloat16:
                for (int i = 0; i < values.Length; i++) values[i] = BitConverter.UInt32BitsToSingle((uint)At<ushort>(ref source, i) << 16);
                break;
            case StorageType.Int64:
                Integers<long>(ref source, values);
                break;
            case StorageType.Int32:
                Integers<int>(ref source, values);
                break;
            case StorageType.Int16:
                Integers<short>(ref source, values);
                break;
            case StorageType.Int8:
                Integers<sbyte>(ref source, values);
                break;
            case StorageType.UInt64:
                Integers<ulong>(ref source, values);
                break;
            case StorageType.UInt32:
                Integers<uint>(ref source, values);
                break;
            case StorageType.UInt16:
                Integers<ushort>(ref source, values);
                break;
            case StorageType.Boolean or StorageType.UInt8:
                Integers<byte>(ref source, values);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    /// <summary>destination ← elements of the stored type, rounded to nearest even (bfloat16 by way of float32).</summary>
    /// <returns>Index of the first value that the type cannot hold, or −1: finite numbers that overflow, integers out of range, beyond 2⁵³ or with a fraction,
    /// masks other than 0 and 1.</returns>
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
                return ToIntegers<long>(source, destination);
            case StorageType.Int32:
                return ToIntegers<int>(source, destination);
            case StorageType.Int16:
                return ToIntegers<short>(source, destination);
            case StorageType.Int8:
                return ToIntegers<sbyte>(source, destination);
            case StorageType.UInt64:
                return ToIntegers<ulong>(source, destination);
            case StorageType.UInt32:
                return ToIntegers<uint>(source, destination);
            case StorageType.UInt16:
                return ToIntegers<ushort>(source, destination);
            case StorageType.UInt8:
                return ToIntegers<byte>(source, destination);
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
    private static void Widen(ref float source, Span<double> values)
    {
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref double target = ref MemoryMarshal.GetReference(values);
            for (; i <= values.Length - Vector256<float>.Count; i += Vector256<float>.Count)
            {
                var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)i));
                low.StoreUnsafe(ref target, (nuint)i);
                high.StoreUnsafe(ref target, (nuint)(i + Vector256<double>.Count));
            }
        }
        for (; i < values.Length; i++) values[i] = Unsafe.Add(ref source, i);
    }

    private static void Integers<T>(ref byte source, Span<double> values) where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < values.Length; i++) values[i] = double.CreateTruncating(At<T>(ref source, i));
    }

    private static int ToIntegers<T>(ReadOnlySpan<double> source, Span<byte> destination) where T : unmanaged, IBinaryInteger<T>
    {
        var integers = MemoryMarshal.Cast<byte, T>(destination);
        int bad = -1;
        for (int i = source.Length - 1; i >= 0; i--)
        {
            integers[i] = T.CreateSaturating(source[i]);
            if (double.CreateTruncating(integers[i]) != source[i] || Math.Abs(source[i]) > 1L << 53) bad = i;
        }
        return bad;
    }

    private static T At<T>(ref byte source, int index) where T : unmanaged =>
        Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref source, (nint)index * Unsafe.SizeOf<T>()));
}
