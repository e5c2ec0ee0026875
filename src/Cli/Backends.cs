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
    /// <param name="run">What is to be computed with, where that is known: a small run needs no library.</param>
    /// <param name="usual">The number of threads without --threads; null for those there are.</param>
    /// <exception cref="BackendException">It cannot be used; the message names it.</exception>
    public static Backend Resolve(CliTerminal terminal, ParseResult parsed, Option<string?> backend, Option<int?> threads,
        CheckpointSequence? run = null, int? usual = null)
    {
        int? limit = parsed.GetValue(threads) ?? usual;
        // A process of this tool computes for one command only, so the limit may concern the whole of it.
        if (limit is not null) Backend.KeepMathNetOnOneThread();
        string name = parsed.GetValue(backend) ?? "auto";
        var resolved = run is not null && IsAuto(name) ? Backend.ResolveFor(run.TrainSize + run.TestSize, limit ?? 0) : Named(name, limit ?? 0);
        if (CommonOptions.VerbosityOf(parsed) != Verbosity.Quiet)
        {
            foreach (var left in resolved.Refused) terminal.Error.WriteLine($"warning: {left.Name} is left out: {left.Text}");
        }
        return resolved;
    }

    /// <summary>The backend that was named, so that a wrong name is said before anything is opened; null where the choice is left to the tool.</summary>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="backend">The command's --backend.</param>
    /// <param name="threads">The command's --threads.</param>
    /// <exception cref="BackendException">It cannot be used; the message names it.</exception>
    public static Backend? IfNamed(CliTerminal terminal, ParseResult parsed, Option<string?> backend, Option<int?> threads) =>
        IsAuto(parsed.GetValue(backend) ?? "auto") ? null : Resolve(terminal, parsed, backend, threads);

    private static bool IsAuto(string name) => name.Trim() is "" || name.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase);

    private static Backend Named(string name, int threads)
    {
        try
        {
            return Backend.Resolve(name, threads);
        }
        catch (BackendException e) when (!IsAuto(name))
        {
            throw new BackendException($"--backend: {e.Message}", e);
        }
    }
}
