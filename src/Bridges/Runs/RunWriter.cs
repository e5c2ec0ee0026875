using KernelFlow.Files;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>Records a run: a folder with run.json, the targets and one file per checkpoint, sound at every moment.</summary>
/// <remarks>Each file is written to a temporary name, flushed and renamed, and run.json is replaced the same way after every checkpoint: a recording that is
/// killed opens with all completed checkpoints and can be resumed. The folder is locked until the writer is disposed or the process ends; readers need no
/// lock, so what is complete can be analysed while recording goes on. The sums of the files stand in the manifest.</remarks>
public sealed partial class RunWriter : IDisposable
{
    internal const string TargetsFile = "targets.safetensors";

    private readonly JsonObject _json;
    private readonly LossModel _loss;
    private readonly int _test;
    private readonly List<CheckpointEntry> _checkpoints;
    private readonly FolderLock _lock;
    private readonly IReadOnlyList<JacobianLayer>? _layers;
    private bool _disposed;
    private long? _parameters;
    private CheckpointStructure? _structure;

    private RunWriter(FolderLock held, JsonObject json, LossModel loss, int test, long? parameters, IReadOnlyList<JacobianLayer>? layers,
        IEnumerable<CheckpointEntry> checkpoints)
    {
        _lock = held;
        Folder = held.Folder;
        _json = json;
        _loss = loss;
        _test = test;
        _parameters = parameters;
        _layers = layers;
        _checkpoints = [.. checkpoints];
    }

    /// <summary>The folder of the run.</summary>
    public string Folder { get; }

    /// <summary>The checkpoints completed so far.</summary>
    public IReadOnlyList<CheckpointEntry> Checkpoints => _checkpoints;

