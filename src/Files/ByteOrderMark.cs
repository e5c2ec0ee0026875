namespace KernelFlow.Files;

/// <summary>The three bytes that some editors put before UTF-8; they mean nothing.</summary>
public static class ByteOrderMark
{
    /// <summary>The bytes after the mark, or all of them where there is none.</summary>
    public static ReadOnlyMemory<byte> Skip(ReadOnlyMemory<byte> bytes) => bytes.Span.StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
}
