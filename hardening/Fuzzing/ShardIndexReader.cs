using System.Text;
using System.Text.Json;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>The index of sharded safetensors files, spoilt: what opens must be what the index and the files say to another decoder.</summary>
internal sealed class ShardIndexReader : AttackedReader
{
    private readonly Dictionary<string, Dictionary<string, double[]>> _shards = new(StringComparer.Ordinal);

    /// <summary>Writes the files that the index names.</summary>
    /// <param name="folder">A folder for them.</param>
    public ShardIndexReader(string folder)
    {
        File = Path.Combine(folder, "model.safetensors.index.json");
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        var seeds = SafetensorsReader.Seeds();
        for (int i = 0; i < 3; i++)
        {
            string shard = FormattableString.Invariant($"model-0000{i + 1}-of-00003.safetensors");
            System.IO.File.WriteAllBytes(Path.Combine(folder, shard), seeds[i]);
            _shards.Add(shard, ReferenceDecoder.Decode(seeds[i])!);
            foreach (string name in _shards[shard].Keys) map.Add(name, shard);
        }
        var index = new Dictionary<string, object> { ["metadata"] = new Dictionary<string, object> { ["total_size"] = 264 }, ["weight_map"] = map };
        Mutator = new Mutator([Encoding.UTF8.GetBytes(JsonSerializer.Serialize(index))], hasHeader: false);
    }

    /// <inheritdoc/>
    public override string Name => "shards";

    /// <inheritdoc/>
    public override string File { get; }

    /// <inheritdoc/>
    protected override Mutator Mutator { get; }

    /// <inheritdoc/>
    public override bool IsRefusal(Exception exception) => exception is InvalidRunException;

    /// <inheritdoc/>
    public override void Read(int number, byte[] bytes, Findings findings)
    {
        using var file = RunFormat.Default.OpenFile(File);
        using var json = JsonDocument.Parse(bytes);
        var map = json.RootElement.GetProperty("weight_map");
        foreach (string name in file.Names.Where(file.CanRead))
        {
            double[]? found = null;
            try
            {
                found = file[name].ReadAll();
            }
            catch (InvalidRunException e) when (e.Message.Contains("expected finite numbers", StringComparison.Ordinal)) { }
            Compare(number, name, found, _shards.GetValueOrDefault(map.GetProperty(name).GetString()!)?.GetValueOrDefault(name), findings);
        }
    }
}
