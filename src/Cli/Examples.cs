using System.CommandLine;
using System.Runtime.CompilerServices;

namespace KernelFlow.Cli;

/// <summary>Examples at the end of a command's --help.</summary>
internal static class Examples
{
    private static readonly ConditionalWeakTable<Command, string[]> _examples = [];

    /// <summary>Gives a command its examples, one per line.</summary>
    public static void Add(Command command, params string[] lines) => _examples.Add(command, lines);

    /// <summary>The section to print.</summary>
    public static IEnumerable<string> Of(Command command) =>
        _examples.TryGetValue(command, out var lines) ? ["Examples:", .. lines.Select(l => "  " + l), ""] : [];
}
