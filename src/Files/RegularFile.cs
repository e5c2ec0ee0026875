using Microsoft.Win32.SafeHandles;

namespace KernelFlow.Files;

/// <summary>Opens files for reading, and regular files only: what stands at the path is looked at before it is opened.</summary>
/// <remarks>Opening a named pipe waits for ever, opening a device may set something going, and neither holds a recorded run.</remarks>
public static class RegularFile
{
    /// <summary>What stands at a path, without opening it.</summary>
    /// <param name="path">The path; links are followed.</param>
    public static FileKind Kind(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (UnixFile.Kind(path) is { } kind) return kind;
        if (Directory.Exists(path)) return FileKind.Folder;
        return File.Exists(path) ? FileKind.Regular : FileKind.Missing;
    }

    /// <summary>Why a path cannot be opened as a file, beginning with the path; null when nothing speaks against it.</summary>
    /// <param name="path">The path.</param>
    public static string? Obstacle(string path) => Kind(path) switch
    {
        FileKind.Regular => null,
        FileKind.Missing => $"{path}: not found.",
        FileKind.Folder => $"{path}: not found (it is a folder, expected a file).",
        FileKind.Pipe => $"{path}: found a named pipe, expected a regular file.",
        FileKind.Device => $"{path}: found a device, expected a regular file.",
        FileKind.Socket => $"{path}: found a socket, expected a regular file.",
        _ => $"{path}: found a link that leads back to itself, expected a regular file.",
    };

    /// <summary>Opens a file for reading at any position, without a lock: others may write, rename or delete it.</summary>
    /// <param name="path">The path; messages repeat it as given.</param>
    /// <exception cref="UnreadableFileException">There is no regular file at the path, or it may not be read.</exception>
    public static SafeFileHandle Open(string path)
    {
        if (Obstacle(path) is { } obstacle) throw new UnreadableFileException(obstacle);
        try
        {
            var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            UnixFile.ReleaseLock(handle);
            return handle;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw UnreadableFileException.Of(path, e);
        }
    }

    /// <summary>The whole of a file that should be small.</summary>
    /// <param name="path">The path; messages repeat it as given.</param>
    /// <param name="maximumBytes">The most bytes that are read; a longer file is refused.</param>
    /// <exception cref="UnreadableFileException">There is no regular file at the path, it may not be read, or it is longer.</exception>
    public static byte[] ReadAllBytes(string path, int maximumBytes)
    {
        using var handle = Open(path);
        try
        {
            // One byte more than the file says it has, so that one that grows meanwhile is read to its end as well.
            long length = RandomAccess.GetLength(handle);
            if (length > maximumBytes) throw UnreadableFileException.TooLong(path, length, maximumBytes);
            var bytes = new byte[length + 1];
            int filled = 0;
            while (RandomAccess.Read(handle, bytes.AsSpan(filled), filled) is > 0 and var count)
            {
                filled += count;
                if (filled > maximumBytes) throw UnreadableFileException.TooLong(path, RandomAccess.GetLength(handle), maximumBytes);
                if (filled == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(2L * filled, maximumBytes + 1L));
            }
            Array.Resize(ref bytes, filled);
            return bytes;
        }
        catch (Exception e) when (e is (IOException and not UnreadableFileException) or UnauthorizedAccessException)
        {
            throw UnreadableFileException.Of(path, e);
        }
    }
}
