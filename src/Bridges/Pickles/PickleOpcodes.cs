using System.Globalization;

namespace KernelFlow.Bridges;

/// <summary>The names of opcodes that are refused, for messages.</summary>
internal static class PickleOpcodes
{
    /// <summary>The name, or the byte where there is none.</summary>
    public static string Name(byte code) => (char)code switch
    {
        'i' => "INST",
        'o' => "OBJ",
        'P' => "PERSID",
        '\u0092' => "NEWOBJ_EX",
        '\u0082' => "EXT1",
        '\u0083' => "EXT2",
        '\u0084' => "EXT4",
        '0' => "POP",
        '1' => "POP_MARK",
        '2' => "DUP",
        'F' => "FLOAT",
        'I' => "INT",
        'L' => "LONG",
        '\u008b' => "LONG4",
        'S' => "STRING",
        'T' => "BINSTRING",
        'U' => "SHORT_BINSTRING",
        'V' => "UNICODE",
        '\u008d' => "BINUNICODE8",
        'B' => "BINBYTES",
        'C' => "SHORT_BINBYTES",
        '\u008e' => "BINBYTES8",
        '\u0096' => "BYTEARRAY8",
        '\u0097' => "NEXT_BUFFER",
        '\u0098' => "READONLY_BUFFER",
        '\u008f' => "EMPTY_SET",
        '\u0090' => "ADDITEMS",
        '\u0091' => "FROZENSET",
        'd' => "DICT",
        'l' => "LIST",
        'g' => "GET",
        'p' => "PUT",
        _ => code.ToString("X2", CultureInfo.InvariantCulture),
    };
}
