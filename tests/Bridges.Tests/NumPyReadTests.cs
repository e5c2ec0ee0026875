using KernelFlow.Files;
using System.IO.Compression;

namespace KernelFlow.Bridges.Tests;

/// <summary>Arrays of NumPy, against the values that NumPy wrote beside them and against values made here.</summary>
public class NumPyReadTests
{
    private static string Fixture(string name) => Fixtures.File(Path.Combine("pytorch", name));

    [Fact]
    public void EverySingleArrayOfTheFixtures()
    {
        int compared = 0;
        foreach (string file in Directory.GetFiles(Fixture("."), "*.npy"))
        {
            using var opened = RunFormat.Default.OpenFile(file);
            string stem = Path.GetFileNameWithoutExtension(file);
            Assert.Equal([stem], opened.Names);
            compared += ExpectedArrays.Compare(opened, Fixture("numpy.json"), name => name == stem ? name : null);
        }
        Assert.Equal(8, compared);
    }

    [Theory]
    [InlineData("arrays.npz")]
    [InlineData("arrays_deflate.npz")]
    public void EveryArrayOfTheArchives(string name)
    {
        using var opened = RunFormat.Default.OpenFile(Fixture(name));
        string[] names = [.. opened.Names];
        Assert.Equal(12, names.Length);
        Assert.Equal(12, ExpectedArrays.Compare(opened, Fixture("numpy.json"), n => names.Contains(n) ? n : null));
    }

    /// <summary>Every type and both byte orders, as numbers.</summary>
    [Theory]
    [InlineData("i1", "FF02", StorageType.Int8, new[] { -1.0, 2 })]
    [InlineData("u1", "FF02", StorageType.UInt8, new[] { 255.0, 2 })]
    [InlineData("i2", "0180FEFF", StorageType.Int16, new[] { -32767.0, -2 })]
    [InlineData("u2", "0180FEFF", StorageType.UInt16, new[] { 32769.0, 65534 })]
    [InlineData("i4", "FEFFFFFF00000080", StorageType.Int32, new[] { -2.0, -2147483648 })]
    [InlineData("u4", "FEFFFFFF00000080", StorageType.UInt32, new[] { 4294967294.0, 2147483648 })]
    [InlineData("i8", "FEFFFFFFFFFFFFFF0100000000000000", StorageType.Int64, new[] { -2.0, 1 })]
    [InlineData("u8", "000000000000008001000000000000000", StorageType.UInt64, new[] { 9223372036854775808.0, 1 })]
    [InlineData("f2", "003C00C0", StorageType.Float16, new[] { 1.0, -2 })]
    [InlineData("f4", "0000803F000000C0", StorageType.Float32, new[] { 1.0, -2 })]
    [InlineData("f8", "000000000000F03F00000000000000C0", StorageType.Float64, new[] { 1.0, -2 })]
    [InlineData("b1", "0100", StorageType.Boolean, new[] { 1.0, 0 })]
    public void EveryTypeInBothByteOrders(string type, string hex, StorageType stored, double[] expected)
    {
        using var folder = new TemporaryFolder();
        byte[] little = Convert.FromHexString(hex.AsSpan(0, hex.Length / 2 * 2)), big = [.. little];
        int size = little.Length / 2;
        Array.Reverse(big, 0, size);
        Array.Reverse(big, size, size);
        foreach (var (order, data) in new[] { (size == 1 ? '|' : '<', little), ('>', big), ('=', little) })
            foreach (byte version in (byte[])[1, 2, 3])
            {
                File.WriteAllBytes(folder["x.npy"], NumPyFiles.Npy(NumPyFiles.Header(order + type, "(2,)"), data, version));
                using var file = NumPyContainer.Instance.Open(folder["x.npy"]);
                Assert.Equal(stored, file["x"].Type);
                Assert.Equal(expected, file["x"].ReadAll());
            }
    }

