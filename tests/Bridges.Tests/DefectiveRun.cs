using System.Text.Json.Nodes;

namespace KernelFlow.Bridges.Tests;

/// <summary>A private copy of the shipped run, and ways to damage it.</summary>
public abstract class DefectiveRun : IDisposable
{
    private protected readonly TemporaryFolder _folder = new();
    private protected readonly string _run;

    protected DefectiveRun() => _run = _folder.CopyOfDigitsTiny();

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected string Checkpoint(int k) => Path.Combine(_run, $"checkpoint-{k:D6}.safetensors");

    private protected string Manifest => Path.Combine(_run, "run.json");

    private protected string Targets => Path.Combine(_run, "targets.safetensors");

    private protected void Edit(Action<JsonObject> edit)
    {
        var json = JsonNode.Parse(File.ReadAllText(Manifest))!.AsObject();
        edit(json);
        File.WriteAllText(Manifest, json.ToJsonString());
    }

    /// <summary>Writes a file again with some tensors replaced, added or (value null) left out.</summary>
    private protected static void Rewrite(string path, params (string Name, TensorSource? Tensor)[] changes)
    {
        TensorSource[] tensors;
        using (var file = SafetensorsFile.Open(path))
        {
            tensors = [.. file.Entries.Keys.Where(name => changes.All(c => c.Name != name)).Select(name =>
            {
                double[] values = file[name].ReadAll();
                return new StreamedTensor(name, file[name].Type, file[name].Shape, (first, d) => values.AsSpan((int)first, d.Length).CopyTo(d));
            })];
        }
        SafetensorsWriter.Write(path, [.. tensors, .. changes.Select(c => c.Tensor).OfType<TensorSource>()]);
    }

    private protected static MemoryTensor Zeros(string name, params long[] shape) => new(name, new double[shape.Aggregate(1L, (a, b) => a * b)], shape);

    private protected void Refused(string message) => Assert.Equal(message, Assert.ThrowsAny<InvalidRunException>(() => RecordedRun.Open(_run)).Message);
}
