using KernelFlow.Files;
using System.Buffers.Binary;
using System.Text;

namespace KernelFlow.Bridges.Tests;

public class SafetensorsWriterTests
{
    private static readonly Dictionary<string, string> Metadata = new() { ["recorder"] = "test", ["θ"] = "naïve \"quotes\"" };

    [Fact]
    public void EveryTypeSurvivesTheRoundTrip()
    {
        using var folder = new TemporaryFolder();
        double[] doubles = [1.0 / 3, -0.0, double.MaxValue, double.Epsilon, 0.1, 7];
        float[] floats = [1f / 3, -0f, float.MaxValue, float.Epsilon, 0.1f, 7];
        SafetensorsWriter.Write(folder["x"], Metadata,
            StreamedTensor.Booleans("mask", [true, false, true]),
            new MemoryTensor("single", floats, 2, 3),
            StreamedTensor.Integers("batch", [0, -5, 1L << 53]),
            new MemoryTensor("double", doubles, 3, 2, 1),
            new StreamedTensor("half", StorageType.Float16, [2], (first, d) => { for (int i = 0; i < d.Length; i++) d[i] = first + i + 0.5; }),
            new StreamedTensor("brain", StorageType.BFloat16, [2], (first, d) => { for (int i = 0; i < d.Length; i++) d[i] = -2.5 * (first + i); }),
            StreamedTensor.Integer("sketch", 64),
            new MemoryTensor("none", Array.Empty<float>(), 2, 0));
        using var file = SafetensorsFile.Open(folder["x"]);
        Assert.Equal(Metadata, file.Metadata);
        Assert.Equal(doubles.Select(BitConverter.DoubleToInt64Bits), file["double"].ReadAll().Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(floats.Select(f => BitConverter.DoubleToInt64Bits(f)), file["single"].ReadAll().Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal([1, 0, 1], file["mask"].ReadAll());
        Assert.Equal([0, -5, 9007199254740992], file["batch"].ReadAll());
        Assert.Equal([0.5, 1.5], file["half"].ReadAll());
        Assert.Equal([0, -2.5], file["brain"].ReadAll());
        Assert.Equal([64], file["sketch"].ReadAll());
        Assert.Equal([3, 2, 1], file["double"].Shape);
        Assert.Empty(file["sketch"].Shape);
        Assert.Equal([2, 0], file["none"].Shape);
        Assert.Equal(["F64", "I64", "F32", "F16", "BF16", "BOOL"],
            ((string[])["double", "batch", "single", "half", "brain", "mask"]).Select(n => file.Entries[n].Dtype));
        Assert.False(File.Exists(folder["x.part"]));
    }

    /// <summary>The bytes of the format, not only what this reader makes of them.</summary>
    [Fact]
    public void BytesAreThoseOfTheFormat()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["x"], StreamedTensor.Booleans("m", [true]), new MemoryTensor("w", [1.5f, -2f], 2));
        byte[] bytes = File.ReadAllBytes(folder["x"]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        Assert.Equal(0UL, length % 8);
        Assert.Equal("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"m":{"dtype":"BOOL","shape":[1],"data_offsets":[8,9]}}""",
            Encoding.UTF8.GetString(bytes, 8, (int)length).TrimEnd());
        Assert.Equal([0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, 1], bytes[(8 + (int)length)..]);
    }

    /// <summary>Rewriting the hand-written file tensor by tensor keeps every value that can be read.</summary>
    [Fact]
    public void CopiesTheExample()
    {
        using var folder = new TemporaryFolder();
        using var source = SafetensorsFile.Open(Fixtures.File("example.safetensors"));
        string[] names = [.. source.Entries.Values.Where(e => e.Type is not null).Select(e => e.Name)];
        SafetensorsWriter.Write(folder["copy"], source.Metadata, names.Select(n => source[n]));
        using var copy = SafetensorsFile.Open(folder["copy"]);
        Assert.Equal(source.Metadata, copy.Metadata);
        Assert.Equal(names.Order(), copy.Entries.Keys.Order());
        foreach (string name in names)
        {
            Assert.Equal(source.Entries[name].Dtype, copy.Entries[name].Dtype);
            Assert.Equal(source[name].Shape, copy[name].Shape);
            Assert.Equal(source[name].ReadAll(), copy[name].ReadAll());
        }
    }

    [Theory]
    [InlineData(5, 300_000)]
    [InlineData(700, 1000)]
    [InlineData(1, 1)]
    [InlineData(2, 4_300_000)]
    public void LargeTensorsAreAskedForInOrderInWholeRows(long rows, long columns)
    {
        using var folder = new TemporaryFolder();
        long next = 0;
        var tensor = new StreamedTensor("J_S", StorageType.Float64, [rows, columns], (first, destination) =>
        {
            Assert.Equal(next, first);
            if (columns <= 1 << 22) Assert.True(first % columns == 0 && destination.Length % columns == 0, $"{destination.Length} elements from {first}");
            Assert.True(destination.Length <= 1 << 22, $"a block of {destination.Length} elements");
            for (int i = 0; i < destination.Length; i++) destination[i] = Math.Sqrt(first + i);
            next = first + destination.Length;
        });
        SafetensorsWriter.Write(folder["x"], tensor);
        Assert.Equal(rows * columns, next);
        using var file = SafetensorsFile.Open(folder["x"]);
        double[] read = file["J_S"].ReadAll();
        Assert.Equal(rows * columns, read.Length);
        int wrong = Array.FindIndex(Enumerable.Range(0, read.Length).ToArray(), i => read[i] != Math.Sqrt(i));
        Assert.True(wrong < 0, $"element {wrong} differs");
    }

    [Fact]
    public void ValuesThatCannotBeStoredAreRefusedAndTheOldFileStays()
    {
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder["x"], new MemoryTensor("a", [1.0], 1));
        var nan = Assert.Throws<InvalidRunException>(() => SafetensorsWriter.Write(folder["x"], new MemoryTensor("a", [1, double.NaN], 2)));
        Assert.Equal("memory: a: found NaN at index [1], expected finite numbers.", nan.Message);
        var large = Assert.Throws<InvalidRunException>(() =>
            SafetensorsWriter.Write(folder["x"], new StreamedTensor("a", StorageType.Float32, [3], (_, d) => d.Fill(1e39))));
        Assert.Equal("memory: a: found 1E+39 at element 0, expected numbers that F32 can hold.", large.Message);
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["x"], new MemoryTensor("a", [1.0], 1), new MemoryTensor("a", [1.0], 1)));
        Assert.Throws<ArgumentException>(() => SafetensorsWriter.Write(folder["x"], new MemoryTensor("__metadata__", [1.0], 1)));
        using var file = SafetensorsFile.Open(folder["x"]);
        Assert.Equal([1.0], file["a"].ReadAll());
        Assert.Equal(["x"], Directory.GetFiles(folder.Root).Select(Path.GetFileName));
    }

    [Fact]
    public void AtomicFileWritesTextWithoutAMarkAndReplaces()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder["t"], "first");
        AtomicFile.WriteAllText(folder["t"], "θ\n");
        Assert.Equal([0xCE, 0xB8, 0x0A], File.ReadAllBytes(folder["t"]));
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["t"], _ => throw new InvalidOperationException("stop")));
        Assert.Equal("θ\n", File.ReadAllText(folder["t"]));
        Assert.Single(Directory.GetFiles(folder.Root));
    }
}
