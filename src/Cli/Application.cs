using System.CommandLine;
using System.CommandLine.Invocation;

namespace KernelFlow.Cli;

/// <summary>The command line as a function: arguments in, text and an exit code out. Nothing here touches the process, so tests call it directly.</summary>
internal static class Application
{
    /// <summary>Runs one command.</summary>
    /// <param name="args">The arguments after the program's name.</param>
    /// <param name="terminal">Where text goes.</param>
    /// <param name="signals">When to stop.</param>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(string[] args, CliTerminal terminal, Signals signals)
    {
        var verbosity = Verbosity.Normal;
        try
        {
            var parsed = CommandTree.Build(terminal, args.FirstOrDefault()).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Action is ParseErrorAction || (parsed.Errors.Count > 0 && parsed.Action is not { ClearsParseErrors: true }))
            {
                UsageErrors.Write(parsed, terminal.Error);
                return ExitCodes.BadInput;
            }
            if (parsed.Errors.Count == 0 && parsed.Action == parsed.CommandResult.Command.Action && CommandChecks.Of(parsed) is { Count: > 0 } wrong)
            {
                UsageErrors.Write(parsed.CommandResult.Command, wrong, terminal.Error);
                return ExitCodes.BadInput;
            }
            verbosity = CommonOptions.VerbosityOf(parsed);
            // The library's own signal handling would race with ours, and its exception handler prints stack traces.
            var configuration = new InvocationConfiguration
            {
                Output = terminal.Help, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
            };
            int code = await parsed.InvokeAsync(configuration, signals.Token).ConfigureAwait(false);
            // Output that the stream still holds may turn out not to be writable.
            terminal.Help.Flush();
            terminal.Out.Flush();
            return code;
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            terminal.Error.WriteLine("cancelled");
            return signals.ExitCode;
        }
        catch (Exception exception)
        {
            var (message, exitCode, foreseen) = Errors.Describe(exception is AggregateException { InnerExceptions.Count: 1 } one ? one.InnerException!
                : exception);
            terminal.Error.WriteLine($"error: {message}");
            if (!foreseen && verbosity == Verbosity.Verbose) terminal.Error.Write(exception.StackTrace + "\n");
            return exitCode;
        }
        finally
        {
            terminal.Error.Flush();
        }
    }
}
