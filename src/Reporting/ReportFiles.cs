using KernelFlow.Files;

namespace KernelFlow.Reporting;

/// <summary>What the folders of reports, comparisons and experiments have in common.</summary>
public static class ReportFiles
{
    /// <summary>Whether a file, or with a slash at the end a folder, is one of these files or holds one, by its path relative to the folder with forward
    /// slashes.</summary>
    /// <param name="files">Files in this form.</param>
    public static Func<string, bool> Owner(IEnumerable<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var names = files.ToHashSet(StringComparer.Ordinal);
        names.UnionWith([.. names.Where(f => f.Contains('/', StringComparison.Ordinal)).Select(f => f[..(f.IndexOf('/', StringComparison.Ordinal) + 1)])]);
        return names.Contains;
    }

    /// <summary>Writes a file of a replacement as UTF-8 without a byte order mark.</summary>
    /// <param name="files">The replacement.</param>
    /// <param name="file">Its path relative to the folder, with forward slashes.</param>
    /// <param name="text">What to write.</param>
    public static void Write(this FolderReplacement files, string file, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(files);
        files.Write(file, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
    }
}
