using System.Globalization;
using KernelFlow.Numerics.Native;
using KernelFlow.Numerics.Selection;

namespace KernelFlow.Numerics;

/// <summary>Where the choices of "auto" are remembered, so that two analyses on one machine compute with the same libraries.</summary>
/// <remarks>
/// A file of text in the folder that the environment variable KERNELFLOW_CACHE names, or in the user's folder for such files; the value "off" means no
/// memory. Whatever is wrong with the file (it is damaged, of somebody else, or cannot be read or written), it is as if there was none. Nothing in it
/// makes a library trusted: every library proves itself in every process.
/// </remarks>
public static class BackendMemory
{
    /// <summary>The environment variable that names the folder, or is "off".</summary>
    public const string Variable = "KERNELFLOW_CACHE";

    /// <summary>The name of the file.</summary>
    public const string FileName = "backends-1.txt";

    private const string Off = "off";
    private const int MostEntries = 32, MostBytes = 1 << 20;

    /// <summary>The file; null where there is no memory.</summary>
    public static string? Path
    {
        get
        {
            string? named = Environment.GetEnvironmentVariable(Variable)?.Trim();
            if (string.Equals(named, Off, StringComparison.OrdinalIgnoreCase)) return null;
            if (!string.IsNullOrEmpty(named)) return System.IO.Path.Combine(named, FileName);
            string? cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            string folder = OperatingSystem.IsLinux()
                ? System.IO.Path.IsPathFullyQualified(cache ?? "") ? cache! : home.Length > 0 ? System.IO.Path.Combine(home, ".cache") : ""
                : Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
            return folder.Length == 0 ? null : System.IO.Path.Combine(folder, "kernelflow", FileName);
        }
    }

    /// <summary>Forgets every choice: the next "auto" measures.</summary>
    /// <returns>Whether there was anything to forget.</returns>
    /// <exception cref="IOException">The file cannot be removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be removed.</exception>
    public static bool Forget()
    {
        SpeedChoice.Forget();
        if (Path is not { } path || !File.Exists(path)) return false;
        File.Delete(path);
        return true;
    }

    /// <summary>The choices in a file, the oldest first; what cannot be understood is left out.</summary>
    internal static IReadOnlyList<RememberedChoice> Read(string path)
    {
        try
        {
            if (LibraryFile.IsRegular(path) == false) return [];
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (stream.Length > MostBytes) return [];
            using var reader = new StreamReader(stream);
            return [.. reader.ReadToEnd().Split('\n').Select(RememberedChoice.Parse).OfType<RememberedChoice>()];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return [];
        }
    }

    /// <summary>Adds a choice to a file, or leaves it where that is not possible. The file is replaced as a whole.</summary>
    internal static void Write(string path, RememberedChoice choice)
    {
        string part = path + "." + Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + ".part";
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            if (LibraryFile.IsRegular(path) == false) return;
            var kept = Read(path).Where(known => known.Surroundings != choice.Surroundings).TakeLast(MostEntries - 1);
            File.WriteAllLines(part, [.. kept.Append(choice).Select(known => known.Line())]);
            File.Move(part, path, overwrite: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Remove(part);
        }
    }

    private static void Remove(string part)
    {
        try
        {
            File.Delete(part);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            // It stays; a file of that name is overwritten by the next process of that number.
        }
    }
}
