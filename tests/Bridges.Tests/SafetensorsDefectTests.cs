namespace KernelFlow.Bridges.Tests;

public class SafetensorsDefectTests
{
    private static string Refusal(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        string path = folder["x.safetensors"];
        File.WriteAllBytes(path, bytes);
        var error = Assert.ThrowsAny<InvalidRunException>(() => SafetensorsFile.Open(path));
        Assert.StartsWith(path + ": ", error.Message);
        return error.Message[(path.Length + 2)..];
    }

    private static string Tensor(string name, string dtype, string shape, string offsets) => $$"""
        "{{name}}":{"dtype":"{{dtype}}","shape":{{shape}},"data_offsets":{{offsets}}}
        """;

    [Theory]
    [InlineData("[1,2]", "the header: found an array, expected a JSON object.")]
    [InlineData("\"text\"", "the header: found the string \"text\", expected a JSON object.")]
    [InlineData("{\"x\":3}", "x: found 3, expected an object with dtype, shape and data_offsets.")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[0]}}", "x: data_offsets is missing.")]
    [InlineData("{\"x\":{\"shape\":[0],\"data_offsets\":[0,0]}}", "x: dtype is missing.")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"data_offsets\":[0,0]}}", "x: shape is missing.")]
    [InlineData("{\"x\":{\"dtype\":5,\"shape\":[0],\"data_offsets\":[0,0]}}", "x: dtype: found 5, expected a string.")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,0]}}", "x: shape: found -1, expected integers from 0 to 9223372036854775807.")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,0]}}", "x: shape: found 1.5, expected integers from 0 to 9223372036854775807.")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}}",
        "x: shape: found 99999999999999999999, expected integers from 0 to 9223372036854775807.")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0]}}", "x: data_offsets: found 1 numbers, expected [begin, end].")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}}", "x: dtype stands twice, expected once.")]
    [InlineData("{\"__metadata__\":{\"a\":1}}", "__metadata__: a: found 1, expected a string.")]
    [InlineData("{\"__metadata__\":[]}", "__metadata__: found an array, expected an object of strings.")]
    [InlineData("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "__metadata__: a stands twice, expected once.")]
    [InlineData("{\"__metadata__\":{},\"__metadata__\":{}}", "__metadata__ stands twice, expected once.")]
    public void HeadersOfTheWrongForm(string header, string message) => Assert.Equal(message, Refusal(Fixtures.Safetensors(header, 0)));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("{")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]}")]
    [InlineData("{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},}")]
    [InlineData("{} {}")]
    [InlineData("{}\0\0")]
    [InlineData("not json")]
    public void HeadersThatAreNotJson(string header) => Assert.StartsWith("the header is not valid JSON at byte ", Refusal(Fixtures.Safetensors(header, 0)));

    [Fact]
    public void DotNetsWordsAreNotRepeated() => Assert.Equal(
        "the header is not valid JSON at byte 62: found } after a comma; no comma may follow the last value.",
        Refusal(Fixtures.Safetensors("{\"x\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},}", 0)));

    [Fact]
    public void HeadersThatAreNotUnicode()
    {
        Assert.StartsWith("the header holds text that is not Unicode",
            Refusal(Fixtures.Safetensors("""{"\uD800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0)));
        var bytes = Fixtures.Safetensors("""{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}""", 0);
        bytes[10] = 0xFF;
        Assert.Contains("the header ", Refusal(bytes));
    }

    [Theory]
    [InlineData("J_S", "J_S")]
    [InlineData("J_S", "\\u004A_S")]
    public void ANameThatStandsTwice(string first, string second) => Assert.Equal("tensor J_S is described twice, expected once.",
        Refusal(Fixtures.Safetensors($"{{{Tensor(first, "F32", "[1]", "[0,4]")},{Tensor(second, "F32", "[1]", "[4,8]")}}}", 8)));

    [Theory]
    [InlineData("F32", "[3]", "[0,8]", "x: data_offsets: found [0, 8], which is 8 bytes, expected 12 bytes for F32 of shape [3].")]
    [InlineData("U16", "[3]", "[0,8]", "x: data_offsets: found [0, 8], which is 8 bytes, expected 6 bytes for U16 of shape [3].")]
    [InlineData("F32", "[2]", "[8,0]", "x: data_offsets: found [8, 0], expected begin ≤ end.")]
    [InlineData("F32", "[2]", "[4,12]", "x: data_offsets: found [4, 12], expected to begin at 0, the start of the data (gap).")]
    [InlineData("F64", "[4611686018427387904,4]", "[0,8]", "x: shape: found [4611686018427387904, 4], whose size in bytes overflows 64 bits.")]
    [InlineData("F64", "[4611686018427387904,4,0]", "[0,0]", "x: shape: found [4611686018427387904, 4, 0], whose size in bytes overflows 64 bits.")]
    [InlineData("F64", "[2305843009213693951]", "[0,8]", "x: shape: found [2305843009213693951], whose size in bytes overflows 64 bits.")]
    [InlineData("F32", "[1]", "[0,4]", "found 8 bytes of data, expected 4, the end of the last tensor.")]
    public void OffsetsThatDoNotMatch(string dtype, string shape, string offsets, string message) =>
        Assert.Equal(message, Refusal(Fixtures.Safetensors("{" + Tensor("x", dtype, shape, offsets) + "}", 8)));

    [Theory]
    [InlineData("[0,8]", "[4,12]", "b: data_offsets: found [4, 12], expected to begin at 8, the end of tensor a (overlap).")]
    [InlineData("[0,8]", "[0,8]", "b: data_offsets: found [0, 8], expected to begin at 8, the end of tensor a (overlap).")]
    [InlineData("[0,8]", "[12,20]", "b: data_offsets: found [12, 20], expected to begin at 8, the end of tensor a (gap).")]
    [InlineData("[0,8]", "[9223372036854775800,9223372036854775807]",
        "b: data_offsets: found [9223372036854775800, 9223372036854775807], which is 7 bytes, expected 8 bytes for F32 of shape [2].")]
    public void TensorsThatOverlapOrLeaveAGap(string a, string b, string message) =>
        Assert.Equal(message, Refusal(Fixtures.Safetensors($"{{{Tensor("a", "F32", "[2]", a)},{Tensor("b", "F32", "[2]", b)}}}", 20)));

    [Fact]
    public void FilesThatEndTooEarly()
    {
        string header = "{" + Tensor("x", "F32", "[4]", "[0,16]") + "}";
        Assert.Equal("found 0 bytes, expected at least 8 (the length of the header): the file was cut off in writing.", Refusal([]));
        Assert.Equal("found 7 bytes, expected at least 8 (the length of the header): the file was cut off in writing.", Refusal(new byte[7]));
        Assert.Equal($"found {header.Length} bytes after the header length, expected at least 1000, the header: the file was cut off in writing.",
            Refusal(Fixtures.Safetensors(header, 0, headerLength: 1000)));
        Assert.Equal("x: found 12 bytes of data, expected 16: data_offsets reach beyond the file, which was cut off in writing.",
            Refusal(Fixtures.Safetensors(header, 12)));
    }

    [Theory]
    [InlineData(100_000_001UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    public void HeaderLengthsBeyondTheLimit(ulong length) => Assert.Equal(
        $"found a header length of {length} bytes, expected at most 100000000: not a safetensors file.", Refusal(Fixtures.Safetensors("{}", 0, length)));

    [Fact]
    public void AnUnknownDtypeSpoilsOnlyItsOwnTensor()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["x"], Fixtures.Safetensors($"{{{Tensor("a", "F4", "[3]", "[0,2]")},{Tensor("b", "F32", "[1]", "[2,6]")}}}", 6));
        using var file = SafetensorsFile.Open(folder["x"]);
        Assert.Equal([0.0], file["b"].ReadAll());
        Assert.Equal($"{folder["x"]}: a: found dtype F4, expected F16, BF16, F32, F64, I64, I32, I16, I8, U64, U32, U16, U8 or BOOL.",
            Assert.Throws<InvalidRunException>(() => file["a"]).Message);
    }

    [Fact]
    public void AFileThatIsNotThereOrIsAFolder()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal($"{folder["none"]}: not found.", Assert.Throws<InvalidRunException>(() => SafetensorsFile.Open(folder["none"])).Message);
        Assert.Equal($"{folder.Root}: not found (it is a folder, expected a file).",
            Assert.Throws<InvalidRunException>(() => SafetensorsFile.Open(folder.Root)).Message);
    }

    /// <summary>Damaged files are refused or read; they never end in any other exception, nor in a read outside the file.</summary>
    [Theory]
    [InlineData(1, 1200)]
    [InlineData(2, 1200)]
    public void DamagedBytesNeverDoWorse(int seed, int cases)
    {
        const int DataStart = 8 + 664;
        using var folder = new TemporaryFolder();
        string path = folder["fuzz"];
        byte[] sound = File.ReadAllBytes(Fixtures.File("example.safetensors"));
        var random = new Random(seed);
        int refused = 0, opened = 0;
        for (int i = 0; i < cases; i++)
        {
            byte[] bytes = (byte[])sound.Clone();
            for (int flips = random.Next(1, 4); flips > 0; flips--)
            {
                // Half of the damage to the length and the header, half to the data; also digits for digits, which leaves sound JSON with wrong numbers.
                int at = random.Next(2) == 0 ? random.Next(DataStart) : random.Next(DataStart, bytes.Length);
                bytes[at] = bytes[at] is >= (byte)'0' and <= (byte)'9' && random.Next(2) == 0 ? (byte)random.Next('0', '9' + 1) : (byte)random.Next(256);
            }
            if (random.Next(6) == 0) bytes = bytes[..random.Next(bytes.Length)];
            File.WriteAllBytes(path, bytes);
            try
            {
                using var file = SafetensorsFile.Open(path);
                opened++;
                foreach (string name in file.Entries.Keys)
                {
                    try { _ = file[name].ReadAll(); }
                    catch (InvalidRunException) { }
                }
            }
            catch (InvalidRunException)
            {
                refused++;
            }
        }
        Assert.True(refused > cases / 10 && opened > cases / 10,
            $"refused {refused}, opened {opened} of {cases}: the damage is too much or too little to test anything");
    }
}
