using System.Buffers.Binary;

namespace KernelFlow.Bridges.Tests;

/// <summary>What other libraries write differently from NumPy and PyTorch is read all the same.</summary>
public sealed class ForeignWriterTests : DefectiveRun
{
    /// <summary>A file of MLX: no metadata are null metadata, and the header is not padded.</summary>
    [Fact]
    public void MetadataThatAreNull()
    {
        byte[] bytes = File.ReadAllBytes(Checkpoint(2));
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
        string header = System.Text.Encoding.UTF8.GetString(bytes, 8, length).TrimEnd();
        string edited = "{\"__metadata__\":null," + header[1..];
        File.WriteAllBytes(Checkpoint(2), [.. Fixtures.Safetensors(edited, 0), .. bytes[(8 + length)..]]);
        using var run = RecordedRun.Open(_run);
        using var whole = RecordedRun.Open(Fixtures.DigitsTiny);
        Assert.Equal(whole.Checkpoints[2]["J_S"].ReadAll(), run.Checkpoints[2]["J_S"].ReadAll());
        using var file = SafetensorsFile.Open(Checkpoint(2));
        Assert.Empty(file.Metadata);
    }

    /// <summary>JAX makes 32-bit integers of lists of examples, and some libraries store masks as bytes.</summary>
    [Fact]
    public void ShortIntegersAndByteMasks()
    {
        double[] mask = [.. Enumerable.Range(0, 24).Select(i => (double)(i % 2))];
        Rewrite(Checkpoint(1), ("batch", Stored("batch", StorageType.Int32, [0, 23, 5], 3)));
        Rewrite(Targets, ("noise_mask_S", Stored("noise_mask_S", StorageType.UInt8, mask, 24)));
        using var run = RecordedRun.Open(_run);
        Assert.Equal([0.0, 23, 5], run.Checkpoints[1]["batch"].ReadAll());
        Assert.Equal(mask, run.Checkpoints.RunTensors["noise_mask_S"].ReadAll());
        Assert.Equal(StorageType.Int32, run.Checkpoints[1]["batch"].Type);
    }

    [Fact]
    public void ShortSketchSizes()
    {
        for (int k = 0; k < 16; k++)
            Rewrite(Checkpoint(k), ("sketch", Stored("sketch", StorageType.Int32, [64], 1)), ("J_S", Zeros("J_S", 24, 64)), ("J_Q", Zeros("J_Q", 16, 64)));
        using var run = RecordedRun.Open(_run);
        Assert.Equal([64.0], run.Checkpoints[15]["sketch"].ReadAll());
    }

    [Fact]
    public void AByteThatIsNoMask()
    {
        Rewrite(Targets, ("noise_mask_S", Stored("noise_mask_S", StorageType.UInt8, [.. Enumerable.Repeat(2.0, 24)], 24)));
        Refused($"{Targets}: noise_mask_S: found byte 2 at index [0], expected 0 or 1.");
    }

    /// <summary>The types that a tensor may have are those of its own row of the table, not all that can be read.</summary>
    [Theory]
    [InlineData("batch", "U64", "I64 or I32")]
    [InlineData("sketch", "F64", "I64 or I32")]
    [InlineData("U_S", "I32", "F16, BF16, F32 or F64")]
    [InlineData("U_S", "U64", "F16, BF16, F32 or F64")]
    [InlineData("J_S", "I64", "F16, BF16, F32 or F64")]
    [InlineData("w", "BOOL", "F16, BF16, F32 or F64")]
    public void TypesThatATensorMayNotHave(string name, string dtype, string expected)
    {
        int size = Dtypes.Size(dtype)!.Value;
        var described = $$"""{"{{name}}":{"dtype":"{{dtype}}","shape":[3],"data_offsets":[0,{{3 * size}}]} }""";
        File.WriteAllBytes(Checkpoint(1), Fixtures.Safetensors(described, 3 * size));
        Refused($"{Checkpoint(1)}: {name}: found dtype {dtype}, expected {expected}.");
    }

    [Theory]
    [InlineData("noise_mask_S", "I64", "BOOL or U8")]
    [InlineData("noise_mask_S", "I8", "BOOL or U8")]
    [InlineData("y_S", "I32", "F16, BF16, F32 or F64")]
    public void TypesThatTargetsMayNotHave(string name, string dtype, string expected)
    {
        int size = Dtypes.Size(dtype)!.Value;
        var described = $$"""{"{{name}}":{"dtype":"{{dtype}}","shape":[24],"data_offsets":[0,{{24 * size}}]} }""";
        File.WriteAllBytes(Targets, Fixtures.Safetensors(described, 24 * size));
        Refused($"{Targets}: {name}: found dtype {dtype}, expected {expected}.");
    }

    private static StreamedTensor Stored(string name, StorageType type, double[] values, params long[] shape) =>
        new(name, type, shape, (first, destination) => values.AsSpan((int)first, destination.Length).CopyTo(destination));
}
