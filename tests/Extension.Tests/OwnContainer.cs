using System.Text.Json;
using KernelFlow;

namespace Extension.Tests;

/// <summary>Tensors as JSON, name by name: <c>{ "U_S": { "type": "Float32", "shape": [24, 1], "values": [0.5, …] } }</c>.</summary>
public sealed class JsonContainer() : CheckpointContainer("tensors.json")
{
    public override bool Recognises(string path) => path.EndsWith(".tensors.json", StringComparison.OrdinalIgnoreCase);

    public override ContainerFile Open(string path) => new JsonTensorFile(path);
}

/// <summary>Small tensors, all read when the file is opened.</summary>
internal sealed class JsonTensorFile : ContainerFile
{
    private readonly Dictionary<string, JsonTensor> _tensors;

    public JsonTensorFile(string path) : base(path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            _tensors = json.RootElement.EnumerateObject().ToDictionary(p => p.Name, p => new JsonTensor(p.Name, path, p.Value));
        }
        catch (Exception e) when (e is IOException or JsonException or ArgumentException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidRunException($"{path}: found a file that cannot be read ({e.Message}), expected tensors as JSON.", e);
        }
    }

    public override IEnumerable<string> Names => _tensors.Keys;

    public override TensorSource? Find(string name) => _tensors.GetValueOrDefault(name);
}

/// <summary>A tensor whose numbers stand in the file as text.</summary>
internal sealed class JsonTensor(string name, string path, JsonElement json) : TensorSource(
    name, path, [.. json.GetProperty("shape").EnumerateArray().Select(e => e.GetInt64())], Enum.Parse<StorageType>(json.GetProperty("type").GetString()!))
{
    private readonly double[] _values = [.. json.GetProperty("values").EnumerateArray().Select(e => e.GetDouble())];

    protected override void ReadCore(long first, Span<double> destination) => _values.AsSpan((int)first, destination.Length).CopyTo(destination);
}

public sealed class OwnContainer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-json-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The shipped run with every file turned into JSON.</summary>
    private string Convert()
    {
        foreach (string file in Directory.GetFiles(DigitsTiny.Folder, "*.safetensors"))
        {
            using var source = SafetensorsFile.Open(file);
            var tensors = source.Names.ToDictionary(name => name, name => new
            {
                type = source[name].Type.ToString(),
                shape = source[name].Shape,
                values = source[name].ReadAll(),
            });
            File.WriteAllText(Path.Combine(_folder, Path.ChangeExtension(Path.GetFileName(file), ".tensors.json")), JsonSerializer.Serialize(tensors));
        }
        string manifest = File.ReadAllText(Path.Combine(DigitsTiny.Folder, "run.json"));
        File.WriteAllText(Path.Combine(_folder, "run.json"), manifest.Replace(".safetensors", ".tensors.json", StringComparison.Ordinal));
        return _folder;
    }

    [Fact]
    public void ARunOfItsFilesGivesTheSameNumbers()
    {
        using var run = RecordedRun.Open(Convert(), format: RunFormat.Default.With(new JsonContainer()));
        Assert.EndsWith("checkpoint-000000.tensors.json", run.Checkpoints[0].Location);
        ReservoirAnalysis own = Analyze.Reservoir(run.Checkpoints, DigitsTiny.Options), shipped = DigitsTiny.Analyse(DigitsTiny.Options);
        Assert.Equal(shipped.Spectrum.Eigenvalues, own.Spectrum.Eigenvalues);
        Assert.Equal(shipped.Claims.Select(c => c with { Figures = [] }), own.Claims.Select(c => c with { Figures = [] }));
        Assert.Equal(shipped.Claims.SelectMany(c => c.Figures), own.Claims.SelectMany(c => c.Figures));

        // The results name their input by the bytes of its files, and these are others.
        using var report = new Written(own);
        string hash = report.Results.GetProperty("run").GetProperty("inputHash").GetString()!;
        Assert.Equal(run.InputHash(), hash);
        Assert.NotEqual(shipped.Run.InputHash, hash);
        Assert.Contains(hash["sha256:".Length..][..8], report.Html);
    }

    [Fact]
    public void AFileThatIsNoJsonIsRefusedByName()
    {
        string path = Path.Combine(_folder, "a.tensors.json");
        File.WriteAllText(path, "no JSON");
        string message = Assert.Throws<InvalidRunException>(() => RunFormat.Default.With(new JsonContainer()).OpenFile(path)).Message;
        Assert.StartsWith($"{path}: found a file that cannot be read", message);
        Assert.EndsWith("expected tensors as JSON.", message);
    }

    [Fact]
    public void WithoutTheContainerTheRunIsRefused()
    {
        string folder = Convert();
        Assert.Contains("not a safetensors file", Assert.Throws<InvalidRunException>(() => RecordedRun.Open(folder)).Message);
    }
}
