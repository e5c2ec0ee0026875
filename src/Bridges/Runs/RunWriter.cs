using KernelFlow.Files;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>Records a run: a folder with run.json, the targets and one file per checkpoint, sound at every moment.</summary>
/// <remarks>Each file is written to a temporary name, flushed and renamed, and run.json is replaced the same way after every checkpoint: a recording that is
/// killed opens with all completed checkpoints and can be resumed. The folder is locked until the writer is disposed or the process ends; readers need no
/// lock, so what is complete can be analysed while recording goes on. The sums of the files stand in the manifest.</remarks>
public sealed partial class RunWriter : RunRecording
{
    internal const string TargetsFile = "targets.safetensors";

    private readonly FolderLock _lock;

    private RunWriter(FolderLock held, JsonObject json, LossModel loss, int test, long? parameters, IReadOnlyList<JacobianLayer>? layers,
        IEnumerable<CheckpointEntry> checkpoints, CheckpointStructure? structure) : base(json, loss, test, parameters, layers, checkpoints, structure)
    {
        _lock = held;
        Folder = held.Folder;
    }

    /// <summary>The folder of the run.</summary>
    public string Folder { get; }

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
        var (json, parsed, targets) = Described(description, Path.Combine(folder, RunManifest.FileName), format);

        if (File.Exists(folder)) throw new IOException($"{folder}: found a file, expected a folder to record into.");
        RequireOwn(folder, overwrite);
        var held = FolderLock.Make(folder);
        try
        {
            RequireOwn(folder, overwrite); // Once more: now nobody else writes here.
            string path = Path.Combine(folder, RunManifest.FileName);
            bool replaced = ManifestJson.IsOwn(path);
            var writer = new RunWriter(held, json, description.Loss, description.Test, parsed.Parameters, description.Layers, [], null);
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
                manifest.Checkpoints, structure);
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

    private protected override CheckpointEntry Keep(Checkpoint checkpoint, CheckpointEntry entry)
    {
        IEnumerable<TensorSource> stored = checkpoint.Tensors.Values;
        if (KeepsFactors) stored = stored.SelectMany(t => t is FactoredJacobian f ? f.Tensors : [t]);
        return entry with { Sha256 = SafetensorsWriter.WriteSummed(Path.Combine(Folder, entry.File), metadata: null, stored) };
    }

    private protected override void Completed() => WriteManifest();

    private protected override void Release() => _lock.Dispose();

    private void WriteManifest() => AtomicFile.Write(Path.Combine(Folder, RunManifest.FileName), stream => stream.Write(ManifestJson.Bytes(Json)));

    // The manifest that names the first checkpoint states the sum: until then there is nothing that the targets could be mixed with.
    private void WriteTargets(IEnumerable<TensorSource> targets) =>
        ManifestJson.SetTargetsSum(Json, SafetensorsWriter.WriteSummed(Path.Combine(Folder, TargetsFile), metadata: null, targets));

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
