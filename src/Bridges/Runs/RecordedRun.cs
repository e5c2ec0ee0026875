using System.Diagnostics;
using System.Text;
using KernelFlow.Bridges;
using KernelFlow.Files;

namespace KernelFlow;

/// <summary>A recorded run opened from its folder: the manifest, the targets, and checkpoints whose tensors are read from the files when asked
/// for.</summary>
/// <remarks>Opening validates the manifest, every header in the window and the small tensors (outputs, targets, g, loss, batch); nothing of size N·D or N² is
/// read. Tensors throw <see cref="ObjectDisposedException"/> after <see cref="Dispose"/>. Concurrent reads are safe.</remarks>
public sealed class RecordedRun : IDisposable
{
    private readonly IReadOnlyList<ContainerFile> _files;
    private readonly IReadOnlyList<(string Name, string? Sum)> _stated;

    private RecordedRun(
        string folder, RunManifest manifest, CheckpointSequence checkpoints, IReadOnlyList<ContainerFile> files,
        IReadOnlyList<(string Name, string? Sum)> stated)
    {
        Folder = folder;
        Manifest = manifest;
        Checkpoints = checkpoints;
        _files = files;
        _stated = stated;
    }

    /// <summary>The folder, as given.</summary>
    public string Folder { get; }

    /// <summary>run.json; it lists all checkpoints, also those outside the window.</summary>
    public RunManifest Manifest { get; }

    /// <summary>The checkpoints of the window with the loss, the optimizer and the run's own tensors (y_Q, clean_S, noise_mask_S).</summary>
    public CheckpointSequence Checkpoints { get; }

    /// <summary>The manifest's free-form facts.</summary>
    public IReadOnlyDictionary<string, string> Metadata => Manifest.Metadata;