    /// <summary>Arrays of three axes in Fortran order, large enough to be laid out in a temporary file, from stored and from compressed members.</summary>
    [Theory]
    [InlineData(CompressionLevel.NoCompression, 7, 1100, 90)]
    [InlineData(CompressionLevel.Fastest, 40_000, 3, 7)]
    [InlineData(CompressionLevel.NoCompression, 2, 3, 140_000)]
    [InlineData(CompressionLevel.NoCompression, 3, 1, 5)]
    public void FortranOrderOfLargeArrays(CompressionLevel level, int a, int b, int c)
    {
        using var folder = new TemporaryFolder();
        var data = new byte[8 * a * b * c];
        for (int k = 0, at = 0; k < c; k++)
            for (int j = 0; j < b; j++)
                for (int i = 0; i < a; i++, at += 8) BitConverter.TryWriteBytes(data.AsSpan(at), (double)((i * b + j) * c + k));
        byte[] npy = NumPyFiles.Npy(NumPyFiles.Header("<f8", $"({a}, {b}, {c})", firstFastest: true), data);
        File.WriteAllBytes(folder["x.npz"], NumPyFiles.Zip(streamed: true, level, ("x.npy", npy)));
        using var file = NumPyContainer.Instance.Open(folder["x.npz"]);
        double[] values = file["x"].ReadAll();
        for (int i = 0; i < values.Length; i++)
            if (values[i] != i) Assert.Fail($"element {i} is {values[i]}");
        var piece = new double[c + 1];
        if (values.Length > c + 2) file["x"].Read(1, piece);
        Assert.Equal(values.Length > c + 2 ? Enumerable.Range(1, c + 1).Select(i => (double)i) : piece, piece);
    }

    /// <summary>What is laid out in a temporary file leaves none behind, and cannot be read after disposal.</summary>
    [Fact]
    public void TemporaryFilesGo()
    {
        using var folder = new TemporaryFolder();
        byte[] npy = NumPyFiles.Npy(NumPyFiles.Header("<f8", "(700000,)"), new byte[5_600_000]);
        File.WriteAllBytes(folder["x.npz"], NumPyFiles.Zip(streamed: false, CompressionLevel.Fastest, ("x.npy", npy)));
        string[] before = Directory.GetFiles(ScratchFile.Folder, "kernelflow-*.part");
        var file = NumPyContainer.Instance.Open(folder["x.npz"]);
        var tensor = file["x"];
        Assert.Equal(0, tensor.ReadAll()[^1]);
        if (!OperatingSystem.IsWindows()) Assert.Subset(before.ToHashSet(), Directory.GetFiles(ScratchFile.Folder, "kernelflow-*.part").ToHashSet());
        file.Dispose();
        Assert.Contains(folder["x.npz"], Assert.Throws<ObjectDisposedException>(() => tensor.ReadAll()).Message);
    }

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    public void ConcurrentReadsAgree(CompressionLevel level)
    {
        using var folder = new TemporaryFolder();
        byte[] data = new byte[8 * 600_000];
        for (int i = 0; i < 600_000; i++) BitConverter.TryWriteBytes(data.AsSpan(8 * i), (double)(i % 1000 * 600 + i / 1000));
        byte[] npy = NumPyFiles.Npy(NumPyFiles.Header("<f8", "(1000, 600)", firstFastest: true), data);
        File.WriteAllBytes(folder["x.npz"], NumPyFiles.Zip(streamed: false, level, ("x.npy", npy)));
        using var file = NumPyContainer.Instance.Open(folder["x.npz"]);
        Parallel.For(0, 200, i =>
        {
            var piece = new double[600];
            file["x"].Read(i * 3000, piece);
            for (int j = 0; j < piece.Length; j++) Assert.Equal(i * 3000 + j, piece[j]);
        });
    }

    [Fact]
    public void MembersThatAreNoArraysAreNotLookedAt()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x.npz"],
            NumPyFiles.Zip(streamed: true, CompressionLevel.NoCompression, ("note.txt", [1]), ("a/b.npy", NumPyFiles.Doubles("()", 2.5))));
        using var file = NumPyContainer.Instance.Open(folder["x.npz"]);
        Assert.Equal(["a/b"], file.Names);
        Assert.Equal([2.5], file["a/b"].ReadAll());
    }
}
