using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace KernelFlow.Files;

/// <summary>The one writer of a folder: a lock on a file in it, which the system releases when the process ends, however it ends.</summary>
/// <remarks>Readers take none. A lock file that a dead process left behind is taken over; it never blocks.</remarks>
public sealed partial class FolderLock : IDisposable
{
    /// <summary>Name of the lock file. It is there while the folder is written, and after a process was killed.</summary>
    public const string FileName = ".kernelflow.lock";

    private const int Tries = 200, LongestHolder = 4096;
    private readonly List<string> _made = [];
    private FileStream _stream;
    private byte[] _holder;

    private FolderLock(string folder, FileStream stream, byte[] holder)
    {
        Folder = folder;
        _stream = stream;
        _holder = holder;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; private set; }

    private string File => Path.Combine(Folder, FileName);

    /// <summary>Takes the lock or fails at once.</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <exception cref="FolderInUseException">Another writer holds it; the message names the process.</exception>
    /// <exception cref="IOException">The folder cannot be written, or something that is no file of ours has the lock file's name.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static FolderLock Take(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        string file = Path.Combine(folder, FileName);
        byte[] holder = LockHolder.Current().ToBytes();
        for (int i = 0; i < Tries; i++)
        {
            if (new FileInfo(file).LinkTarget is not null || Directory.Exists(file))
                throw new IOException($"{file}: found a link or a folder, expected the lock file of this tool; remove it.");
            FileStream stream;
            try
            {
                // On Unix only an exclusive lock keeps a second writer out; elsewhere others must be able to read who holds it.
                stream = new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Read : FileShare.None,
                    bufferSize: 0);
            }
            catch (IOException e) when (IsHeld(e))
            {
                // A writer that is just beginning has not named itself yet, and one that has just ended is gone: look again for a moment.
                if (i < 10 && LockHolder.Parse(ReadUnlocked(file)) is null)
                {
                    Thread.Sleep(10);
                    continue;
                }
                throw new FolderInUseException(folder, LockHolder.Parse(ReadUnlocked(file)), e);
            }
            catch (Exception e) when (WriteFailure.Of(e, folder) is { } failure)
            {
                throw failure;
            }
            bool taken = false;
            try
            {
                if (!stream.CanSeek || !IsLockFile(stream))
                    throw new IOException($"{file}: found a file that this tool did not write, expected its lock file; remove it.");
                if (!TryName(stream, holder)) holder = [];
                // The writer before may have removed the file between opening and locking; then this lock is on nothing.
                taken = ReadUnlocked(file) is { } there ? there.AsSpan().SequenceEqual(holder) : System.IO.File.Exists(file);
            }
            finally
            {
                if (!taken) stream.Dispose();
            }
            if (taken) return new FolderLock(folder, stream, holder);
        }
        throw new FolderInUseException(folder, LockHolder.Parse(ReadUnlocked(file)), null);
    }

    /// <summary>Makes a folder, with its parents, and takes its lock; folders that were made are removed with the lock when nothing was put into
    /// them.</summary>
    /// <param name="folder">The folder; it may be there already.</param>
    /// <exception cref="FolderInUseException">Another writer holds it; the message names the process.</exception>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static FolderLock Make(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var missing = new List<string>();
        for (string? at = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)); at is not null && !Directory.Exists(at); at = Path.GetDirectoryName(at))
            missing.Add(at);
        try
        {
            Directory.CreateDirectory(folder);
            var taken = Take(folder);
            taken._made.AddRange(missing);
            return taken;
        }
        catch
        {
            RemoveEmpty(missing);
            throw;
        }
    }

    /// <summary>Says that the folder was renamed while it was locked. The lock goes with it.</summary>
    /// <param name="folder">Its path now.</param>
    public void Moved(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Folder = folder;
    }

    /// <summary>Says that two locked folders have changed places: each lock stays with its path.</summary>
    internal void Exchanged(FolderLock other) => ((_stream, _holder), (other._stream, other._holder)) = ((other._stream, other._holder), (_stream, _holder));

    /// <summary>Whether this is the lock of a folder, by whatever path.</summary>
    internal bool IsOn(string folder) => ReadUnlocked(Path.Combine(folder, FileName)) is { } there && there.AsSpan().SequenceEqual(_holder);

    /// <summary>Removes the lock file and releases the lock.</summary>
    public void Dispose()
    {
        if (!_stream.CanRead) return;
        Release();
        RemoveEmpty(_made);
    }

    private static void RemoveEmpty(IReadOnlyList<string> folders)
    {
        try
        {
            foreach (string folder in folders) Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Something is in it, which is why it was made.
        }
    }

    private void Release()
    {
        try
        {
            // While it is still held: afterwards it could be somebody else's.
            if (!OperatingSystem.IsWindows() && ReadUnlocked(File) is { } there && there.AsSpan().SequenceEqual(_holder)) System.IO.File.Delete(File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A lock file that stays does no harm.
        }
        _stream.Dispose();
        if (OperatingSystem.IsWindows()) DeleteReleased();
    }

    /// <summary>An open file cannot be deleted there; one that is held by the next writer cannot either, which is right.</summary>
    private void DeleteReleased()
    {
        try
        {
            System.IO.File.Delete(File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static bool IsHeld(IOException e) =>
        (e.HResult & 0xFFFF) is var code && (OperatingSystem.IsWindows() ? code is 32 or 33 : e.GetType() == typeof(IOException) && code is 11 or 35);

    /// <summary>Writes who holds the lock. On a full disk it is held without a name; what the folder is locked for will say that the disk is full.</summary>
    private static bool TryName(FileStream stream, byte[] holder)
    {
        try
        {
            stream.SetLength(0);
            RandomAccess.Write(stream.SafeFileHandle, holder, 0);
            return true;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            stream.SetLength(0);
            return false;
        }
    }

    /// <summary>An empty file, or one that begins as ours do.</summary>
    private static bool IsLockFile(FileStream stream)
    {
        Span<byte> start = stackalloc byte[LockHolder.Mark.Length];
        int count = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return LockHolder.Mark.StartsWith(start[..count]);
    }

    /// <summary>The first bytes of a file that may be locked; null when it is gone or cannot be read.</summary>
    private static byte[]? ReadUnlocked(string file)
    {
        try
        {
            using var handle = OpenUnlocked(file);
            if (handle is null) return null;
            var bytes = new byte[LongestHolder];
            return bytes[..RandomAccess.Read(handle, bytes, 0)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or TypeLoadException)
        {
            return null;
        }
    }

    private static SafeFileHandle? OpenUnlocked(string file)
    {
        if (OperatingSystem.IsWindows()) return System.IO.File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // What the framework opens it also tries to lock; reading who holds the lock must not.
        int descriptor = Open(file, ReadOnly);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    // O_RDONLY is 0 in every libc.
    private const int ReadOnly = 0;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);
}
