using System.Text;

namespace KernelFlow.Files;

/// <summary>Files that are either whole or absent: written under a temporary name, flushed to the disk, renamed over the target.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file; when <paramref name="write"/> throws, an existing file is left as it was and no temporary file stays.</summary>
    /// <remarks>A link of that name is replaced; what it leads to is left alone.</remarks>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="write">Writes the contents, front to back.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        string folder = Path.GetDirectoryName(path) ?? "";
        if (Directory.Exists(path)) throw new IOException($"{path}: found a folder, expected to write a file.");
        string part = TemporaryFile.NewPath(folder);
        // Outside the cleaning up: what cannot be opened is not this writer's to remove.
        var stream = WriteFailure.Naming(path, () => TemporaryFile.Create(part));
        try
        {
            using (var named = new NamedStream(stream, path))
            {
                write(named);
                named.FlushToDisk();
            }
            WriteFailure.Naming(path, () => File.Move(part, path, overwrite: true));
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static void WriteAllText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }
}
