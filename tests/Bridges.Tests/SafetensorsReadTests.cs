using System.Globalization;
using System.Text.Json;

namespace KernelFlow.Bridges.Tests;

public class SafetensorsReadTests
{
    /// <summary>Every dtype of a file written by hand from the format's description, against the values beside it.</summary>
    [Fact]
    public void ReadsEveryTensorOfTheExample()
    {
        using var file = SafetensorsFile.Open(Fixtures.File("example.safetensors"));
        using var expected = JsonDocument.Parse(File.ReadAllText(Fixtures.File("safetensors.json")));
        Assert.Equal(expected.RootElement.GetProperty("metadata").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!), file.Metadata);
        int read = 0;
        foreach (var tensor in expected.RootElement.GetProperty("tensors").EnumerateArray())
        {
            string name = tensor.GetProperty("name").GetString()!;
            Assert.Equal(tensor.GetProperty("shape").EnumerateArray().Select(s => s.GetInt64()), file.Entries[name].Shape);
            double[] values = [.. tensor.GetProperty("values").EnumerateArray().Select(v => v.ValueKind switch
            {
                JsonValueKind.True => 1,
                JsonValueKind.False => 0,
                _ => tensor.GetProperty("dtype").GetString() == "float32" ? float.Parse(v.GetRawText(), CultureInfo.InvariantCulture) : v.GetDouble(),
            })];
            Assert.Equal(values, file[name].ReadAll());
            Assert.Equal(Fixtures.File("example.safetensors"), file[name].Location);
            read++;
        }
        Assert.Equal(10, read);
        Assert.Equal(10, file.Entries.Count);
        Assert.True(double.IsNegative(file["fc.weight"].ReadAll()[5]), "the sign of -0 is lost");
    }

    [Fact]
    public void ReadsAFileWithoutMetadataWhoseDataAreNotAligned()
    {
        using var file = SafetensorsFile.Open(Fixtures.File("no_metadata.safetensors"));
        Assert.Empty(file.Metadata);
        Assert.Equal([1.5, -2.0], file["w"].ReadAll());
    }

    /// <summary>Vector and scalar parts of the conversions at every length and every byte alignment.</summary>
    [Fact]
    public void ReadsAnyPieceAtAnyAlignment()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(1);
        for (int padding = 0; padding < 8; padding++)
        {
            var values = Enumerable.Range(0, 40).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
            const string Header = """{"a":{"dtype":"F32","shape":[40],"data_offsets":[0,160]},"b":{"dtype":"F64","shape":[40],"data_offsets":[160,480]}}""";
            var bytes = Fixtures.Safetensors(Header + new string(' ', padding), 480);
            for (int i = 0; i < 40; i++)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 480 + 4 * i), values[i]);
                BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 320 + 8 * i), (double)values[i]);
            }
            File.WriteAllBytes(folder["x.safetensors"], bytes);
            using var file = SafetensorsFile.Open(folder["x.safetensors"]);
            for (int length = 0; length <= 19; length++)
                for (int first = 0; first + length <= 40; first += 7)
                    foreach (string name in (string[])["a", "b"])
                    {
                        var piece = new double[length];
                        file[name].Read(first, piece);
                        Assert.Equal(values.Skip(first).Take(length).Select(v => (double)v), piece);
                    }
        }
    }

    /// <summary>Offsets beyond 2 GiB: a sparse file with one value at the very end of a tensor of 5·10⁸ doubles.</summary>
    [Fact]
    public void ReadsBeyondTwoGigabytes()
    {
        using var folder = new TemporaryFolder();
        const long Count = 500_000_000;
        var header = Fixtures.Safetensors($$"""{"x":{"dtype":"F64","shape":[{{Count}}],"data_offsets":[0,{{Count * 8}}]} }""", 0);
        using (var stream = new FileStream(folder["big.safetensors"], FileMode.CreateNew))
        {
            stream.Write(header);
            stream.SetLength(header.Length + Count * 8);
            stream.Position = header.Length + (Count - 2) * 8;
            stream.Write(BitConverter.GetBytes(-0.75));
        }
        using var file = SafetensorsFile.Open(folder["big.safetensors"]);
        var tail = new double[3];
        file["x"].Read(Count - 3, tail);
        Assert.Equal([0, -0.75, 0], tail);
        Assert.Throws<ArgumentOutOfRangeException>(() => file["x"].Read(Count - 2, new double[3]));
    }

    [Fact]
    public void ConcurrentReadsAgree()
    {
        using var file = SafetensorsFile.Open(Path.Combine(Fixtures.DigitsTiny, "checkpoint-000000.safetensors"));
        var tensor = file["J_S"];
        double[] whole = tensor.ReadAll();
        Parallel.For(0, 400, i =>
        {
            var piece = new double[529];
            tensor.Read(i % 24 * 529, piece);
            Assert.Equal(whole.AsSpan(i % 24 * 529, 529).ToArray(), piece);
        });
    }

    [Fact]
    public void ReadingAfterDisposalThrowsAndNamesTheFile()
    {
        string path = Path.Combine(Fixtures.DigitsTiny, "checkpoint-000000.safetensors");
        var file = SafetensorsFile.Open(path);
        var tensor = file["J_S"];
        file.Dispose();
        Assert.Contains(path, Assert.Throws<ObjectDisposedException>(() => tensor.ReadAll()).Message);
    }

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "infinity")]
    [InlineData(float.NegativeInfinity, "-infinity")]
    public void NonFiniteNumbersAreReportedWithTheFirstIndex(float value, string text)
    {
        using var folder = new TemporaryFolder();
        var bytes = Fixtures.Safetensors("""{"J_S":{"dtype":"F32","shape":[4,5],"data_offsets":[0,80]}}""", 80);
        foreach (int i in (int[])[13, 17]) BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 80 + 4 * i), value);
        File.WriteAllBytes(folder["x"], bytes);
        using var file = SafetensorsFile.Open(folder["x"]);
        var error = Assert.Throws<InvalidRunException>(() => file["J_S"].ReadAll());
        Assert.Equal($"{folder["x"]}: J_S: found {text} at index [2, 3], expected finite numbers.", error.Message);
    }

    /// <summary>Other readers make 1 of a byte that is neither 0 nor 1, and a number of this reader would be another one than theirs.</summary>
    [Fact]
    public void ATruthValueOtherThan0And1IsRefused()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = Fixtures.Safetensors("""{"flags":{"dtype":"BOOL","shape":[4],"data_offsets":[0,4]}}""", 4);
        new byte[] { 1, 0, 1, 200 }.CopyTo(bytes, bytes.Length - 4);
        File.WriteAllBytes(folder["x.safetensors"], bytes);
        using var file = SafetensorsFile.Open(folder["x.safetensors"]);
        var two = new double[2];
        file["flags"].Read(0, two);
        Assert.Equal([1.0, 0.0], two);
        var refused = Assert.Throws<InvalidRunException>(() => file["flags"].ReadAll());
        Assert.EndsWith("flags: found byte 200 at index [3], expected 0 or 1.", refused.Message);
    }
}
