namespace KernelFlow.Files;

/// <summary>A folder under a name that nobody else has, in which files are made before they are where they belong. It is locked while its process
/// lives, so that
/// the next one can tell a dead one's from it and remove it.</summary>
public sealed class StageFolder : IDisposable
{
    private const int Tries = 8;
    private readonly Func<string, bool> _isOwn;

    private StageFolder(string path, FolderLock taken, Func<string, bool> isOwn)
    {
        Path = path;
        Lock = taken;
        _isOwn = isOwn;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Its lock.</summary>
    internal FolderLock Lock { get; }

    /// <summary>Makes one, and removes those that dead processes left in the same place.</summary>
    /// <param name="place">The folder to make it in.</param>
    /// <param name="isOwn">Whether a file or, with a slash at the end, a folder in it is this tool's, by its path relative to the stage with forward slashes;
    /// nothing else is ever removed.</param>
    /// <exception cref="IOException">It cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static StageFolder Make(string place, Func<string, bool> isOwn)
    {
        ArgumentException.ThrowIfNullOrEmpty(place);
        ArgumentNullException.ThrowIfNull(isOwn);
        RemoveDead(place, isOwn);
        for (int i = 1; ; i++)
        {
            string path = TemporaryFile.NewPath(place);
            WriteFailure.Naming(place, () => { Directory.CreateDirectory(path); });
            try
            {
                return new StageFolder(path, FolderLock.Take(path), isOwn);
            }
            catch (Exception e) when (i < Tries && e is FolderInUseException or DirectoryNotFoundException or FileNotFoundException)
            {
                // Before it was locked, another process took it for a dead one's.
            }
            catch
            {
                // A full disk may have kept the lock's text.
                TryRemove(() => File.Delete(System.IO.Path.Combine(path, FolderLock.FileName)));
                TryRemove(() => Directory.Delete(path));
                throw;
            }
        }
    }

    /// <summary>Removes the stages of dead processes: the own files in them, and the folder when nothing else is in it.</summary>
    /// <param name="place">The folder they were made in.</param>
    /// <param name="isOwn">As for <see cref="Make"/>.</param>
    public static void RemoveDead(string place, Func<string, bool> isOwn)
    {
        ArgumentException.ThrowIfNullOrEmpty(place);
        ArgumentNullException.ThrowIfNull(isOwn);
        TryRemove(() =>
        {
            foreach (var folder in new DirectoryInfo(place).GetDirectories("kernelflow-*" + TemporaryFile.Suffix))
                if (folder.LinkTarget is null && TemporaryFile.IsOurs(folder.Name)) TryRemove(() =>
                {
                    using (FolderLock.Take(folder.FullName)) RemoveOwn(folder, "", isOwn);
                    folder.Delete();
                });
        });
    }

    /// <summary>Removes it with what is its own in it. What cannot be removed stays for the next process.</summary>
    public void Dispose()
    {
        TryRemove(() => RemoveOwn(new DirectoryInfo(Path), "", _isOwn));
        Lock.Dispose();
        TryRemove(() => Directory.Delete(Path));
    }

    /// <summary>Removes own files, and the folders that become empty by it.</summary>
    internal static void RemoveOwn(DirectoryInfo folder, string prefix, Func<string, bool> isOwn)
    {
        foreach (var entry in folder.GetFileSystemInfos())
        {
            string name = prefix + entry.Name;
            bool link = entry.LinkTarget is not null;
            if (entry is DirectoryInfo inner && !link)
            {
                bool stage = TemporaryFile.IsOurs(entry.Name);
                if (!stage && !isOwn(name + "/")) continue;
                RemoveOwn(inner, stage ? "" : name + "/", isOwn);
                if (stage) File.Delete(System.IO.Path.Combine(inner.FullName, FolderLock.FileName));
                if (!inner.EnumerateFileSystemInfos().Any()) inner.Delete();
            }
            else if (isOwn(name) || (!link && TemporaryFile.IsOurs(name, isOwn))) entry.Delete();
        }
    }

    private static void TryRemove(Action remove)
    {
        try
        {
            remove();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A leftover does no harm, and the work it is left from must not fail for it.
        }
    }
}
