using System.Runtime.InteropServices;

namespace KernelFlow.Bridges.Tests;

public class ElementConversionTests
{
    private static double ToDouble(ushort bits, StorageType type)
    {
        double value = 0;
        var one = new Span<double>(ref value);
        MemoryMarshal.Write(MemoryMarshal.AsBytes(one)[^2..], bits);
        ElementConversion.Widen(type, one);
        return value;
    }

    /// <summary>binary16 from its definition: sign, 5 exponent bits (bias 15), 10 fraction bits.</summary>
    private static double Binary16(int bits)
    {
        int exponent = (bits >> 10) & 31, fraction = bits & 1023;
        double magnitude = exponent switch
        {
            0 => Math.ScaleB(fraction, -24),
            31 => fraction == 0 ? double.PositiveInfinity : double.NaN,
            _ => Math.ScaleB(1024 + fraction, exponent - 25),
        };
        return bits >= 0x8000 ? -magnitude : magnitude;
    }

    [Fact]
    public void EveryFloat16()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            double read = ToDouble((ushort)bits, StorageType.Float16), expected = Binary16(bits);
            Assert.True(BitConverter.DoubleToInt64Bits(read) == BitConverter.DoubleToInt64Bits(expected) || (double.IsNaN(read) && double.IsNaN(expected)),
                $"0x{bits:X4}: {read}, expected {expected}");
            Assert.Equal((double)BitConverter.UInt16BitsToHalf((ushort)bits), read);
        }
    }

    [Fact]
    public void EveryBFloat16()
    {
        for (int bits = 0; bits <= ushort.MaxValue; bits++)
        {
            double read = ToDouble((ushort)bits, StorageType.BFloat16);
            int exponent = (bits >> 7) & 255, fraction = bits & 127;
            double magnitude = exponent switch
            {
                0 => Math.ScaleB(fraction, -133),
                255 => fraction == 0 ? double.PositiveInfinity : double.NaN,
                _ => Math.ScaleB(128 + fraction, exponent - 134),
            };
            double expected = bits >= 0x8000 ? -magnitude : magnitude;
            Assert.True(BitConverter.DoubleToInt64Bits(read) == BitConverter.DoubleToInt64Bits(expected) || (double.IsNaN(read) && double.IsNaN(expected)),
                $"0x{bits:X4}: {read}, expected {expected}");
        }
    }

    [Theory]
    [InlineData(StorageType.Float16)]
    [InlineData(StorageType.BFloat16)]
    public void EveryFiniteSixteenBitNumberSurvivesTheRoundTripAndNeighboursRoundToEven(StorageType type)
    {
        Span<byte> stored = stackalloc byte[2];
        for (int bits = 0; bits < 0x7FFF; bits++)
        {
            double a = ToDouble((ushort)bits, type), b = ToDouble((ushort)(bits + 1), type);
            if (!double.IsFinite(a)) break;
            foreach (int sign in (int[])[1, -1])
            {
                Assert.Equal(-1, ElementConversion.FromDouble([sign * a], type, stored));
                Assert.Equal(bits | (sign < 0 ? 0x8000 : 0), BitConverter.ToUInt16(stored));
            }
            if (!double.IsFinite(b)) continue;
            ElementConversion.FromDouble([(a + b) / 2], type, stored);
            Assert.Equal(bits + (bits & 1), BitConverter.ToUInt16(stored));
        }
    }

    [Theory]
    [InlineData(-0.0)]
    [InlineData(-2.802596928649634E-45)]
    [InlineData(1.401298464324817E-45)]
    [InlineData(3.4028234663852886E+38)]
    [InlineData(-1.1754942106924411E-38)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public void Float32SpecialCasesInEveryVectorLane(double value)
    {
        var source = new float[21];
        for (int i = 0; i < source.Length; i++)
        {
            Array.Fill(source, 1);
            source[i] = (float)value;
            var read = new double[source.Length];
            MemoryMarshal.AsBytes<float>(source).CopyTo(MemoryMarshal.AsBytes(read.AsSpan())[^(4 * source.Length)..]);
            ElementConversion.Widen(StorageType.Float32, read);
            for (int j = 0; j < source.Length; j++) Assert.Equal(BitConverter.DoubleToInt64Bits(j == i ? value : 1), BitConverter.DoubleToInt64Bits(read[j]));
        }
    }

    [Theory]
    [InlineData(StorageType.Float16, 65520.0)]
    [InlineData(StorageType.BFloat16, 3.4e38)]
    [InlineData(StorageType.Float32, 1e39)]
    [InlineData(StorageType.Int64, 0.5)]
    [InlineData(StorageType.Int64, 1e17)]
    [InlineData(StorageType.Int32, 0.5)]
    [InlineData(StorageType.Int32, 2147483648.0)]
    [InlineData(StorageType.UInt8, 256.0)]
    [InlineData(StorageType.UInt8, -1.0)]
    [InlineData(StorageType.Boolean, 2.0)]
    public void AValueThatTheTypeCannotHoldIsFound(StorageType type, double value)
    {
        var bytes = new byte[4 * type.Size()];
        Assert.Equal(1, ElementConversion.FromDouble([1, value, 0, value], type, bytes));
        Assert.Equal(-1, ElementConversion.FromDouble([1, 0, 0, 1], type, bytes));
    }

    /// <summary>Stored elements lie in the last bytes of what they become: at every length, none may be written over before it is read.</summary>
    [Theory]
    [InlineData(StorageType.Float16)]
    [InlineData(StorageType.BFloat16)]
    [InlineData(StorageType.Float32)]
    [InlineData(StorageType.Float64)]
    [InlineData(StorageType.Int64)]
    [InlineData(StorageType.Int32)]
    [InlineData(StorageType.UInt8)]
    [InlineData(StorageType.Boolean)]
    public void WideningInPlaceKeepsEveryElement(StorageType type)
    {
        for (int length = 0; length <= 40; length++)
        {
            double[] expected = [.. Enumerable.Range(0, length).Select(i => (double)(type == StorageType.Boolean ? i % 3 % 2 : i + 1))];
            var values = new double[length];
            var stored = MemoryMarshal.AsBytes(values.AsSpan())[^(length * type.Size())..];
            Assert.Equal(-1, ElementConversion.FromDouble((double[])expected.Clone(), type, stored));
            ElementConversion.Widen(type, values);
            Assert.Equal(expected, values);
        }
    }
}
