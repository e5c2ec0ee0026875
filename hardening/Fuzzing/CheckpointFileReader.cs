using System.Text.Json.Nodes;
using KernelFlow.Numerics;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>A checkpoint of a run, spoilt: what opens is read in full, and some of it analysed.</summary>
internal sealed class CheckpointFileReader : AttackedReader
{
    // An analysis takes a hundred times as long as reading.
    private const int AnalyseOneOf = 20;
    private readonly Backend _backend = Backend.Resolve("managed", threads: 1);
    private readonly string _folder;

    /// <summary>Records the small run that the file belongs to.</summary>
    /// <param name="folder">A folder for it.</param>
    /// <param name="factored">Whether its Jacobians are recorded as factors.</param>
    public CheckpointFileReader(string folder, bool factored = false)
    {
        _folder = folder;
        Name = factored ? "factors" : "checkpoint";
        var recording = factored ? ManifestReader.Recording with { Factors = FactorRecording.Always } : ManifestReader.Recording;
        File = Path.Combine(folder, "checkpoint-000001.safetensors");
        Recorder.Record(recording, folder, _backend, ExistingRun.Overwrite);
        // Sums in the manifest would find every spoilt file; here the other checks are asked.
        var json = JsonNode.Parse(System.IO.File.ReadAllBytes(Path.Combine(folder, "run.json")))!;
        foreach (var entry in json["checkpoints"]!.AsArray()) entry!.AsObject().Remove("sha256");
        System.IO.File.WriteAllText(Path.Combine(folder, "run.json"), json.ToJsonString());
        byte[] plain = System.IO.File.ReadAllBytes(File);
        Recorder.Record(ManifestReader.Recording with { Kernels = true }, folder + "-kernels", _backend, ExistingRun.Overwrite);
        Mutator = new Mutator([plain, plain, System.IO.File.ReadAllBytes(Path.Combine(folder + "-kernels", "checkpoint-000001.safetensors"))], hasHeader: true);
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string File { get; }

    /// <inheritdoc/>
    protected override Mutator Mutator { get; }

    /// <inheritdoc/>
    public override bool IsRefusal(Exception exception) => exception is InvalidRunException or NumericalException;

    /// <inheritdoc/>
    public override void Read(int number, byte[] bytes, Findings findings)
    {
        using var run = RecordedRun.Open(_folder);
        var second = ReferenceDecoder.Decode(bytes);
        foreach (var tensor in run.Checkpoints[1].Tensors.Values.SelectMany(t => t is FactoredJacobian f ? f.Tensors : [t]))
            Compare(number, tensor.Name, tensor.ReadAll(), second?.GetValueOrDefault(tensor.Name), findings);
        // Of finite factors, too, a product may be too large.
        foreach (var jacobian in run.Checkpoints[1].Tensors.Values.OfType<FactoredJacobian>()) jacobian.ReadAll();
        if (number % AnalyseOneOf != 0) return;
        // Numbers of 1e28 take a million integration steps until the analysis gives up; that is no matter of reading.
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            Analyze.Reservoir(run.Checkpoints, new AnalysisOptions { Backend = _backend }, cancellation: patience.Token);
            findings.Count("analysed");
        }
        catch (OperationCanceledException)
        {
            findings.Count("analyses stopped after 2 s");
        }
    }
}
