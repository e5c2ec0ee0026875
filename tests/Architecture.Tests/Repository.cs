using System.Diagnostics;
using System.Xml.Linq;

namespace KernelFlow.Architecture.Tests;

/// <summary>The repository that the tests were built in.</summary>
internal static class Repository
{
    public static string Root => SourceTree.Root;

    public static string PathOf(params string[] parts) => SourceTree.PathOf(parts);

    /// <summary>Every project file, relative to the root, with forward slashes. Those of examples/ stand alone, as a user's do: they are no part of the
    /// build.</summary>
    public static IReadOnlyList<string> Projects { get; } =
        [.. Tracked().Where(f => f.EndsWith(".csproj", StringComparison.Ordinal) && !f.StartsWith("examples/", StringComparison.Ordinal))];

    /// <summary>The folders of the projects that a project references directly: "src/Numerics".</summary>
    public static IReadOnlyList<string> References(string project)
    {
        string folder = Path.GetDirectoryName(project)!;
        return [.. XDocument.Load(PathOf(project)).Descendants("ProjectReference")
            .Select(r => Path.GetRelativePath(Root, Path.GetFullPath(Path.Combine(Root, folder, r.Attribute("Include")!.Value.Replace('\\', '/')))))
            .Select(p => Path.GetDirectoryName(p)!.Replace('\\', '/')).Order(StringComparer.Ordinal)];
    }

    /// <summary>Files that belong to the project: what git tracks, or, without git (a source archive), everything but build output.</summary>
    public static IReadOnlyList<string> Tracked()
    {
        var git = Git("ls-files", "-z", "--cached", "--others", "--exclude-standard");
        return git is not null
            ? [.. git.Split('\0', StringSplitOptions.RemoveEmptyEntries).Where(f => File.Exists(PathOf(f))).Order(StringComparer.Ordinal)]
            : [.. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
                .Where(f => !f.Split('/').Any(part => part is "bin" or "obj" or "artifacts" or ".git" or ".vs" or "kernelflow-demo"))
                    .Order(StringComparer.Ordinal)];
    }

    private static string? Git(params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo("git", arguments) { WorkingDirectory = Root, RedirectStandardOutput = true, RedirectStandardError = true };
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            error.Wait();
            return process.ExitCode == 0 ? output : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