    /// <summary>Starts a recording in a folder that is new, empty, or a recording by this tool (which is replaced).</summary>
    /// <param name="folder">Created when absent.</param>
    /// <param name="description">Loss, sizes, optimizer, targets and free-form facts.</param>
    /// <param name="overwrite">Also accept a folder that holds other files. They stay; only those of the names that this recording writes are replaced.</param>
    /// <param name="format">The format that the run is to be opened with; null for <see cref="RunFormat.Default"/>. It must know the loss.</param>
    /// <exception cref="InvalidRunException">The description is not that of a sound run.</exception>
    /// <exception cref="FolderInUseException">Another process records into the folder.</exception>
    /// <exception cref="IOException">The folder is not empty and holds something this tool did not write, or cannot be written.</exception>
    public static RunWriter Create(string folder, RunDescription description, bool overwrite = false, RunFormat? format = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(description);
        if (description.Loss is null) throw new ArgumentException("The description's loss is null.", nameof(description));
        if (description.Targets is null || description.Targets.Contains(null!))
            throw new ArgumentException("The description's targets, or one of them, are null.", nameof(description));
        var loss = description.Loss;
        var targets = description.Targets.ToList();
        if (!loss.IsCustom) targets.Insert(0, new MemoryTensor(TensorName.y_S, loss.Targets.ToArray(), loss.Examples, loss.Outputs));
        var json = ManifestJson.Create(description, targets.Count > 0);

        // The reader's own checks are made here, so that nothing is recorded that cannot be opened.
        byte[] manifest = ManifestJson.Bytes(json);
        var parsed = ManifestParser.Parse(manifest, Path.Combine(folder, RunManifest.FileName), minimumCheckpoints: 0, format ?? RunFormat.Default);
        RunTargets.Check(parsed, targets);

        if (File.Exists(folder)) throw new IOException($"{folder}: found a file, expected a folder to record into.");
        RequireOwn(folder, overwrite);
        var held = FolderLock.Make(folder);
        try
        {
            RequireOwn(folder, overwrite); // Once more: now nobody else writes here.
            string path = Path.Combine(folder, RunManifest.FileName);
            bool replaced = ManifestJson.IsOwn(path);
            var writer = new RunWriter(held, json, loss, description.Test, parsed.Parameters, description.Layers, []);
            writer.WriteManifest(); // First: an interrupted replacement is still known as this tool's own.
            // Without a manifest of this tool, files of the names that it uses may be anybody's.
            if (replaced) DeleteReplaced(folder);
            TemporaryFile.RemoveLeftovers(folder, Owns);
            if (targets.Count > 0) writer.WriteTargets(targets);
            return writer;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Continues a recording after the last checkpoint that run.json names; what was left half-written is removed.</summary>
    /// <remarks>Every checkpoint that is there is looked at: its header, its small tensors, and its sum if the manifest states one.</remarks>
    /// <param name="folder">The run folder.</param>
    /// <param name="format">The format that the run is opened with; null for <see cref="RunFormat.Default"/>.</param>
    /// <param name="cancellation">Stops between checkpoints.</param>
    /// <exception cref="InvalidRunException">There is no sound manifest, it names no checkpoint, or the targets or a checkpoint are not sound.</exception>
    /// <exception cref="FolderInUseException">Another process records into the folder.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static RunWriter Resume(string folder, RunFormat? format = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        format ??= RunFormat.Default;
        string path = Path.Combine(folder, RunManifest.FileName);
        _ = ManifestParser.Read(path, minimumCheckpoints: 0, format); // A folder that is no run is not written to, the lock included.
        var held = FolderLock.Take(folder);
        try
        {
            var manifest = ManifestParser.Read(path, minimumCheckpoints: 0, format);
            if (manifest.Checkpoints.Count == 0)
                throw new InvalidRunException($"{path}: found no complete checkpoint, expected one to continue after; record it anew.");
            var (loss, structure) = ResumedRun.Check(folder, manifest, format, cancellation);
            TemporaryFile.RemoveLeftovers(folder, Owns);
            return new RunWriter(held, ManifestJson.Parse(manifest.Bytes), loss, manifest.Test, manifest.Parameters, manifest.Layers,
                manifest.Checkpoints)
            {
                _structure = structure,
            };
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file name in a run folder is one that recordings by this tool use.</summary>
    /// <param name="name">The name, relative to the folder.</param>
    public static bool Owns(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name is RunManifest.FileName or TargetsFile || CheckpointName().IsMatch(name);
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
        ArgumentNullException.ThrowIfNull(tensors);
        ObjectDisposedException.ThrowIf(_disposed, this);
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

        var stored = Stored(checkpoint);
        int number = _checkpoints.Count;
        string file;
        do file = FormattableString.Invariant($"checkpoint-{number++:D6}.safetensors");
        while (_checkpoints.Any(c => c.File == file));
        string sum = SafetensorsWriter.WriteSummed(Path.Combine(Folder, file), metadata: null, stored);

        if (_parameters is null && checkpoint.HasJacobians) _json["parameters"] = _parameters = structure.Parameters;
        _structure = structure;
        var entry = new CheckpointEntry(file, step, time) { Sha256 = sum };
        ManifestJson.Append(_json, entry);
        _checkpoints.Add(entry);
        WriteManifest();
    }

    // Where layers were described, factors; otherwise a factored Jacobian is written expanded, as any other tensor.
    private IEnumerable<TensorSource> Stored(Checkpoint checkpoint)
    {
        if (_layers is null) return checkpoint.Tensors.Values;
        foreach (var jacobian in checkpoint.Tensors.Values.OfType<FactoredJacobian>())
            if (!jacobian.Layers.Select(l => l.Layer).SequenceEqual(_layers))
                throw new InvalidRunException($"{jacobian.Location}: {jacobian.Name}: found factors of the layers "
                    + $"{JacobianLayer.Text(jacobian.Layers.Select(l => l.Layer))}, expected those of the run's description, {JacobianLayer.Text(_layers)}.");
        return checkpoint.Tensors.Values.SelectMany(t => t is FactoredJacobian f ? f.Tensors : [t]);
    }

    /// <summary>Releases the folder.</summary>
    public void Dispose()
    {
        _disposed = true;
        _lock.Dispose();
    }

    private void WriteManifest() => AtomicFile.Write(Path.Combine(Folder, RunManifest.FileName), stream => stream.Write(ManifestJson.Bytes(_json)));

    // The manifest that names the first checkpoint states the sum: until then there is nothing that the targets could be mixed with.
    private void WriteTargets(IEnumerable<TensorSource> targets) =>
        ManifestJson.SetTargetsSum(_json, SafetensorsWriter.WriteSummed(Path.Combine(Folder, TargetsFile), metadata: null, targets));

    private static void RequireOwn(string folder, bool overwrite)
    {
        if (overwrite || !Directory.Exists(folder)) return;
        bool marked = ManifestJson.IsOwn(Path.Combine(folder, RunManifest.FileName));
        if (OwnFolder.FirstForeign(folder, marked, Owns) is { } foreign)
            throw new IOException(
                $"{folder}: the folder is not empty and holds {foreign}, which this tool did not write; choose another folder, or overwrite (--overwrite).");
    }

    private static void DeleteReplaced(string folder)
    {
        foreach (string name in Directory.GetFiles(folder).Select(f => Path.GetFileName(f)))
            if (Owns(name) && name != RunManifest.FileName) File.Delete(Path.Combine(folder, name));
    }

    [GeneratedRegex(@"^checkpoint-[0-9]{6,19}\.safetensors\z")]
    private static partial Regex CheckpointName();
}
