using System.Runtime.CompilerServices;

namespace KernelFlow.Tests;

/// <summary>The repository that the tests were compiled from.</summary>
internal static class SourceTree
{
    /// <summary>Its folder, the one that holds the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>The path of a file or folder in it.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find([CallerFilePath] string here = "")
    {
        // A deterministic build rewrites source paths, so the test's own folder is the second way up.
        foreach (string start in (string[])[Path.GetDirectoryName(here) ?? "", AppContext.BaseDirectory])
            for (var folder = new DirectoryInfo(start); folder is { Exists: true }; folder = folder.Parent)
                if (File.Exists(Path.Combine(folder.FullName, "Analysis.sln"))) return folder.FullName;
        throw new InvalidOperationException($"No Analysis.sln above {here} or {AppContext.BaseDirectory}.");
    }
}
