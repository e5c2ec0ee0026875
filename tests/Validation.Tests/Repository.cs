namespace KernelFlow.Validation.Tests;

/// <summary>Files of the repository that the tests were built in.</summary>
internal static class Repository
{
    public static string PathOf(params string[] parts)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Analysis.sln"))) return Path.Combine([folder.FullName, .. parts]);
        throw new InvalidOperationException($"No Analysis.sln above {AppContext.BaseDirectory}.");
    }
}
