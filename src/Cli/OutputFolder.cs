using KernelFlow.Files;
using KernelFlow.Results;

namespace KernelFlow.Cli;

/// <summary>Folders the tool may write into: empty or missing ones, and those that hold its own output and nothing else.</summary>
internal static class OutputFolder
{
    /// <summary>Takes the lock of an output folder, before the work, so that what cannot be written and who writes it already are known before it. A
    /// folder that is
    /// made for it goes again with the lock when nothing was written into it.</summary>
    /// <param name="option">How the folder was named on the command line.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="manifest">The file that marks a folder as ours.</param>
    /// <param name="format">Value of the key "format" in it.</param>
    /// <param name="page">Another file, by whose mark a folder is known that was left before the manifest was written.</param>
    /// <param name="isOurs">Whether a file, by its path relative to the folder with forward slashes, is one of ours; a folder has a slash at the end.</param>
    /// <param name="overwrite">Whether other files are allowed beside ours.</param>
    /// <exception cref="UsageException">The folder is a file, or it is foreign.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process is writing it.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static FolderLock Take(string option, string folder, string manifest, string format, string page, Func<string, bool> isOurs, bool overwrite)
    {
        if (File.Exists(folder)) throw new UsageException($"{option}: {folder} is a file, expected a folder.");
        if (!overwrite && Directory.Exists(folder))
        {
            bool marked = OwnFolder.Text(Path.Combine(folder, manifest), "format") == format || ReportMark.Of(Path.Combine(folder, page)) is not null;
            if (OwnFolder.FirstForeign(folder, marked, isOurs) is { } foreign)
                throw new UsageException($"{option}: {folder} holds {foreign}, which this tool did not write; choose another folder or add --overwrite.");
        }
        return FolderLock.Make(folder);
    }

    /// <summary>Whether two paths lead to one folder, through links or letter case.</summary>
    /// <param name="existing">A folder that is there.</param>
    /// <param name="other">The other path; nothing need be there.</param>
    /// <exception cref="IOException">The other folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static bool IsSame(string existing, string other)
    {
        if (!Directory.Exists(other)) return false;
        // No comparison of names knows what a file system does with them; a file that shows up on the other side does.
        string probe = $"{Guid.NewGuid():N}.probe.part";
        File.WriteAllBytes(Path.Combine(other, probe), []);
        bool same = File.Exists(Path.Combine(existing, probe));
        File.Delete(Path.Combine(other, probe));
        return same;
    }
}
