using System.Text;
using System.Text.RegularExpressions;
using KernelFlow.Files;

namespace KernelFlow.Results;

/// <summary>The id of a report in each of its files, by which files of two reports in one folder are told apart.</summary>
/// <remarks>It is a sum over what was found, without what it cost: the same findings have the same id.</remarks>
public static partial class ReportMark
{
    /// <summary>The key of JSON files and of <c>__metadata__</c>, and the last column of tables.</summary>
    public const string Key = "reportId";

    private const int Digits = 16, Start = 8192, End = 256;

    /// <summary>The id of what a document says.</summary>
    /// <param name="write">Writes the document.</param>
    public static string IdOf(Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using var text = new MemoryStream();
        write(text);
        return Convert.ToHexStringLower(Sha256.Of(text.GetBuffer().AsSpan(0, (int)text.Length)))[..Digits];
    }

    /// <summary>HTML, Markdown or SVG with the id as a comment in the last line.</summary>
    public static string Comment(string text, string id)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(id);
        return $"{text}<!-- kernelflow report {id} -->\n";
    }

    /// <summary>A comma-separated table with the id in a column of its own, the last one.</summary>
    public static string Table(string text, string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        ArgumentNullException.ThrowIfNull(text);
        var marked = new StringBuilder(text.Length + 1024);
        string mark = Key;
        bool quoted = false;
        foreach (char c in text)
        {
            if (c == '"') quoted = !quoted;
            if (c == '\n' && !quoted)
            {
                marked.Append(',').Append(mark);
                mark = id;
            }
            marked.Append(c);
        }
        return marked.ToString();
    }

    /// <summary>The id in a file; null where there is none: the file is of an earlier version, of somebody else, a table without rows, or not
    /// there.</summary>
    /// <param name="path">A file whose name ends in .json, .safetensors, .csv, .html, .md or .svg.</param>
    public static string? Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string kind = Path.GetExtension(path);
        bool atStart = kind is ".json" or ".safetensors";
        if (Piece(path, atStart) is not { } text) return null;
        var match = (atStart ? Keyed() : kind == ".csv" ? Column() : Commented()).Match(text);
        return match.Success ? match.Groups[1].Value : null;
    }

    private static string? Piece(string path, bool atStart)
    {
        try
        {
            // A pipe or a device is empty, and opening one may never return; a link is no file of ours.
            var file = new FileInfo(path);
            if (!file.Exists || file.LinkTarget is not null || file.Length == 0) return null;
            using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            long length = RandomAccess.GetLength(handle);
            var bytes = new byte[Math.Min(length, atStart ? Start : End)];
            int count = RandomAccess.Read(handle, bytes, atStart ? 0 : length - bytes.Length);
            return Encoding.UTF8.GetString(bytes, 0, count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return null;
        }
    }

    [GeneratedRegex("\"reportId\" ?: ?\"([0-9a-f]{16})\"")]
    private static partial Regex Keyed();

    [GeneratedRegex(@"<!-- kernelflow report ([0-9a-f]{16}) -->\s*\z")]
    private static partial Regex Commented();

    [GeneratedRegex(@",([0-9a-f]{16})\r?\n?\z")]
    private static partial Regex Column();
}
