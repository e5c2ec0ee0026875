using System.Text;
using KernelFlow.Files;

namespace KernelFlow.Bridges;

/// <summary>Files of TorchSharp: a state dictionary of <c>Module.save</c> (a count, then names and tensors), or one tensor of <c>Tensor.Save</c>. Neither says
/// what it is, so the whole file is followed as both, and must end exactly where one of them ends.</summary>
internal sealed class StateDictionary
{
    // Enough for any model; and a file of a few bytes cannot ask for room for more names than it has bytes.
    private const int MostEntries = 1_000_000, MostAxes = 64;
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private readonly PositionedFile _file;
    private readonly SharedScratch _scratch;
    private readonly WindowReader _window;
    private long _at;

    private StateDictionary(PositionedFile file, SharedScratch scratch)
    {
        (_file, _scratch) = (file, scratch);
        _window = new WindowReader(new FileBytes(file, 0, file.Length));
    }

    /// <summary>The tensors of the file; one that stands alone has the empty name.</summary>
    public static IEnumerable<StoredArray> Read(PositionedFile file, SharedScratch scratch)
    {
        if (file.Length == 0) throw new TruncatedFileException($"{file.Path}: found 0 bytes, expected at least 1: the file was cut off in writing.");
        var (entries, defect) = Try(() => new StateDictionary(file, scratch).Entries());
        var (single, _) = Try(() => new StateDictionary(file, scratch).Single());
        if (entries is not null && single is not null)
            throw new InvalidRunException($"{file.Path}: found bytes that are a state dictionary and a tensor, too, expected one of them.");
        return entries ?? single ?? throw defect!;
    }

    private static (List<StoredArray>? Arrays, InvalidRunException? Defect) Try(Func<List<StoredArray>> read)
    {
        try
        {
            return (read(), null);
        }
        catch (InvalidRunException e)
        {
            return (null, e);
        }
    }

    private List<StoredArray> Entries()
    {
        long count = Number("number of tensors");
        if (count > Math.Min(MostEntries, _file.Length)) throw Error($"found {count} tensors, expected at most {Math.Min(MostEntries, _file.Length)}");
        var arrays = new List<StoredArray>();
        for (long i = 0; i < count; i++) arrays.Add(Tensor(Name()));
        RequireEnd();
        return arrays;
    }

    private List<StoredArray> Single()
    {
        List<StoredArray> arrays = [Tensor("")];
        RequireEnd();
        return arrays;
    }

    private StoredArray Tensor(string name)
    {
        string place = name.Length == 0 ? "tensor" : PrintableText.Name(name);
        long code = Number($"{place}: type");
        var element = ElementOf(code) ?? throw Error($"{place}: found type {code}, expected 0 to 7, 9 to 11 or 15");
        long rank = Number($"{place}: number of axes");
        if (rank > MostAxes) throw Error($"{place}: found {rank} axes, expected at most {MostAxes}");
        var shape = new long[rank];
        for (int d = 0; d < rank; d++) shape[d] = Number($"{place}: extent");
        if (ArrayLayout.Of(shape) is not { } layout)
            throw Error($"{place}: found shape {JsonText.Clip("[" + string.Join(", ", shape) + "]")}, whose size in bytes overflows 64 bits");
        long length = layout.Count * element.Size, start = _at;
        if (length > _file.Length - _at) throw Cut($"{place}: data", length);
        _at += length;
        return new StoredArray(name, shape, element, layout, new FileBytes(_file, start, length), _scratch);
    }

    private string Name()
    {
        long length = Number("length of a name");
        if (length > _file.Length - _at) throw Cut("a name", length);
        if (length > ushort.MaxValue) throw Error($"found a name of {length} bytes, expected at most {ushort.MaxValue}");
        var bytes = new byte[length];
        _window.Read(_at, bytes);
        _at += length;
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Error("found a name that is not UTF-8");
        }
    }

    /// <summary>Seven bits a byte, the least significant first; the high bit says that more follow.</summary>
    private long Number(string what)
    {
        long value = 0;
        var next = new byte[1];
        for (int shift = 0; shift < 63; shift += 7)
        {
            if (_at == _file.Length) throw Cut(what, 1);
            _window.Read(_at++, next);
            value |= (long)(next[0] & 127) << shift;
            if (next[0] < 128) return value;
        }
        throw Error($"{what}: found more than 63 bits");
    }

    private void RequireEnd()
    {
        if (_at != _file.Length) throw Error($"found {_file.Length - _at} bytes after the last tensor, expected none");
    }

    private static ElementType? ElementOf(long code) => code switch
    {
        0 => ElementType.Find("uint8"),
        1 => ElementType.Find("int8"),
        2 => ElementType.Find("int16"),
        3 => ElementType.Find("int32"),
        4 => ElementType.Find("int64"),
        5 => ElementType.Find("float16"),
        6 => ElementType.Find("float32"),
        7 => ElementType.Find("float64"),
        9 => ElementType.Find("complex64"),
        10 => ElementType.Find("complex128"),
        11 => ElementType.Find("bool"),
        15 => ElementType.Find("bfloat16"),
        _ => null,
    };

    private TruncatedFileException Cut(string what, long expected) => new(
        $"{_file.Path}: {what}: found {_file.Length - _at} bytes, expected {expected}: the file was cut off in writing, or is none of TorchSharp.");

    private InvalidRunException Error(string message) => new($"{_file.Path}: {message}.");
}
