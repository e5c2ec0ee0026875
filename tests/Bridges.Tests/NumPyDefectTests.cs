using System.Buffers.Binary;
using System.IO.Compression;

namespace KernelFlow.Bridges.Tests;

/// <summary>Arrays and archives that are not sound: one message each, with the file, what was found and what was expected.</summary>
public sealed class NumPyDefectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Refusal(string name, byte[] bytes)
    {
        string path = _folder[name];
        File.WriteAllBytes(path, bytes);
        var error = Assert.ThrowsAny<InvalidRunException>(() =>
        {
            using var file = NumPyContainer.Instance.Open(path);
            foreach (string tensor in file.Names) _ = file[tensor].ReadAll();
        });
        Assert.StartsWith(path + ": ", error.Message);
        return error.Message[(path.Length + 2)..];
    }

    private string Header(string text, int data = 0) => Refusal("x.npy", NumPyFiles.Npy(text, new byte[data]));

    [Theory]
    [InlineData("", "the .npy header: the header ends, expected {.")]
    [InlineData("{}", "the .npy header: descr is missing.")]
    [InlineData("{'descr': '<f8', 'shape': ()}", "the .npy header: fortran_order is missing.")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (3)}", "shape: found a number in parentheses, expected a comma after it.")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (03,)}", "found 03,)}")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "expected a whole number from 0 to 9223372036854775807.")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999999999999,)}", "from 0 to 9223372036854775807.")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (True,)}", "expected a whole number")]
    [InlineData("{'descr': '<f8', 'fortran_order': 0, 'shape': ()}", "expected True or False.")]
    [InlineData("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': ()}", "the .npy header: descr stands twice, expected once.")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': 1}", "found the key x, expected descr, fortran_order and shape.")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': ()} or 1", "expected nothing after the dictionary.")]
    [InlineData("{'descr': __import__('os').system('true'), 'shape': ()}", "expected a text in quotes.")]
    [InlineData("{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': ()}", "found records of several fields, expected elements of one type.")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': ()}", "type |O (Python objects, which only a program could make), expected")]
    [InlineData("{'descr': '<U7', 'fortran_order': False, 'shape': ()}", "found elements of type <U7 (text), expected")]
    [InlineData("{'descr': '|S3', 'fortran_order': False, 'shape': ()}", "found elements of type |S3 (text), expected")]
    [InlineData("{'descr': '<M8[ns]', 'fortran_order': False, 'shape': ()}", "found elements of type <M8[ns] (times), expected")]
    [InlineData("{'descr': '|V2', 'fortran_order': False, 'shape': ()}", "found elements of type |V2 (raw bytes, as of bfloat16), expected")]
    [InlineData("{'descr': '<f16', 'fortran_order': False, 'shape': ()}", "found elements of type <f16, expected")]
    [InlineData("{'descr': '|f8', 'fortran_order': False, 'shape': ()}", "found elements of type |f8, expected")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 4)}", "whose size in bytes overflows 64 bits.")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4611686018427387904, 4)}", "whose size in bytes overflows 64 bits.")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,)}", "found 128 bytes, expected 8000000128: the file was cut off in writing.")]
    public void HeadersThatAreNotSound(string text, string message) => Assert.Contains(message, Header(text));

    [Fact]
    public void AxesDataAndVersionsThatAreTooMany()
    {
        Assert.Contains("found 65 axes, expected at most 64",
            Header($"{{'descr': '<f8', 'fortran_order': False, 'shape': ({string.Concat(Enumerable.Repeat("1,", 65))})}}"));
        Assert.Contains("found 9 bytes of data, expected 8 bytes for float64 of shape []", Header("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", 9));
        byte[] sound = NumPyFiles.Doubles("()", 1);
        sound[6] = 9;
        Assert.Equal("found version 9.0 of the .npy format, expected 1.0, 2.0 or 3.0.", Refusal("x.npy", sound));
        Assert.Equal("found no .npy file, expected one.", Refusal("x.npy", new byte[200]));
        Assert.Equal("found a .npy header of 4294967295 bytes, expected at most 65536.",
            Refusal("x.npy", [0x93, .. "NUMPY"u8, 2, 0, 255, 255, 255, 255, .. new byte[100]]));
    }

    [Fact]
    public void ComplexNumbersAreRefusedByNameOnlyWhereTheyAreAskedFor()
    {
        byte[] complex = NumPyFiles.Npy(NumPyFiles.Header("<c16", "(2,)"), new byte[32]);
        File.WriteAllBytes(_folder["x.npz"], NumPyFiles.Zip(false, CompressionLevel.Fastest, ("U_S.npy", complex), ("loss.npy", NumPyFiles.Doubles("()", 1))));
        using var file = NumPyContainer.Instance.Open(_folder["x.npz"]);
        Assert.False(file.CanRead("U_S"));
        Assert.Equal([1.0], file["loss"].ReadAll());
        Assert.Equal($"{_folder["x.npz"]}: U_S: found dtype complex128, expected F16, BF16, F32 or F64.",
            Assert.Throws<InvalidRunException>(() => file["U_S"]).Message);
    }

    /// <summary>The sum of the digits 1 to 9 that every description of CRC-32 states, and pieces of any length.</summary>
    [Fact]
    public void TheSumIsCrc32()
    {
        for (int split = 0; split <= 9; split++)
        {
            var sum = new Crc32();
            sum.Append("123456789"u8[..split]);
            sum.Append("123456789"u8[split..]);
            Assert.Equal(0xCBF43926, sum.Value);
        }
    }

    [Fact]
    public void DamagedBytesAreFoundByTheirSum()
    {
        byte[] stored = NumPyFiles.Zip(false, CompressionLevel.NoCompression, ("x.npy", NumPyFiles.Doubles("(2,)", 1, 2)));
        stored[stored.AsSpan().IndexOf("NUMPY"u8) - 1 + 128 + 3] ^= 1;
        Assert.Matches("^x.npy: found CRC-32 [0-9a-f]{8}, expected [0-9a-f]{8}, which the archive states: its bytes were damaged.$", Refusal("x.npz", stored));
        foreach (int count in (int[])[1000, 600_000])
        {
            byte[] npy = NumPyFiles.Npy(NumPyFiles.Header("<f8", $"({count},)"), new byte[8 * count]);
            byte[] deflated = NumPyFiles.Zip(true, CompressionLevel.Fastest, ("x.npy", npy));
            int directory = deflated.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
            deflated[directory + 16] ^= 1;
            Assert.Contains("which the archive states: its bytes were damaged.", Refusal("x.npz", deflated));
        }
    }

    [Fact]
    public void MembersThatHoldMoreOrLessThanTheySay()
    {
        byte[] npy = NumPyFiles.Npy(NumPyFiles.Header("<f8", "(1000,)"), new byte[8000]);
        byte[] sound = NumPyFiles.Zip(true, CompressionLevel.Fastest, ("x.npy", npy));
        int directory = sound.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        byte[] With(int at, uint value)
        {
            byte[] copy = [.. sound];
            BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(directory + at), value);
            return copy;
        }
        // A bomb: few bytes that are said to be many.
        Assert.Matches("^x.npy: found [0-9]+ bytes that are said to hold 4000000000, expected at most 1032 times as many.$",
            Refusal("x.npz", With(24, 4_000_000_000)));
        Assert.Equal("x.npy: found 8128 bytes, expected the 8129 that the directory states.", Refusal("x.npz", With(24, 8129)));
        // A bomb that says too little: what it holds beyond that is not inflated.
        byte[] bomb = NumPyFiles.Zip(true, CompressionLevel.Fastest, ("x.npy", [.. NumPyFiles.Doubles("()", 1), .. new byte[50_000_000]]));
        int entry = bomb.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bomb.AsSpan(entry + 24), 136);
        Assert.Equal("x.npy: holds more than the 136 bytes that the directory states.", Refusal("x.npz", bomb));
        byte[] cut = With(20, BinaryPrimitives.ReadUInt32LittleEndian(sound.AsSpan(directory + 20)) / 2);
        Assert.Matches("x.npy: (found [0-9]+ bytes, expected the 8128|cannot be inflated)", Refusal("x.npz", cut));
    }

    [Fact]
    public void ArchivesThatAreNotSound()
    {
        (string, byte[])[] members = [("x.npy", NumPyFiles.Doubles("()", 1)), ("y.npy", NumPyFiles.Doubles("()", 2))];
        byte[] sound = NumPyFiles.Zip(false, CompressionLevel.NoCompression, members);
        Assert.Equal("found no zip archive, expected one.", Refusal("x.npz", new byte[100]));
        Assert.Equal("found no zip archive, expected one.", Refusal("x.npz", []));
        Assert.Contains("the file was cut off in writing.", Refusal("x.npz", sound[..^30]));
        Assert.Contains("found 23 bytes from the archive's end record on, expected 22 and its comment.", Refusal("x.npz", [.. sound, 0]));
        Assert.Contains("where the end record begins", Refusal("x.npz", [0, .. sound]));
        Assert.Equal("x.npy: found twice in the archive, expected once.",
            Refusal("x.npz", NumPyFiles.Zip(false, CompressionLevel.NoCompression, members[0], members[0])));
        Assert.Contains("x.npy: found beside a member of that name without .npy, expected one of the two.",
            Refusal("x.npz", NumPyFiles.Zip(false, CompressionLevel.NoCompression, members[0], (members[0].Item1[..^4], members[0].Item2))));
        int directory = sound.AsSpan().IndexOf("PK\u0001\u0002"u8), second = sound.AsSpan().LastIndexOf("PK\u0001\u0002"u8);
        byte[] overlap = [.. sound];
        sound.AsSpan(directory + 42, 4).CopyTo(overlap.AsSpan(second + 42));
        Assert.Contains("begins at byte 0, inside the member before it", Refusal("x.npz", overlap));
        foreach (var (at, value, message) in new[]
        {
            (8, (byte)1, "x.npy: found an encrypted member, expected a plain one."),
            (10, (byte)12, "x.npy: the compression method in its header is not that of the directory."),
            (16, (byte)(sound[directory + 16] ^ 1), "x.npy: the sum or a size in its header is not that of the directory."),
            (6, (byte)78, "x.npy: found version 7.8 of the zip format, expected at most 6.3."),
            (38, (byte)0x30, $"x.npy: found a folder of {BitConverter.ToInt32(sound, directory + 24)} bytes, expected a file."),
            (46, (byte)'z', "zx.npy: found another header at byte 0, expected the one that the directory names."),
            (46, (byte)0, "found the name of a member with a zero byte in it."),
            (46, (byte)200, "found the name of a member that is not text, expected UTF-8."),
        })
        {
            byte[] spoilt = [.. sound];
            spoilt[directory + at] = value;
            Assert.Equal(message.Replace("zx", "z", StringComparison.Ordinal), Refusal("x.npz", spoilt));
        }
        byte[] method = [.. sound];
        method[directory + 10] = method[8] = 12;
        Assert.Equal("x.npy: found compression method 12, expected 0 (stored) or 8 (deflated).", Refusal("x.npz", method));
    }
}
