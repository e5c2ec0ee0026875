using System.Runtime.InteropServices;

namespace KernelFlow.Numerics.Native;

/// <summary>Loads libraries once per process, has them prove themselves, and keeps them: a BLAS with threads of its own cannot be unloaded safely.</summary>
internal static class LibraryLoader
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<nint, ProvenLibrary> s_loaded = [];

    /// <summary>The library of a name or path.</summary>
    /// <param name="name">The name or path.</param>
    /// <param name="threads">How many threads it will use; 0 for one per processor.</param>
    /// <exception cref="BackendException">Not found, cannot be loaded, or not usable.</exception>
    public static BlasLibrary Load(string name, int threads)
    {
        lock (s_lock)
        {
            OpenBlasCore.Prepare();
            string[][] sets = LibraryNames.Files(name);
            string? unusable = null;
            foreach (string[] files in sets)
            {
                if (!TryLoad(files, out var handles, ref unusable)) continue;
                return Bound(string.Join(" + ", files), handles).Proven(threads);
            }
            string tried = string.Join(", ", sets.Select(files => string.Join(" + ", files)));
            string what = sets.Length == 0 ? $"The backend '{name}' does not exist here"
                : unusable is not null ? $"The library {unusable}"
                : LibraryNames.IsPath(name) ? $"The library '{name}' was not found"
                : $"The backend '{name}' was not found (tried {tried})";
            throw new BackendException($"{what}: {LibraryNames.Advice(name)}.") { Found = unusable is not null };
        }
    }

    // One gate per library, however it was named: the address of a symbol tells them apart.
    private static ProvenLibrary Bound(string files, nint[] handles)
    {
        var library = BlasLibrary.Bind(files, handles);
        nint key = library.Key;
        if (s_loaded.TryGetValue(key, out var known)) return known;
        return s_loaded[key] = new ProvenLibrary(library);
    }

    private static bool TryLoad(string[] files, out nint[] handles, ref string? unusable)
    {
        handles = new nint[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            if (LibraryFile.Refusal(files[i]) is { } reason)
            {
                unusable ??= $"'{files[i]}' cannot be used: {reason}";
                return false;
            }
            try
            {
                // What has a folder is that file; a name alone is looked up, beside the program first.
                handles[i] = files[i].Contains(Path.DirectorySeparatorChar) ? NativeLibrary.Load(files[i])
                    : NativeLibrary.Load(files[i], typeof(LibraryLoader).Assembly, null);
            }
            catch (DllNotFoundException failure)
            {
                // A file that exists but does not load (another architecture, a missing dependency) deserves its reason.
                if (File.Exists(files[i])) unusable ??= $"'{files[i]}' could not be loaded ({Reason(files[i], failure.Message)})";
                return false;
            }
            catch (BadImageFormatException)
            {
                unusable ??= $"'{files[i]}' is not a library for this process";
                return false;
            }
        }
        return true;
    }

    /// <summary>What the system's loader said of the file, among all that .NET adds to it.</summary>
    private static string Reason(string file, string message)
    {
        if (!file.Contains(Path.DirectorySeparatorChar)) return $"libraries are not looked for in the current folder: name it ./{file}";
        return message.Split('\n', StringSplitOptions.TrimEntries).FirstOrDefault(line => line.StartsWith(file + ":", StringComparison.Ordinal)) is { } line
            ? line[(file.Length + 1)..].Trim() : "the system's loader refuses it";
    }
}