    /// <summary>Opens a run, or the window of it between two recorded times; files outside the window are not touched.</summary>
    /// <param name="folder">The run folder (it holds run.json).</param>
    /// <param name="from">Flow time of the window's first checkpoint, matched to 1e-9 relative; null for the run's first.</param>
    /// <param name="to">Flow time of the window's last checkpoint, matched to 1e-9 relative; null for the run's last.</param>
    /// <param name="format">What the run may be made of; null for <see cref="RunFormat.Default"/>.</param>
    /// <exception cref="InvalidRunException">The run is not sound; the message names the file, the tensor or key, what was found and what was expected. For a
    /// checkpoint that is missing or cut off in writing it also names the <c>--to</c> that analyses the checkpoints before it.</exception>
    /// <exception cref="ArgumentException">A time is not that of a checkpoint (the message names the nearest), or the window holds fewer than two.</exception>
    public static RecordedRun Open(string folder, double? from = null, double? to = null, RunFormat? format = null)
    {
        format ??= RunFormat.Default;
        ArgumentException.ThrowIfNullOrEmpty(folder);
        long started = Stopwatch.GetTimestamp();
        if (!Directory.Exists(folder))
        {
            string instead = File.Exists(folder) ? ": it is a file, expected the folder that holds run.json" : "";
            throw new InvalidRunException($"{folder}: run folder not found{instead}.");
        }
        var manifest = RunManifest.Read(Path.Combine(folder, RunManifest.FileName), format);
        var (first, last) = FlowTimeWindow.Find([.. manifest.Checkpoints.Select(c => c.Time)], from, to);

        var files = new List<ContainerFile>();
        var stated = new List<(string Name, string? Sum)>();
        ContainerFile OpenFile(string name, string? sum)
        {
            files.Add(format.OpenFile(Path.Combine(folder, name)));
            stated.Add((name, sum));
            return files[^1];
        }
        try
        {
            var (loss, runTensors) = RunTargets.Load(manifest, manifest.Targets is { } targets ? OpenFile(targets, manifest.TargetsSha256) : null);
            var checkpoints = new List<Checkpoint>();
            for (int k = first; k <= last; k++)
            {
                var entry = manifest.Checkpoints[k];
                try
                {
                    var file = OpenFile(entry.File, entry.Sha256);
                    checkpoints.Add(CheckpointReader.Read(file, entry, manifest) with { Sum = FileSum.Lazily(file, entry.File, entry.Sha256) });
                }
                catch (InvalidRunException e) when (e is TruncatedFileException || !File.Exists(Path.Combine(folder, entry.File)))
                {
                    throw new InvalidRunException($"{e.Message} {WindowBefore(manifest.Checkpoints, first, k)}", e);
                }
            }
            CheckpointReader.RequireParameters(checkpoints, manifest);
            foreach (var checkpoint in checkpoints) CheckpointReader.CheckSmallTensors(checkpoint, manifest.Train);
            RecordedRun? run = null;
            var sequence = new CheckpointSequence(checkpoints, loss, manifest.Test, manifest.Parameters)
            {
                Optimizer = manifest.Optimizer,
                UnknownConstants = manifest.UnknownConstants,
                Schedule = manifest.Schedule?.Subset([.. Enumerable.Range(first, last - first + 1)]),
                Setting = manifest.Setting,
                RunTensors = runTensors,
                Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))),
                Metadata = manifest.Metadata,
                InputHash = new Lazy<string>(() => run!.InputHash()),
                OpeningTime = Stopwatch.GetElapsedTime(started),
            };
            return run = new RecordedRun(folder, manifest, sequence, files, stated);
        }
        catch
        {
            foreach (var file in files) file.Dispose();
            throw;
        }
    }

    /// <summary>"sha256:" and the SHA-256, in hexadecimal, of the list of SHA-256 sums of the files read: run.json, the targets, and the window's checkpoints
    /// in order. Reads every byte once.</summary>
    /// <remarks>The list is what <c>sha256sum run.json targets.safetensors checkpoint-000000.safetensors …</c> prints in the run folder, so
    /// <c>sha256sum … | sha256sum</c> gives the same number.</remarks>
    /// <param name="cancellation">Stops between pieces.</param>
    /// <exception cref="InvalidRunException">The sum of a file is not the one that the manifest states.</exception>
    /// <exception cref="ObjectDisposedException">The run was disposed.</exception>
    public string InputHash(CancellationToken cancellation = default)
    {
        using var total = new Sha256();
        void Line(string sum, string name) => total.Append(Encoding.UTF8.GetBytes($"{sum}  {name}\n"));

        Line(Convert.ToHexStringLower(Sha256.Of(Manifest.Bytes)), RunManifest.FileName);
        foreach (var file in Verify(cancellation)) Line(file.Sha256, file.File);
        return "sha256:" + Convert.ToHexStringLower(total.Finish());
    }

    /// <summary>Sums the files read, the targets and the window's checkpoints in order, and compares with the sums that the manifest states. Reads every byte
    /// once.</summary>
    /// <param name="cancellation">Stops between pieces.</param>
    /// <exception cref="InvalidRunException">The sum of a file is not the one that the manifest states.</exception>
    /// <exception cref="ObjectDisposedException">The run was disposed.</exception>
    public IEnumerable<FileSum> Verify(CancellationToken cancellation = default)
    {
        for (int i = 0; i < _files.Count; i++) yield return FileSum.Of(_files[i], _stated[i].Name, _stated[i].Sum, cancellation);
    }

    /// <summary>The same for one checkpoint.</summary>
    /// <param name="checkpoint">Its index in the window.</param>
    /// <param name="cancellation">Stops between pieces.</param>
    /// <exception cref="InvalidRunException">The sum of the file is not the one that the manifest states.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such checkpoint.</exception>
    /// <exception cref="ObjectDisposedException">The run was disposed.</exception>
    public FileSum Verify(int checkpoint, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(checkpoint);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(checkpoint, Checkpoints.Count);
        // The targets come before the checkpoints where there are any.
        int i = _files.Count - Checkpoints.Count + checkpoint;
        return FileSum.Of(_files[i], _stated[i].Name, _stated[i].Sum, cancellation);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in _files) file.Dispose();
    }

    /// <summary>What can still be analysed when checkpoint <paramref name="broken"/> cannot be read.</summary>
    private static string WindowBefore(IReadOnlyList<CheckpointEntry> entries, int first, int broken) => broken - first >= 2
        ? $"Use --to {FlowTimeWindow.Text(entries[broken - 1].Time)} to analyse the {broken - first} checkpoints before it."
        : $"Fewer than two complete checkpoints come before it{(first > 0 ? " in the window" : "")}, so no --to can help.";
}
