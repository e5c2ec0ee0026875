using System.Security.Cryptography;

namespace KernelFlow.Bridges.Tests;

/// <summary>Safetensors in several files: all tensors by one name, and every disagreement between the index and the files.</summary>
public sealed class ShardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ShardTests()
    {
        foreach (var (file, name, value) in new[] { ("a.safetensors", "x", 1.5), ("b.safetensors", "y", -2.0) })
        {
            byte[] bytes = Fixtures.Safetensors($$$"""{"{{{name}}}":{"dtype":"F64","shape":[],"data_offsets":[0,8]}}""", 8);
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 8), value);
            File.WriteAllBytes(_folder[file], bytes);
        }
    }

    public void Dispose() => _folder.Dispose();

    private string Index(string json)
    {
        File.WriteAllText(_folder["m.safetensors.index.json"], json);
        return _folder["m.safetensors.index.json"];
    }

    [Fact]
    public void TensorsOfAllFiles()
    {
        string path = Index("""{"metadata":{"total_size":16},"weight_map":{"y":"b.safetensors","x":"a.safetensors"}}""");
        using var file = RunFormat.Default.OpenFile(path);
        Assert.Equal(["y", "x"], file.Names);
        Assert.Equal([-2.0], file["y"].ReadAll());
        Assert.Equal([1.5], file["x"].ReadAll());
        Assert.Null(file.Find("z"));
        using var hash = new Files.Sha256();
        file.AppendTo(hash, CancellationToken.None);
        byte[] all = [.. File.ReadAllBytes(path), .. File.ReadAllBytes(_folder["b.safetensors"]), .. File.ReadAllBytes(_folder["a.safetensors"])];
        Assert.Equal(SHA256.HashData(all), hash.Finish());
    }

    [Theory]
    [InlineData("""{"weight_map":{"x":"a.safetensors","z":"b.safetensors"}}""", "tensor z is missing, which")]
    [InlineData("""{"weight_map":{"x":"c.safetensors"}}""", "c.safetensors: not found.")]
    [InlineData("""{"weight_map":{"x":"../a.safetensors"}}""", "weight_map: x: found the file ../a.safetensors, expected a name without folders.")]
    [InlineData("""{"weight_map":{"x":".."}}""", "weight_map: x: found the file .., expected a name without folders.")]
    [InlineData("""{"weight_map":{"x":"a.safetensors","x":"a.safetensors"}}""", "weight_map: tensor x stands twice, expected once.")]
    [InlineData("""{"weight_map":{"x":"a.safetensors"},"weight_map":{}}""", "weight_map stands twice, expected once.")]
    [InlineData("""{"weight_map":{"x":3}}""", "weight_map: x: expected the name of a file.")]
    [InlineData("""{"weight_map":[]}""", "weight_map: expected an object of tensors and the files that hold them.")]
    [InlineData("""{}""", "weight_map is missing, expected an object of tensors and the files that hold them.")]
    [InlineData("""[]""", "the index: expected a JSON object.")]
    [InlineData("""{"weight_map":""", "the index is not valid JSON at byte ")]
    public void IndexesThatAreNotSound(string json, string message)
    {
        string path = Index(json);
        Assert.Contains(message, Assert.Throws<InvalidRunException>(() => RunFormat.Default.OpenFile(path)).Message);
    }

    /// <summary>Another program would find the tensor that the index keeps quiet about.</summary>
    [Fact]
    public void ATensorThatTheIndexDoesNotList()
    {
        byte[] two = Fixtures.Safetensors(
            """{"x":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"q":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}""", 8);
        File.WriteAllBytes(_folder["a.safetensors"], two);
        string path = Index("""{"weight_map":{"x":"a.safetensors"}}""");
        Assert.Equal($"{_folder["a.safetensors"]}: found tensor q, which {path} does not list in this file.",
            Assert.Throws<InvalidRunException>(() => RunFormat.Default.OpenFile(path)).Message);
    }
}
