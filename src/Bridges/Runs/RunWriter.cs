using KernelFlow.Files;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>Records a run: a folder with run.json, the targets and one file per checkpoint, sound at every moment.</summary>
/// <remarks>Each file is written to a temporary name, flushed and renamed, and run.json is replaced the same way after every checkpoint: a recording that is
/// killed opens with all completed checkpoints and can be resumed. Nothing is held open between calls.</remarks>
public sealed partial class RunWriter
{
    internal const string TargetsFile = "targets.safetensors";

    private readonly JsonObject _json;
    private readonly LossModel _loss;
    private readonly int _test;
    private readonly List<CheckpointEntry> _checkpoints;
    private long? _parameters;
    private CheckpointStructure? _structure;

    private RunWriter(string folder, JsonObject json, LossModel loss, int test, long? parameters, IEnumerable<CheckpointEntry> checkpoints)
    {
        Folder = folder;
        _json = json;
        _loss = loss;
        _test = test;
        _parameters = parameters;
        _checkpoints = [.. checkpoints];
    }

    /// <summary>The folder of the run.</summary>
    public string Folder { get; }

    /// <summary>The checkpoints completed so far.</summary>
    public IReadOnlyList<CheckpointEntry> Checkpoints => _checkpoints;

    /// <summary>Starts a recording in a folder that is new, empty, or a recording by this tool (which is replaced).</summary>
    /// <param name="folder">Created when absent.</param>
    /// <param name="description">Loss, sizes, optimizer, targets and free-form facts.</param>
    /// <param name="overwrite">Also accept a folder that holds other files; only run.json, targets.safetensors, checkpoint-*.safetensors and *.part are
    /// replaced in it.</param>
    /// <param name="format">The format that the run is to be opened with; null for <see cref="RunFormat.Default"/>. It must know the loss.</param>
    /// <exception cref="InvalidRunException">The description is not that of a sound run.</exception>
    /// <exception cref="IOException">The folder is not empty and holds something this tool did not write, or cannot be written.</exception>
    public static RunWriter Create(string folder, RunDescription description, bool overwrite = false, RunFormat? format = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(description);
        var loss = description.Loss;
        var targets = description.Targets.ToList();
        if (!loss.IsCustom) targets.Insert(0, new MemoryTensor(TensorName.y_S, loss.Targets.ToArray(), loss.Examples, loss.Outputs));
        var json = ManifestJson.Create(description, targets.Count > 0);

        // The reader's own checks are made here, so that nothing is recorded that cannot be opened.
        byte[] manifest = ManifestJson.Bytes(json);
        var parsed = ManifestParser.Parse(manifest, Path.Combine(folder, RunManifest.FileName), minimumCheckpoints: 0, format ?? RunFormat.Default);
        RunTargets.Check(parsed, targets);

        if (File.Exists(folder)) throw new IOException($"{folder}: found a file, expected a folder to record into.");
        Directory.CreateDirectory(folder);
        if (!overwrite && ForeignEntry(folder) is { } foreign)
            throw new IOException(
                $"{folder}: the folder is not empty and holds {foreign}, which this tool did not write; choose another folder, or overwrite (--overwrite).");
        var writer = new RunWriter(folder, json, loss, description.Test, description.Parameters, []);
        writer.WriteManifest(); // First: an interrupted replacement is still known as this tool's own.
        foreach (string file in Directory.GetFiles(folder))
            if (Path.GetFileName(file) is var name && IsOwnName(name) && name != RunManifest.FileName) File.Delete(file);
        TemporaryFile.RemoveLeftovers(folder, IsOwnName);
        if (targets.Count > 0) SafetensorsWriter.Write(Path.Combine(folder, TargetsFile), targets);
        return writer;
    }

