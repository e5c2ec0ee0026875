namespace KernelFlow.Files;

/// <summary>Replaces the files of this tool in a folder by others, as one: written beside the folder and exchanged with it in one step where the
/// system can and
/// the folder holds nothing else; otherwise file by file, in an order that lets readers tell a mixture.</summary>
/// <remarks>Until <see cref="Commit"/> nothing of the earlier files is touched; without it they stay. Files of others stay where they are.</remarks>
public sealed class FolderReplacement : IDisposable
{
    private readonly string _folder;
    private readonly FolderLock _held;
    private readonly Func<string, bool> _isOwn;
    private readonly StageFolder _stage;
    private readonly bool _beside;
    private readonly List<string> _written = [], _kept = [];
    private StageFolder? _inside;

    private FolderReplacement(string folder, FolderLock held, Func<string, bool> isOwn, StageFolder stage, bool beside)
    {
        _folder = folder;
        _held = held;
        _isOwn = isOwn;
        _stage = stage;
        _beside = beside;
    }

    /// <summary>Starts writing, and removes what killed processes left.</summary>
    /// <param name="held">The lock of the folder.</param>
    /// <param name="isOwn">Whether a file or, with a slash at the end, a folder is this tool's, by its path relative to the folder with forward
    /// slashes. Files of
    /// these names, those to be written among them, are replaced or removed; nothing else is.</param>
    /// <exception cref="IOException">Nothing can be written there.</exception>
    /// <exception cref="UnauthorizedAccessException">Nothing may be written there.</exception>
    public static FolderReplacement Begin(FolderLock held, Func<string, bool> isOwn)
    {
        ArgumentNullException.ThrowIfNull(held);
        ArgumentNullException.ThrowIfNull(isOwn);
        string folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(held.Folder));
        // Exchanging a link would leave the folder it leads to as it is.
        if (new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true) is { } real) folder = Path.TrimEndingDirectorySeparator(real.FullName);
        RemoveLeftovers(new DirectoryInfo(folder), "", isOwn);
        StageFolder.RemoveDead(folder, isOwn);
        string? parent = Path.GetDirectoryName(folder);
        if (parent is not null) StageFolder.RemoveDead(parent, isOwn);
        bool exchangeable = OperatingSystem.IsLinux() && !HoldsCurrentFolder(held) && HoldsOnlyOwn(new DirectoryInfo(folder), "", isOwn);
        if (exchangeable && parent is not null)
        {
            try
            {
                return new FolderReplacement(folder, held, isOwn, StageFolder.Make(parent, isOwn), beside: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Whoever may write the folder need not be allowed to write beside it.
            }
        }
        return new FolderReplacement(folder, held, isOwn, StageFolder.Make(folder, isOwn), beside: false);
    }

    /// <summary>Writes a file. Several may be written at once.</summary>
    /// <param name="file">Its path relative to the folder, with forward slashes.</param>
    /// <param name="write">Writes the contents, front to back.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(string file, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string path = Add(file), target = Path.Combine(_folder, file);
        // What has the name already, a link included, is not this writer's.
        var stream = WriteFailure.Naming(target, () => new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 1 << 16));
        using var named = new NamedStream(stream, target);
        write(named);
        named.FlushToDisk();
    }

    /// <summary>The same for what writes files itself.</summary>
    /// <param name="file">The path of the file relative to the folder, with forward slashes.</param>
    /// <param name="write">Writes the file to the path it is given, whose folder is there.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void WriteTo(string file, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        string path = Add(file), target = Path.Combine(_folder, file);
        try
        {
            write(path);
        }
        catch (IOException e) when (e.Message.Contains(path, StringComparison.Ordinal))
        {
            // Nobody knows the name of a stage.
            throw new IOException(e.Message.Replace(path, target, StringComparison.Ordinal), e) { HResult = e.HResult };
        }
    }

    private string Add(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        string path = Path.Combine(_stage.Path, file);
        lock (_written)
        {
            WriteFailure.Naming(Path.Combine(_folder, file), () => { Directory.CreateDirectory(Path.GetDirectoryName(path)!); });
            _written.Add(file);
        }
        return path;
    }

    /// <summary>Keeps a file of the earlier ones, if it is there.</summary>
    /// <param name="file">Its path relative to the folder, with forward slashes.</param>
    public void Keep(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        _kept.Add(file);
    }

    /// <summary>Puts the new files into the place of the earlier ones; those that were neither written nor kept are removed.</summary>
    /// <param name="first">Written file by file, this one goes first ...</param>
    /// <param name="last">... and this one last: while the two disagree, the folder is a mixture.</param>
    /// <exception cref="IOException">A file cannot be put there.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be put there.</exception>
    public void Commit(string first, string last)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(last);
        if (_beside && HoldsOnlyOwn(new DirectoryInfo(_folder), "", _isOwn) && Exchange()) return;
        OneByOne(first, last);
    }

    /// <summary>Removes what was written and not committed, or what was replaced.</summary>
    public void Dispose()
    {
        _stage.Dispose();
        _inside?.Dispose();
    }

    private bool Exchange()
    {
        foreach (string file in _kept)
        {
            string from = Path.Combine(_folder, file), to = Path.Combine(_stage.Path, file);
            if (!File.Exists(from)) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            if (!NativeFolders.Link(from, to)) File.Copy(from, to);
        }
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_stage.Path, File.GetUnixFileMode(_folder));
        if (!NativeFolders.Exchange(_stage.Path, _folder)) return false;
        _held.Exchanged(_stage.Lock);
        // The stage is now what was replaced, and goes with Dispose. What others put into it in the meantime goes back.
        MoveOthers(new DirectoryInfo(_stage.Path), "");
        return true;
    }

    private void MoveOthers(DirectoryInfo folder, string prefix)
    {
        foreach (var entry in folder.GetFileSystemInfos())
        {
            string name = prefix + entry.Name, to = Path.Combine(_folder, name);
            bool link = entry.LinkTarget is not null;
            if (entry is DirectoryInfo inner && !link && _isOwn(name + "/")) MoveOthers(inner, name + "/");
            else if (!IsOurs(name, entry.Name, link, _isOwn) && !Path.Exists(to))
            {
                if (Path.GetDirectoryName(to) is { } parent) Directory.CreateDirectory(parent);
                if (entry is DirectoryInfo other) other.MoveTo(to);
                else File.Move(entry.FullName, to);
            }
        }
    }

    private void OneByOne(string first, string last)
    {
        // What can be known to fail fails before the first file is replaced.
        foreach (string file in _written)
            if (Path.Combine(_folder, file) is var path && Directory.Exists(path)) throw new IOException($"{path}: found a folder, expected to write a file.");
        foreach (string folder in _written.Select(f => Path.GetDirectoryName(f)!).Distinct()) MakeFolder(Path.Combine(_folder, folder));
        string from = _stage.Path;
        if (_beside)
        {
            // Across file systems a move is a copy, which is not done in one step; inside the folder it is a renaming.
            _inside = StageFolder.Make(_folder, _isOwn);
            from = _inside.Path;
            foreach (string file in _written)
            {
                WriteFailure.Naming(Path.Combine(_folder, file), () =>
                {
                    Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(from, file))!);
                    File.Move(Path.Combine(_stage.Path, file), Path.Combine(from, file));
                });
            }
        }
        void Place(string file)
        {
            string to = Path.Combine(_folder, file);
            WriteFailure.Naming(to, () => File.Move(Path.Combine(from, file), to, overwrite: true));
        }
        Place(first);
        foreach (string file in _written.Where(f => f != first && f != last)) Place(file);
        RemoveOlder(new DirectoryInfo(_folder), "");
        Place(last);
    }

    private static void MakeFolder(string path) => WriteFailure.Naming(path, () => { Directory.CreateDirectory(path); });

    private void RemoveOlder(DirectoryInfo folder, string prefix)
    {
        foreach (var entry in folder.GetFileSystemInfos())
        {
            string name = prefix + entry.Name;
            if (entry is DirectoryInfo inner)
            {
                if (inner.LinkTarget is null && _isOwn(name + "/")) RemoveOlder(inner, name + "/");
            }
            else if (_isOwn(name) && !_written.Contains(name) && !_kept.Contains(name)) entry.Delete();
        }
    }

    private static bool HoldsOnlyOwn(DirectoryInfo folder, string prefix, Func<string, bool> isOwn) => folder.EnumerateFileSystemInfos().All(entry =>
    {
        string name = prefix + entry.Name;
        bool link = entry.LinkTarget is not null;
        return entry is DirectoryInfo inner ? !link && isOwn(name + "/") && HoldsOnlyOwn(inner, name + "/", isOwn)
            : IsOurs(name, entry.Name, link, isOwn);
    });

    private static bool IsOurs(string path, string name, bool link, Func<string, bool> isOwn) =>
        name == FolderLock.FileName || isOwn(path) || (!link && TemporaryFile.IsOurs(path, isOwn));

    private static void RemoveLeftovers(DirectoryInfo folder, string prefix, Func<string, bool> isOwn)
    {
        foreach (var entry in folder.GetFileSystemInfos())
        {
            string name = prefix + entry.Name;
            if (entry.LinkTarget is not null) continue;
            if (entry is DirectoryInfo inner)
            {
                if (isOwn(name + "/")) RemoveLeftovers(inner, name + "/", isOwn);
            }
            else if (TemporaryFile.IsOurs(name, isOwn)) entry.Delete();
        }
    }

    // The lock file is known by what is in it, whatever links the path goes through.
    private static bool HoldsCurrentFolder(FolderLock held)
    {
        for (string? at = Environment.CurrentDirectory; at is not null; at = Path.GetDirectoryName(at))
            if (held.IsOn(at)) return true;
        return false;
    }
}
