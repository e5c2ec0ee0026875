using System.Globalization;
using System.Text;

namespace KernelFlow.Files;

/// <summary>Who writes a folder, as the lock file says it.</summary>
/// <param name="Process">Number of the process.</param>
/// <param name="Host">Name of the machine.</param>
/// <param name="Started">When it took the lock.</param>
/// <param name="Command">Its command line, shortened, without control characters.</param>
public sealed record LockHolder(int Process, string Host, DateTimeOffset Started, string Command)
{
    private const int LongestText = 200;

    /// <summary>How every lock file begins.</summary>
    internal static ReadOnlySpan<byte> Mark => "kernelflow lock\n"u8;

    /// <summary>This process, now.</summary>
    public static LockHolder Current() => new(Environment.ProcessId, Plain(Environment.MachineName), DateTimeOffset.UtcNow, Plain(CommandLine()));

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"process {Process} on {Host}, since {Started.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC ({Command})");

    /// <summary>The contents of the lock file; no two are the same.</summary>
    internal byte[] ToBytes() => [.. Mark, .. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"process {Process}\nhost {Host}\nstarted {Started.UtcDateTime:O}\ncommand {Command}\nlock {Guid.NewGuid():N}\n"))];

    /// <summary>The holder that a lock file names; null when it names none.</summary>
    internal static LockHolder? Parse(byte[]? bytes)
    {
        if (bytes is null || !bytes.AsSpan().StartsWith(Mark)) return null;
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        string? Value(string key) =>
            lines.FirstOrDefault(l => l.StartsWith(key + ' ', StringComparison.Ordinal)) is { } line ? Plain(line[(key.Length + 1)..]) : null;
        return int.TryParse(Value("process"), NumberStyles.None, CultureInfo.InvariantCulture, out int process) && Value("host") is { } host
            && DateTimeOffset.TryParse(Value("started"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var started)
            && Value("command") is { } command ? new LockHolder(process, host, started, command) : null;
    }

    private static string CommandLine()
    {
        string[] words = Environment.GetCommandLineArgs();
        if (words.Length == 0) return "unknown";
        words[0] = Path.GetFileNameWithoutExtension(words[0]);
        return string.Join(' ', words);
    }

    // The file may be anybody's: what is printed of it stays one short line.
    private static string Plain(string text)
    {
        var plain = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (plain.Length >= LongestText) return plain.Append('…').ToString();
            bool hidden = Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;
            plain.Append(hidden ? "?" : rune.ToString());
        }
        return plain.ToString();
    }
}
