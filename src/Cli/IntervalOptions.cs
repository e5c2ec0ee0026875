using System.CommandLine;
using System.Globalization;

namespace KernelFlow.Cli;

/// <summary>--by-interval, --cache and --cache-size.</summary>
internal sealed class IntervalOptions
{
    private const string Sizes = "a number of bytes above 0, as 500M or 20G";

    private readonly Option<bool> _byInterval = new("--by-interval")
    {
        Description = "Integrate every interval between checkpoints on its own and compose the window of them.",
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
    public Option[] All => [_byInterval, _cache, _size];

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in All) command.Add(option);
        CommandChecks.Add(command, parsed =>
            parsed.GetValue(_size) is not null && parsed.GetValue(_cache) is null ? ["--cache-size needs --cache FOLDER."] : []);
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
