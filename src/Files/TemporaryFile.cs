using System.Text.RegularExpressions;

namespace KernelFlow.Files;

/// <summary>Files under a name that nobody else has: made exclusively, so that neither another writer's file nor a link's target is ever written.</summary>
public static partial class TemporaryFile
{
    /// <summary>How their names end.</summary>
    public const string Suffix = ".part";

    /// <summary>Makes an empty file and opens it.</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <param name="path">The file's path.</param>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static FileStream Create(string folder, out string path)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Create(path = NewPath(folder));
    }

    /// <summary>Makes an empty file of a given name and opens it.</summary>
    internal static FileStream Create(string path)
    {
        // CreateNew fails on anything that has the name, a link included.
        return new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read, bufferSize: 1 << 16);
    }

    /// <summary>A path that no file has, for a file or a folder of this pattern; whoever makes it makes it exclusively.</summary>
    public static string NewPath(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return Path.Combine(folder, $"kernelflow-{Guid.NewGuid():N}{Suffix}");
    }

    /// <summary>Whether a name is that of a temporary file or folder of this tool, whatever it was to become.</summary>
    /// <param name="name">The name alone, without folders.</param>
    public static bool IsOurs(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Pattern().IsMatch(name);
    }

    /// <summary>Whether a name is that of a temporary file of this tool; earlier versions wrote <c>X.part</c> on the way to X, and <c>X.probe.part</c> to see
    /// whether X can be written.</summary>
    /// <param name="name">The name alone, or a path relative to the output folder if <paramref name="isOwn"/> takes such.</param>
    /// <param name="isOwn">Whether a finished file of that name would be this tool's.</param>
    public static bool IsOurs(string name, Func<string, bool> isOwn)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(isOwn);
        if (IsOurs(name[(name.LastIndexOf('/') + 1)..])) return true;
        return name.EndsWith(Suffix, StringComparison.Ordinal) && name[..^Suffix.Length] is var whole
            && (isOwn(whole) || (whole.EndsWith(".probe", StringComparison.Ordinal) && isOwn(whole[..^".probe".Length])));
    }

    /// <summary>Removes what killed processes left in a folder: regular files with the names of <see cref="IsOurs(string, Func{string, bool})"/>, nothing
    /// else.</summary>
    /// <param name="folder">The folder, whose <see cref="FolderLock"/> the caller holds; folders inside it are not entered.</param>
    /// <param name="isOwn">Whether a finished file of that name would be this tool's.</param>
    /// <exception cref="IOException">A file cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be removed.</exception>
    public static void RemoveLeftovers(string folder, Func<string, bool> isOwn)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(isOwn);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + Suffix))
            if (IsOurs(file.Name, isOwn) && OwnFolder.IsRegular(file)) file.Delete();
    }

    // Between the last byte of a file and its new name nobody has it open; that takes no time worth mentioning.
    private static readonly TimeSpan s_renamed = TimeSpan.FromSeconds(10);

    /// <summary>Removes files with the names of <see cref="IsOurs(string)"/> whose writer is gone, from a folder that several processes of this machine may
    /// write at the same time: a file that one of them has open, or closed less than ten seconds ago, stays.</summary>
    /// <remarks>What cannot be removed stays as well. Processes of other machines are not seen everywhere: where they may write, use
    /// <see cref="RemoveLeftovers"/> once they have ended.</remarks>
    /// <param name="folder">The folder; folders inside it are not entered.</param>
    public static void RemoveAbandoned(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*" + Suffix))
        {
            try
            {
                if (!IsOurs(file.Name) || !OwnFolder.IsRegular(file) || DateTime.UtcNow - file.LastWriteTimeUtc < s_renamed) continue;
                // Its writer shares it for reading alone, so that this fails as long as the writer lives.
                using (new FileStream(file.FullName, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) { }
                file.Delete();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // In use, removed by another process, or not ours to remove.
            }
        }
    }

    [GeneratedRegex(@"^(kernelflow-[0-9a-f]{32}|[0-9a-f]{32}\.probe)\.part\z")]
    private static partial Regex Pattern();
}