    /// <summary>Continues a recording after the last checkpoint that run.json names; what was left half-written is removed.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="format">The format that the run is opened with; null for <see cref="RunFormat.Default"/>.</param>
    /// <exception cref="InvalidRunException">There is no sound manifest, the targets are not sound, or the last checkpoint cannot be read.</exception>
    public static RunWriter Resume(string folder, RunFormat? format = null)
    {
        format ??= RunFormat.Default;
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var manifest = ManifestParser.Read(Path.Combine(folder, RunManifest.FileName), minimumCheckpoints: 0, format);
        using var targets = manifest.Targets is { } name ? format.OpenFile(Path.Combine(folder, name)) : null;
        var (loss, _) = RunTargets.Load(manifest, targets);
        var writer = new RunWriter(folder, ManifestJson.Parse(manifest.Bytes), loss, manifest.Test, manifest.Parameters, manifest.Checkpoints);
        if (manifest.Checkpoints.Count > 0)
        {
            using var last = format.OpenFile(Path.Combine(folder, manifest.Checkpoints[^1].File));
            var checkpoint = CheckpointReader.Read(last, manifest.Checkpoints[^1]);
            writer._structure = new CheckpointStructure(checkpoint, loss, manifest.Test, manifest.Parameters);
            writer._structure.Check(checkpoint);
        }
        TemporaryFile.RemoveLeftovers(folder, IsOwnName);
        return writer;
    }

    /// <summary>Writes one checkpoint and then the manifest that names it.</summary>
    /// <param name="time">Flow time, above that of the checkpoint before.</param>
    /// <param name="step">Optimizer steps taken, above those of the checkpoint before.</param>
    /// <param name="tensors">By their names in the run format, each stored in its own type; they may be computed while they are written
    /// (<see cref="StreamedTensor"/>).</param>
    /// <exception cref="ArgumentException">Time or step does not increase, or two tensors have the same name.</exception>
    /// <exception cref="InvalidRunException">A required tensor is missing, a shape or type is wrong, or a value is not finite; the run is left as it
    /// was.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Append(double time, long step, params IEnumerable<TensorSource> tensors)
    {
        var last = _checkpoints.LastOrDefault();
        string? obstacle = last is null ? null : FlowTimeWindow.Obstacle(last.Time, time);
        if (!double.IsFinite(time) || obstacle is not null)
        {
            string bound = last is null ? "" : $" above {FlowTimeWindow.Text(last.Time)}" + (obstacle is null ? "" : $" ({obstacle})");
            throw new ArgumentException($"time: found {FlowTimeWindow.Text(time)}, expected a finite number{bound}.");
        }
        if (step < 0 || step <= last?.Step)
            throw new ArgumentException($"step: found {step}, expected {(last is null ? "at least 0" : $"more than {last.Step}")}.");
        var checkpoint = new Checkpoint(time, step, [.. tensors]);
        foreach (var tensor in checkpoint.Tensors.Values) TensorTypes.Check(tensor);
        var structure = _structure ?? new CheckpointStructure(checkpoint, _loss, _test, _parameters);
        structure.Check(checkpoint);
        CheckpointReader.CheckBatch(checkpoint, _loss.Examples);
        if (_parameters is null && checkpoint.HasJacobians && checkpoint.Find(TensorName.Sketch) is not null)
            throw new InvalidRunException("parameters is missing: state it in the run's description when the Jacobians are sketched.");

        int number = _checkpoints.Count;
        string file;
        do file = FormattableString.Invariant($"checkpoint-{number++:D6}.safetensors");
        while (_checkpoints.Any(c => c.File == file));
        SafetensorsWriter.Write(Path.Combine(Folder, file), checkpoint.Tensors.Values);

        if (_parameters is null && checkpoint.HasJacobians) _json["parameters"] = _parameters = structure.Parameters;
        _structure = structure;
        var entry = new CheckpointEntry(file, step, time);
        ManifestJson.Append(_json, entry);
        _checkpoints.Add(entry);
        WriteManifest();
    }

    private void WriteManifest() => AtomicFile.Write(Path.Combine(Folder, RunManifest.FileName), stream => stream.Write(ManifestJson.Bytes(_json)));

    /// <summary>The first thing in the folder that this tool did not write, or null.</summary>
    private static string? ForeignEntry(string folder)
    {
        string manifest = Path.Combine(folder, RunManifest.FileName);
        return OwnFolder.FirstForeign(folder, File.Exists(manifest) && ManifestJson.IsOwn(manifest), IsOwnName);
    }

    private static bool IsOwnName(string name) =>
        name is RunManifest.FileName or TargetsFile || CheckpointName().IsMatch(name);

    [GeneratedRegex(@"^checkpoint-[0-9]{6,19}\.safetensors\z")]
    private static partial Regex CheckpointName();
}
