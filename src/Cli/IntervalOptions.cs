using System.CommandLine;
using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>--by-interval, --windows, --cache and --cache-size.</summary>
internal sealed class IntervalOptions
{
    private const string Sizes = "a number of bytes above 0, as 500M or 20G";

    private readonly Option<bool> _byInterval = new("--by-interval")
    {
        Description = "Integrate every interval between checkpoints on its own and compose the window of them.",
    };

    private readonly Option<string[]> _windows = new("--windows")
    {
        Description = "Further windows composed of the same intervals, FROM:TO, each end a flow time or @K, the K-th checkpoint from 0; implies --by-interval.",
        HelpName = "FROM:TO",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _cache = Folders.Option("--cache",
        "Folder that keeps intervals and other costly parts for the next analysis; implies --by-interval.");

    private readonly Option<long?> _size = new("--cache-size")
    {
        Description = "Bytes that the cache may take, as 500M or 20G; the oldest entries go first. Default: 20G.",
        HelpName = "bytes",
        CustomParser = result =>
        {
            if (Parse(result.Tokens[0].Value) is { } bytes) return bytes;
            result.AddError($"--cache-size: found {result.Tokens[0].Value}, expected {Sizes}.");
            return null;
        },
    };

    /// <summary>All of them.</summary>
    public Option[] All => [_byInterval, _windows, _cache, _size];

    /// <summary>--windows alone.</summary>
    public Option Windows => _windows;

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All.Where(o => o != _windows)) command.Add(option);
        AddWindowsTo(command);
        CommandChecks.Add(command, parsed =>
            parsed.GetValue(_size) is not null && parsed.GetValue(_cache) is null ? ["--cache-size needs --cache FOLDER."] : []);
    }

    /// <summary>Adds --windows to a command.</summary>
    public void AddWindowsTo(Command command)
    {
        command.Add(_windows);
        CommandChecks.Add(command, parsed => [.. (parsed.GetValue(_windows) ?? []).Where(w => Ends(w) is null)
            .Select(w => $"--windows: found {w}, expected FROM:TO, each a flow time or @K, the K-th checkpoint.")]);
    }

    /// <summary>The windows as arguments of another command line.</summary>
    public IReadOnlyList<string> GivenWindows(ParseResult parsed) => parsed.GetValue(_windows) is { Length: > 0 } given ? [_windows.Name, .. given] : [];

    /// <summary>Why the cache cannot be where the report goes: one message, or none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="output">Folder of the report; null for none.</param>
    public IEnumerable<string> Contradictions(ParseResult parsed, string? output)
    {
        if (parsed.GetValue(_cache) is { Length: > 0 } cache && output is { Length: > 0 } && Whole(cache) == Whole(output))
            yield return "--cache and --out name one folder; give each its own.";

        static string Whole(string folder) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
    }

    /// <summary>The options with what was given.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="options">The other options.</param>
    /// <param name="terminal">Where warnings go.</param>
    public AnalysisOptions Of(ParseResult parsed, AnalysisOptions options, CliTerminal terminal) => options with
    {
        ByInterval = parsed.GetValue(_byInterval),
        Cache = parsed.GetValue(_cache) is { } folder
            ? AnalysisCache.Open(folder, parsed.GetValue(_size) ?? AnalysisCache.DefaultLimit, text => terminal.Error.WriteLine($"warning: {text}")) : null,
    };

    /// <summary>The windows that were asked for, in flow time.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">The run that was opened, whose checkpoints are counted.</param>
    public IReadOnlyList<TimeWindow> WindowsOf(ParseResult parsed, CheckpointSequence run) =>
        [.. (parsed.GetValue(_windows) ?? []).Select(w => (Text: w, Ends: Ends(w)!.Value))
            .Select(w => new TimeWindow(TimeOf(w.Ends.From, run), TimeOf(w.Ends.To, run)))];

    private static (string From, string To)? Ends(string window) =>
        window.Split(':') is [var from, var to] && IsEnd(from) && IsEnd(to) ? (from, to) : null;

    private static bool IsEnd(string end) => end.StartsWith('@')
        ? int.TryParse(end.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
        : double.TryParse(end, NumberStyles.Float, CultureInfo.InvariantCulture, out double time) && double.IsFinite(time);

    private static double TimeOf(string end, CheckpointSequence run)
    {
        if (!end.StartsWith('@')) return double.Parse(end, NumberStyles.Float, CultureInfo.InvariantCulture);
        int k = int.Parse(end.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture);
        return k < run.Count ? run[k].Time
            : throw new UsageException($"--windows: found {end}, expected a checkpoint from @0 to @{run.Count - 1}, the last of the window.");
    }

    /// <summary>Bytes of "500M"; null where it is none.</summary>
    internal static long? Parse(string text)
    {
        const string Units = "KMGT";
        int unit = text.Length > 0 ? Units.IndexOf(char.ToUpperInvariant(text[^1]), StringComparison.Ordinal) : -1;
        bool read = double.TryParse(unit < 0 ? text : text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value);
        double bytes = Math.Round(value * Math.Pow(1000, unit + 1));
        return read && bytes >= 1 && bytes < long.MaxValue ? (long)bytes : null;
    }
}
