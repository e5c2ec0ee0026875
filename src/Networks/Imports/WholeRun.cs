using KernelFlow.Files;

namespace KernelFlow.Networks.Imports;

/// <summary>Writes a run so that it appears as a whole.</summary>
internal static class WholeRun
{
    private const string Inner = "run";

    /// <summary>Writes it beside its folder and puts it there.</summary>
    /// <param name="output">The folder of the run.</param>
    /// <param name="overwrite">Whether other files may be there, which stay.</param>
    /// <param name="write">Writes a run into the folder it is given.</param>
    public static void Write(string output, bool overwrite, Action<string> write)
    {
        if (File.Exists(output)) throw new IOException($"{output}: found a file, expected a folder to write the run into.");
        RequireOwn(output, overwrite);
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output));
        using var held = FolderLock.Make(full);
        RequireOwn(output, overwrite); // Once more: now nobody else writes here.
        using var stage = Stage(Path.GetDirectoryName(full) ?? full, full);
        string folder = Path.Combine(stage.Path, Inner);
        try
        {
            write(folder);
        }
        catch (IOException e) when (e.Message.Contains(folder, StringComparison.Ordinal))
        {
            // Nobody knows the name of a stage.
            throw new IOException(e.Message.Replace(folder, output, StringComparison.Ordinal), e) { HResult = e.HResult };
        }
        catch (InvalidRunException e) when (e.Message.Contains(folder, StringComparison.Ordinal))
        {
            throw new InvalidRunException(e.Message.Replace(folder, output, StringComparison.Ordinal), e);
        }
        using var replacement = FolderReplacement.Begin(held, RunWriter.Owns);
        string[] files = [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Where(RunWriter.Owns).Order(StringComparer.Ordinal)];
        foreach (string file in files) replacement.WriteTo(file, path => File.Move(Path.Combine(folder, file), path));
        // Until the manifest is replaced, the sums in it tell a mixture.
        replacement.Commit(files[0], RunManifestFile);
    }

    private const string RunManifestFile = "run.json";

    private static StageFolder Stage(string parent, string folder)
    {
        try
        {
            return StageFolder.Make(parent, Owns);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return StageFolder.Make(folder, Owns); // Whoever may write the folder need not be allowed to write beside it.
        }
    }

    private static bool Owns(string name) => name == Inner + "/"
        || (name.StartsWith(Inner + "/", StringComparison.Ordinal) && (RunWriter.Owns(name[(Inner.Length + 1)..]) || OwnFolder.IsIgnored(name[(Inner.Length
            + 1)..])));

    private static void RequireOwn(string folder, bool overwrite)
    {
        if (overwrite || !Directory.Exists(folder)) return;
        string manifest = Path.Combine(folder, RunManifestFile);
        bool marked = OwnFolder.Text(manifest, "format") == "kernel-flow-run" && OwnFolder.Text(manifest, "writer")?.StartsWith("KernelFlow",
            StringComparison.Ordinal) == true;
        if (OwnFolder.FirstForeign(folder, marked, RunWriter.Owns) is { } foreign)
            throw new IOException($"{folder}: the folder is not empty and holds {foreign}, which this tool did not write; choose another folder, or "
                + "overwrite (--overwrite).");
    }
}
