using System.CommandLine;
using System.Runtime.CompilerServices;

namespace KernelFlow.Cli;

/// <summary>What several options of a command must agree on. It is asked when each of them by itself has been understood.</summary>
/// <remarks>The library's own validators run although an option failed, and asking it for its value then throws.</remarks>
internal static class CommandChecks
{
    private static readonly ConditionalWeakTable<Command, List<Func<ParseResult, IEnumerable<string>>>> s_checks = [];

    /// <summary>Adds a check to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="check">What is wrong, one message each.</param>
    public static void Add(Command command, Func<ParseResult, IEnumerable<string>> check) => s_checks.GetOrCreateValue(command).Add(check);

    /// <summary>Everything that is wrong with what was given.</summary>
    /// <param name="parsed">A command line without errors.</param>
    public static IReadOnlyList<string> Of(ParseResult parsed) =>
        s_checks.TryGetValue(parsed.CommandResult.Command, out var checks) ? [.. checks.SelectMany(check => check(parsed))] : [];
}
