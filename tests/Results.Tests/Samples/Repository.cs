using System.Runtime.CompilerServices;

namespace KernelFlow.Tests.Samples;

/// <summary>The repository that the tests were compiled from.</summary>
internal static class Repository
{
    public static string Path(params string[] parts) => System.IO.Path.Combine([Root(), .. parts]);

    private static string Root([CallerFilePath] string here = "")
    {
        // A deterministic build rewrites source paths, so the test's own folder is the second way up.
        foreach (string start in (string[])[System.IO.Path.GetDirectoryName(here) ?? "", AppContext.BaseDirectory])
            for (var folder = new DirectoryInfo(start); folder is { Exists: true }; folder = folder.Parent)
                if (File.Exists(System.IO.Path.Combine(folder.FullName, "Analysis.sln"))) return folder.FullName;
        throw new InvalidOperationException($"No Analysis.sln above {here} or {AppContext.BaseDirectory}.");
    }
}
