using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.WorkPrecision;

/// <summary>Writes matrices as <c>numpy.savez</c> does, columns first.</summary>
internal static class NpzWriter
{
    public static void Write(string path, params (string Name, DenseMatrix Matrix)[] matrices)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        foreach (var (name, matrix) in matrices)
        {
            using var stream = archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression).Open();
            string shape = string.Create(CultureInfo.InvariantCulture, $"({matrix.RowCount}, {matrix.ColumnCount})");
            string header = "{'descr': '<f8', 'fortran_order': True, 'shape': " + shape + ", }";
            // The numbers begin at a multiple of 64: ten bytes, the header, spaces, a line feed.
            header = header.PadRight((10 + header.Length + 64) / 64 * 64 - 11) + "\n";
            stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)(header.Length & 255), (byte)(header.Length >> 8), .. Encoding.ASCII.GetBytes(header)]);
            stream.Write(MemoryMarshal.AsBytes(matrix.Values.AsSpan()));
        }
    }
}
