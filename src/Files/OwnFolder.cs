using System.Text.Json;

namespace KernelFlow.Files;

/// <summary>Whether a folder holds this tool's own files and nothing else.</summary>
public static class OwnFolder
{
    private const int LongestMark = 100_000_000;

    /// <summary>Whether a name is one that file managers and this tool's lock leave in folders; such files are never looked at, and never removed.</summary>
    public static bool IsIgnored(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name is ".DS_Store" or "Thumbs.db" or "desktop.ini" or FolderLock.FileName;
    }

    /// <summary>The first entry of a folder, in the order of names, that is neither ignored nor own nor a temporary file of this tool; null when there is
    /// none. An empty folder of another name than ours is foreign, and so is a link to a folder.</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <param name="isMarked">Whether the folder holds the file that says it is this tool's; where it does not, no finished file is known to be own.</param>
    /// <param name="isOwn">Whether a name is that of a file of this tool, by its path relative to the folder with forward slashes.</param>
    public static string? FirstForeign(string folder, bool isMarked, Func<string, bool> isOwn)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(isOwn);
        return FirstForeign(new DirectoryInfo(folder), "", isMarked, isOwn);
    }

    /// <summary>The text under a key of a JSON object in a file; null when the file, the object or the text is not there. A byte order mark is passed
    /// over.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">A key of the outermost object.</param>
    public static string? Text(string path, string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        try
        {
            using var json = JsonDocument.Parse(ByteOrderMark.Skip(RegularFile.ReadAllBytes(path, LongestMark)));
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty(key, out var found)
                && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or UnreadableFileException)
        {
            return null;
        }
    }

    /// <summary>Whether an entry is a file as this tool makes them: no link, pipe or device.</summary>
    internal static bool IsRegular(FileInfo file) => file.LinkTarget is null && RegularFile.Kind(file.FullName) == FileKind.Regular;

    private static string? FirstForeign(DirectoryInfo folder, string prefix, bool isMarked, Func<string, bool> isOwn)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            string name = prefix + entry.Name;
            bool link = entry.LinkTarget is not null;
            if (entry is DirectoryInfo inner && !link)
            {
                if (TemporaryFile.IsOurs(entry.Name)) continue;
                bool empty = !inner.EnumerateFileSystemInfos().Any();
                // One of ours that is empty is what a full disk left of a first report.
                if (empty && !isOwn(name + "/")) return name;
                if (FirstForeign(inner, name + "/", isMarked, isOwn) is { } foreign) return foreign;
            }
            else if (link && entry is DirectoryInfo) return name;
            else if (!IsIgnored(entry.Name) && !(isMarked && isOwn(name)) && !(TemporaryFile.IsOurs(name, isOwn) && IsRegular((FileInfo)entry)))
                return name;
        }
        return null;
    }
}
