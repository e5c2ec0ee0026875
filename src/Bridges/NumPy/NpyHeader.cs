using System.Buffers.Binary;
using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>The header of a .npy file: a magic number, a version, and a Python dictionary of descr, fortran_order and shape.</summary>
/// <param name="Element">What the elements are stored as.</param>
/// <param name="FirstFastest">Whether they are stored in Fortran order.</param>
/// <param name="Shape">Extents, outermost first.</param>
/// <param name="Start">Where the elements begin.</param>
internal sealed record NpyHeader(ElementType Element, bool FirstFastest, long[] Shape, int Start)
{
    /// <summary>The first bytes that must be there before the header's length is known.</summary>
    public const int Lead = 12;

    /// <summary>The longest header that is read.</summary>
    public const int MaximumLength = 1 << 16;

    private const int MostAxes = 64;
    private static readonly byte[] s_magic = [0x93, .. "NUMPY"u8];
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">The beginning of the file: all of it, or at least <see cref="Lead"/> + <see cref="MaximumLength"/> bytes.</param>
    /// <param name="place">The file, and in an archive its member, for messages.</param>
    /// <exception cref="InvalidRunException">It is not sound, or describes elements that are no numbers.</exception>
    public static NpyHeader Read(ReadOnlySpan<byte> bytes, string place)
    {
        if (!bytes.StartsWith(s_magic))
            throw Error(place, bytes.Length < 6 ? $"found {bytes.Length} bytes, expected the header of a .npy file" : "found no .npy file, expected one");
        if (bytes.Length < Lead) throw Cut(place, bytes.Length, Lead);
        var (major, minor) = (bytes[6], bytes[7]);
        if (major is not (1 or 2 or 3) || minor != 0) throw Error(place, $"found version {major}.{minor} of the .npy format, expected 1.0, 2.0 or 3.0");
        int start = major == 1 ? 10 : 12;
        long length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (length > MaximumLength) throw Error(place, $"found a .npy header of {length} bytes, expected at most {MaximumLength}");
        if (bytes.Length - start < length) throw Cut(place, bytes.Length, start + length);
        var literal = bytes.Slice(start, (int)length);
        string text;
        try
        {
            text = major == 3 ? s_utf8.GetString(literal) : Encoding.Latin1.GetString(literal);
        }
        catch (DecoderFallbackException)
        {
            throw Error(place, "found a .npy header that is not UTF-8");
        }
        var header = NpyLiteral.Parse(text, place, hasLongs: major < 3);
        if (header.Shape.Length > MostAxes) throw Error(place, $"found {header.Shape.Length} axes, expected at most {MostAxes}");
        return new NpyHeader(TypeOf(header.Descr, place), header.FirstFastest, header.Shape, start + (int)length);
    }

    /// <summary>The array that the header describes.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">The whole file, header included.</param>
    /// <param name="scratch">Receives the rows of a large array in Fortran order.</param>
    /// <param name="place">The file, and in an archive its member, for messages.</param>
    /// <param name="isWhole">Whether what holds the bytes is known to be whole: then there is no hope that a file was only cut off.</param>
    public StoredArray Array(string name, ByteSource bytes, SharedScratch scratch, string place, bool isWhole)
    {
        if (ArrayLayout.Of(Shape, firstFastest: FirstFastest) is not { } layout)
            throw Error(place, $"found shape {JsonText.Clip("[" + string.Join(", ", Shape) + "]")}, whose size in bytes overflows 64 bits");
        long found = bytes.Length - Start, expected = layout.Count * Element.Size;
        if (found < expected && !isWhole) throw Cut(place, bytes.Length, Start + expected);
        if (found != expected)
            throw Error(place, $"found {found} bytes of data, expected {expected} bytes for {Element.Name} of shape [{string.Join(", ", Shape)}]");
        return new StoredArray(name, Shape, Element, layout, new BytesFrom(bytes, Start), scratch);
    }

    private static ElementType TypeOf(string descr, string place)
    {
        if (descr.Length < 3 || descr[0] is not ('<' or '>' or '|' or '=')) throw Unknown();
        string? name = descr[1..] switch
        {
            "f2" => "float16",
            "f4" => "float32",
            "f8" => "float64",
            "c8" => "complex64",
            "c16" => "complex128",
            "b1" => "bool",
            "i1" => "int8",
            "i2" => "int16",
            "i4" => "int32",
            "i8" => "int64",
            "u1" => "uint8",
            "u2" => "uint16",
            "u4" => "uint32",
            "u8" => "uint64",
            _ => null,
        };
        if (name is null || ElementType.Find(name) is not { } type || (descr[0] == '|' && type.Size > 1)) throw Unknown();
        return type with { BigEndian = descr[0] == '>' };

        InvalidRunException Unknown()
        {
            string what = descr.Length < 2 ? "" : descr[1] switch
            {
                'O' => " (Python objects, which only a program could make)",
                'S' or 'U' => " (text)",
                'V' => " (raw bytes, as of bfloat16)",
                'M' or 'm' => " (times)",
                _ => "",
            };
            return Error(place,
                $"found elements of type {JsonText.Clip(descr)}{what}, expected b1, i1 to i8, u1 to u8, f2 to f8, c8 or c16 after <, >, = or |");
        }
    }

    private static TruncatedFileException Cut(string place, long found, long expected) =>
        new($"{place}: found {found} bytes, expected {expected}: the file was cut off in writing.");

    private static InvalidRunException Error(string place, string message) => new($"{place}: {message}.");
}
