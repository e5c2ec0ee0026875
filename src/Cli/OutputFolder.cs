using System.Text.Json;

namespace KernelFlow.Cli;

/// <summary>Folders the tool may write into: empty or missing ones, and those that hold its own output and nothing else.</summary>
internal static class OutputFolder
{
    /// <summary>Refuses a folder that holds anything this tool did not write.</summary>
    /// <param name="option">How the folder was named on the command line.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="manifest">The file that marks a folder as ours.</param>
    /// <param name="format">Value of the key "format" in it.</param>
    /// <param name="isOurs">Whether a file, by its path relative to the folder with forward slashes, is one of ours.</param>
    /// <param name="overwrite">Whether other files are allowed beside ours.</param>
    /// <exception cref="UsageException">The folder is a file, or it is foreign.</exception>
    public static void Require(string option, string folder, string manifest, string format, Func<string, bool> isOurs, bool overwrite)
    {
        if (File.Exists(folder)) throw new UsageException($"{option}: {folder} is a file, expected a folder.");
        if (overwrite || !Directory.Exists(folder)) return;
        string[] files = [.. Directory.EnumerateFileSystemEntries(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(e => !Directory.Exists(e) || !Directory.EnumerateFileSystemEntries(e).Any())
            .Select(e => Path.GetRelativePath(folder, e).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        if (files.Length == 0) return;
        string? foreign = HasFormat(Path.Combine(folder, manifest), format) ? files.FirstOrDefault(f => !isOurs(f)) : files[0];
        if (foreign is not null)
            throw new UsageException($"{option}: {folder} holds {foreign}, which this tool did not write; choose another folder or add --overwrite.");
    }

    /// <summary>Makes the folder and writes a file into it: what cannot be written is better known before the work than after it.</summary>
    /// <exception cref="IOException">The folder cannot be made or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static void RequireWritable(string folder)
    {
        Directory.CreateDirectory(folder);
        string probe = Path.Combine(folder, ReservoirReports.ResultsFile + ".probe.part");
        File.WriteAllBytes(probe, []);
        File.Delete(probe);
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

    /// <summary>Whether the file is JSON with the given value of "format".</summary>
    public static bool HasFormat(string path, string format)
    {
        if (!File.Exists(path)) return false;
        try
        {
            using var stream = File.OpenRead(path);
            using var json = JsonDocument.Parse(stream);
            return json.RootElement.ValueKind == JsonValueKind.Object && json.RootElement.TryGetProperty("format", out var found)
                && found.ValueKind == JsonValueKind.String && found.GetString() == format;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
