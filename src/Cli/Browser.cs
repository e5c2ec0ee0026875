using System.Diagnostics;

namespace KernelFlow.Cli;

/// <summary>The program that shows a page: that of the variable BROWSER, else what the system opens pages with.</summary>
/// <param name="Program">Its path or name; null where the system is asked to open the page by its kind.</param>
internal sealed record Browser(string? Program)
{
    private const string Variable = "BROWSER";

    /// <summary>Finds it.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    /// <exception cref="UsageException">There is none.</exception>
    public static Browser Find(Func<string, string?> variable)
    {
        if (variable(Variable) is { Length: > 0 } named)
            return InPath(named, variable) is { } path ? new Browser(path)
                : throw new UsageException($"--open: {Variable} is {Files.PrintableText.Name(named)}, which is no program here.");
        if (OperatingSystem.IsWindows()) return new Browser((string?)null);
        string system = OperatingSystem.IsMacOS() ? "open" : "xdg-open";
        return InPath(system, variable) is { } found ? new Browser(found)
            : throw new UsageException($"--open: found no program that opens pages, expected {system} or one that the variable {Variable} names.");
    }

    /// <summary>Shows a page, and does not wait for it to be closed.</summary>
    /// <param name="page">The file.</param>
    /// <exception cref="UsageException">The program cannot be started.</exception>
    public void Show(string page)
    {
        string full = Path.GetFullPath(page);
        try
        {
            // Its words are none of this program's.
            using var process = Process.Start(Program is null
                ? new ProcessStartInfo(full) { UseShellExecute = true }
                : new ProcessStartInfo(Program, [full]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true });
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw new UsageException($"--open: {Program ?? full} cannot be started: {e.Message}");
        }
    }

    private static string? InPath(string name, Func<string, string?> variable) => name.Contains(Path.DirectorySeparatorChar)
        ? File.Exists(name) ? name : null
        : (variable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
}
