using System.CommandLine;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>--backend and --threads.</summary>
internal static class Backends
{
    /// <summary>The backend that was asked for. Libraries that were found and are not usable are named on standard error.</summary>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="backend">The command's --backend.</param>
    /// <param name="threads">The command's --threads.</param>
    /// <exception cref="BackendException">It cannot be used; the message names it.</exception>
    public static Backend Resolve(CliTerminal terminal, ParseResult parsed, Option<string?> backend, Option<int?> threads)
    {
        int? limit = parsed.GetValue(threads);
        // A process of this tool computes for one command only, so the limit may concern the whole of it.
        if (limit is not null) Backend.KeepMathNetOnOneThread();
        var resolved = Named(parsed.GetValue(backend) ?? "auto", limit ?? 0);
        if (CommonOptions.VerbosityOf(parsed) != Verbosity.Quiet)
        {
            foreach (var left in resolved.Refused) terminal.Error.WriteLine($"warning: {left.Name} is left out: {left.Text}");
        }
        return resolved;
    }

    private static Backend Named(string name, int threads)
    {
        try
        {
            return Backend.Resolve(name, threads);
        }
        catch (BackendException e) when (name.Trim() is not "" && !name.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase))
        {
            throw new BackendException($"--backend: {e.Message}", e);
        }
    }
}
