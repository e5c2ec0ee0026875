using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.WorkPrecision;

/// <summary>Reads matrices of little-endian float64 from an .npz file, as <c>numpy.savez</c> writes them.</summary>
internal static partial class Npz
{
    /// <exception cref="InvalidDataException">An array is not a float64 matrix.</exception>
    public static IReadOnlyDictionary<string, DenseMatrix> Read(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        return archive.Entries.ToDictionary(e => Path.GetFileNameWithoutExtension(e.Name), Matrix);
    }

    private static DenseMatrix Matrix(ZipArchiveEntry entry)
    {
        using var stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        var bytes = memory.ToArray().AsSpan();
        // Magic (6), version (2), header length (2 bytes in version 1, 4 later), header, data.
        int start = bytes[6] == 1 ? 10 : 12, length = bytes[6] == 1 ? BitConverter.ToUInt16(bytes[8..]) : BitConverter.ToInt32(bytes[8..]);
        string header = Encoding.ASCII.GetString(bytes.Slice(start, length));
        if (Shape().Match(header) is not { Success: true } shape || !header.Contains("'<f8'", StringComparison.Ordinal))
            throw new InvalidDataException($"{entry.Name}: expected a float64 matrix, found {header.Trim()}");
        int rows = int.Parse(shape.Groups[1].Value, CultureInfo.InvariantCulture), columns = int.Parse(shape.Groups[2].Value, CultureInfo.InvariantCulture);
        double[] values = MemoryMarshal.Cast<byte, double>(bytes[(start + length)..]).ToArray();
        return header.Contains("'fortran_order': True", StringComparison.Ordinal)
            ? new DenseMatrix(rows, columns, values) : DenseMatrix.Create(rows, columns, (i, j) => values[i * columns + j]);
    }

    [GeneratedRegex(@"'shape': \((\d+), (\d+)\)")]
    private static partial Regex Shape();
}
