namespace KernelFlow.Files;

/// <summary>Writes to a temporary file, front to back; a failure names the file that it was to become.</summary>
internal sealed class NamedStream(FileStream inner, string path) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => inner.Length;

    public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception e) when (WriteFailure.Of(e, path) is { } failure)
        {
            throw failure;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => WriteFailure.Naming(path, inner.Flush);

    /// <summary>Flushes everything to the disk.</summary>
    public void FlushToDisk() => WriteFailure.Naming(path, () => inner.Flush(flushToDisk: true));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    // What is still buffered was flushed before, or belongs to a file that is removed.
    protected override void Dispose(bool disposing)
    {
        if (!disposing) return;
        try
        {
            inner.Dispose();
        }
        catch (Exception e) when (WriteFailure.Of(e, path) is not null)
        {
            inner.SafeFileHandle.Dispose();
        }
    }
}
