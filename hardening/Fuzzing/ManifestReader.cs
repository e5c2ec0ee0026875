using System.Text.Json;
using KernelFlow.Numerics;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>run.json beside sound checkpoints: what opens must have the times, steps and tensors that the manifest states.</summary>
internal sealed class ManifestReader : AttackedReader
{
    private readonly string _folder;
    private readonly Dictionary<string, Dictionary<string, double[]>> _files;

    /// <summary>Records the small run that the manifests belong to.</summary>
    /// <param name="folder">A folder for it.</param>
    public ManifestReader(string folder)
    {
        _folder = folder;
        File = Path.Combine(folder, "run.json");
        byte[] Recorded(RecordingOptions which)
        {
            Recorder.Record(which, folder, Backend.Resolve("managed", threads: 1), ExistingRun.Overwrite);
            return System.IO.File.ReadAllBytes(File);
        }
        byte[] momentum = Recorded(Recording with { Optimizer = OptimizerKind.Momentum }), plain = Recorded(Recording);
        string more = System.Text.Encoding.UTF8.GetString(plain).TrimEnd().TrimEnd('}')
            + ", \"schedule\": \"constant\", \"setting\": [\"dropout\"], \"lossConstants\": {\"a\": 1} }";
        Mutator = new Mutator([plain, momentum, System.Text.Encoding.UTF8.GetBytes(more)], hasHeader: false);
        _files = Directory.EnumerateFiles(folder, "*.safetensors")
            .ToDictionary(f => Path.GetFileName(f), f => ReferenceDecoder.Decode(System.IO.File.ReadAllBytes(f))!);
    }

    /// <summary>A recording of a few kilobytes.</summary>
    public static RecordingOptions Recording { get; } =
        new() { Train = 4, Test = 3, Layers = [LayerSpec.Dense(2)], Steps = 30, Checkpoints = 4, LearningRate = 0.05, Factors = FactorRecording.Never };

    /// <inheritdoc/>
    public override string Name => "run.json";

    /// <inheritdoc/>
    public override string File { get; }

    /// <inheritdoc/>
    protected override Mutator Mutator { get; }

    /// <inheritdoc/>
    public override bool IsRefusal(Exception exception) => exception is InvalidRunException;

    /// <inheritdoc/>
    public override void Read(int number, byte[] bytes, Findings findings)
    {
        using var run = RecordedRun.Open(_folder);
        ReadOnlyMemory<byte> text = bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
        using var json = JsonDocument.Parse(text);
        var entries = json.RootElement.GetProperty("checkpoints");
        if (entries.GetArrayLength() != run.Checkpoints.Count) findings.Defect(Place(number), "another number of checkpoints than the manifest states");
        for (int k = 0; k < run.Checkpoints.Count; k++)
        {
            var (entry, checkpoint) = (entries[k], run.Checkpoints[k]);
            if (checkpoint.Time != entry.GetProperty("time").GetDouble() || checkpoint.Step != Whole(entry.GetProperty("step")))
                findings.Defect(Place(number), "another time or step than the manifest states");
            string file = Path.GetFileName(entry.GetProperty("file").GetString()!.Replace('\\', '/'));
            foreach (var (name, tensor) in checkpoint.Tensors)
                Compare(number, $"{file}: {name}", tensor.ReadAll(), _files.GetValueOrDefault(file)?.GetValueOrDefault(name), findings);
        }
    }

    // 8.0 and 1e+05 are whole numbers too; those beyond 2⁵³ are exact only where they are written as such.
    private static long Whole(JsonElement number) => number.TryGetInt64(out long whole) ? whole : (long)number.GetDouble();
}
