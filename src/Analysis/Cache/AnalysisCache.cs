using KernelFlow.Analysis.Cache;
using KernelFlow.Files;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>A folder that keeps what an analysis computed, so that the next one of the same run need not compute it again: operators of intervals, and what
/// else costs much beside its size.</summary>
/// <remarks>
/// An entry is found by all that its numbers depend on: the sums of the files, method, tolerance, seed, interpolation, backend, threads and the version of
/// the format. It is written under a temporary name and renamed, and its checksum is verified when it is read: a damaged entry is computed again, with a
/// warning. Several processes may use one folder at the same time. Numbers are the same bits with and without it.
/// </remarks>
public sealed class AnalysisCache
{
    /// <summary>The bytes a folder may hold unless something else is asked for: 20 GB.</summary>
    public const long DefaultLimit = 20_000_000_000;

    /// <summary>The file that tells a cache from other folders.</summary>
    public const string MarkFile = "kernelflow-cache.json";

    private const string Format = "kernel-flow-cache";
    private readonly Lock _making = new();
    private readonly Action<string>? _warn;
    private int _read, _computed;
    private bool _writes = true;

    private AnalysisCache(string folder, long limit, Action<string>? warn) => (Folder, Limit, _warn) = (folder, limit, warn);

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The bytes that entries may take together; the oldest go first.</summary>
    public long Limit { get; }

    /// <summary>Entries that were read instead of computed so far.</summary>
    public int Read => _read;

    /// <summary>Entries that were not there, or not sound, so far.</summary>
    public int Computed => _computed;

    /// <summary>Opens a cache, or makes one of a folder that is not there or is empty.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="limit">The bytes that entries may take together, above 0.</param>
    /// <param name="warn">Receives a sentence about each entry that cannot be used or kept; null for nobody.</param>
    /// <exception cref="ArgumentException">The limit is not above 0, or the folder holds something else than a cache.</exception>
    /// <exception cref="IOException">The folder cannot be made or written; the message names it.</exception>
    public static AnalysisCache Open(string folder, long limit = DefaultLimit, Action<string>? warn = null)
    {
        var cache = OpenShared(folder, limit, warn);
        TemporaryFile.RemoveAbandoned(folder);
        return cache;
    }

    /// <summary>The same of a folder that processes of other machines may be writing: what killed ones left half written stays.</summary>
    internal static AnalysisCache OpenShared(string folder, long limit, Action<string>? warn)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (limit <= 0) throw new ArgumentException($"cache size: found {limit}, expected more than 0 bytes; leave out the cache where none is wanted.");
        if (File.Exists(folder)) throw new ArgumentException($"cache: {folder} is a file, expected a folder.");
        try
        {
            Make(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"cache: {folder} cannot be made or written; name a folder that can, or leave out the cache.", e);
        }
        return new AnalysisCache(folder, limit, warn);
    }

    private static void Make(string folder)
    {
        Directory.CreateDirectory(folder);
        string mark = Path.Combine(folder, MarkFile);
        if (OwnFolder.Text(mark, "format") != Format)
        {
            // Another process may be making the same cache: what was seen of it a moment ago may be its mark by now.
            if (OwnFolder.FirstForeign(folder, isMarked: false, name => name == MarkFile) is { } other
                && OwnFolder.Text(mark, "format") != Format)
                throw new ArgumentException($"cache: {folder} holds {other} and is no cache of this tool; name an empty folder, or one that is not there.");
            AtomicFile.WriteAllText(mark, $$"""{ "format": "{{Format}}", "version": {{CacheKey.FormatVersion}} }""" + "\n");
        }
        else
        {
            // A folder that may be read only is found out here, and not after the first interval.
            using (TemporaryFile.Create(folder, out string probe)) File.Delete(probe);
        }
    }

    /// <summary>Reads an entry where there is a sound one.</summary>
    /// <param name="key">What it was computed from.</param>
    /// <returns>Its matrices by name; null where it has to be computed.</returns>
    internal Dictionary<string, DenseMatrix>? TryRead(CacheKey key)
    {
        string path = Path.Combine(Folder, key.FileName);
        if (EntryFile.TryRead(path, key, out var matrices, out string? defect))
        {
            if (matrices is not null)
            {
                Interlocked.Increment(ref _read);
                return matrices;
            }
            _warn?.Invoke($"{path}: {defect}; it is computed again.");
        }
        Interlocked.Increment(ref _computed);
        return null;
    }

    /// <summary>Keeps an entry and makes room for it. What cannot be kept is told once and computed again next time; it never ends an analysis.</summary>
    /// <param name="key">What it was computed from.</param>
    /// <param name="matrices">Its matrices by name.</param>
    internal void Write(CacheKey key, IReadOnlyDictionary<string, DenseMatrix> matrices)
    {
        if (!_writes) return;
        long size = EntryFile.Size(key, matrices);
        if (size > Limit)
        {
            _warn?.Invoke(FormattableString.Invariant($"cache: an entry of {size} bytes is larger than the whole cache may be, {Limit}; it is not kept."));
            return;
        }
        try
        {
            lock (_making) MakeRoom(size);
            AtomicFile.Write(Path.Combine(Folder, key.FileName), stream => EntryFile.Write(stream, key, matrices));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _writes = false;
            _warn?.Invoke($"{e.Message.TrimEnd('.')}; nothing more is kept in the cache.");
        }
    }

    // Another process may remove the same files at the same time: what is gone is room as well.
    private void MakeRoom(long size)
    {
        var entries = new DirectoryInfo(Folder).EnumerateFiles("*" + EntryFile.Suffix).Select(Seen).OfType<(FileInfo File, long Size, DateTime Time)>()
            .OrderBy(e => e.Time).ToArray();
        long total = entries.Sum(e => e.Size) + size;
        foreach (var (file, bytes, _) in entries)
        {
            if (total <= Limit) break;
            file.Delete();
            total -= bytes;
        }
    }

    private static (FileInfo File, long Size, DateTime Time)? Seen(FileInfo file)
    {
        try
        {
            return (file, file.Length, file.LastWriteTimeUtc);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }
}
