using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace KernelFlow.Bridges.Tests;

/// <summary>Files of NumPy made by hand.</summary>
internal static class NumPyFiles
{
    /// <summary>A .npy file.</summary>
    public static byte[] Npy(string header, byte[] data, byte major = 1)
    {
        byte[] text = (major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetBytes(header.PadRight(117 - (major == 1 ? 0 : 2)) + "\n");
        byte[] length = new byte[major == 1 ? 2 : 4];
        if (major == 1) BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        else BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)text.Length);
        return [0x93, .. "NUMPY"u8, major, 0, .. length, .. text, .. data];
    }

    /// <summary>A header of NumPy.</summary>
    public static string Header(string descr, string shape, bool firstFastest = false) =>
        $"{{'descr': '{descr}', 'fortran_order': {firstFastest}, 'shape': {shape}, }}";

    /// <summary>An array of float64.</summary>
    public static byte[] Doubles(string shape, params double[] values) =>
        Npy(Header("<f8", shape), [.. values.SelectMany(BitConverter.GetBytes)]);

    /// <summary>A zip archive.</summary>
    /// <param name="streamed">Whether it is written to something that cannot go back, so that sizes follow the data.</param>
    /// <param name="level">How members are compressed.</param>
    /// <param name="members">Names and bytes.</param>
    public static byte[] Zip(bool streamed, CompressionLevel level, params (string Name, byte[] Bytes)[] members)
    {
        var memory = new MemoryStream();
        using (var archive = new ZipArchive(streamed ? new ForwardOnly(memory) : memory, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, bytes) in members)
            {
                using var member = archive.CreateEntry(name, level).Open();
                member.Write(bytes);
            }
        return memory.ToArray();
    }

    private sealed class ForwardOnly(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
