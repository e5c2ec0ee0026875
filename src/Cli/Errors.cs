using System.Text.RegularExpressions;
using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>Usage that the parser cannot see: the message names the option.</summary>
internal sealed class UsageException(string message) : Exception(message);

/// <summary>One line and an exit code for every failure.</summary>
internal static partial class Errors
{
    /// <summary>Translates a failure.</summary>
    /// <returns>The message for standard error, the exit code, and whether the failure was foreseen (otherwise --verbose adds the stack trace).</returns>
    public static (string Message, int ExitCode, bool Foreseen) Describe(Exception exception)
    {
        var (message, exitCode, foreseen) = Translate(exception);
        return (PrintableText.Message(message), exitCode, foreseen);
    }

    private static (string Message, int ExitCode, bool Foreseen) Translate(Exception exception) => exception switch
    {
        UsageException or InvalidRunException or InvalidJobException or InvalidResultsException or BackendException
            => (exception.Message, ExitCodes.BadInput, true),
        ArgumentException => (WindowEnd().Replace(WithoutParameter(exception.Message), "--$0"), ExitCodes.BadInput, true),
        UnauthorizedAccessException or IOException => (exception.Message, ExitCodes.BadInput, true),
        NumericalException => ($"numerical failure: {exception.Message}", ExitCodes.Failure, true),
        OutOfMemoryException => ("out of memory: choose a shorter window with --from and --to, or fewer checkpoints", ExitCodes.Failure, true),
        _ => ($"unexpected {exception.GetType().Name}: {exception.Message} (--verbose shows where)", ExitCodes.Failure, false),
    };

    /// <summary>ArgumentException appends the C# parameter's name, which means nothing on a command line.</summary>
    public static string WithoutParameter(string message) => Parameter().Replace(message, "").TrimEnd();

    // The library's arguments from and to are options here.
    [GeneratedRegex(@"(?<=^|: )(from|to)(?=: \S+ is not the time of a checkpoint)")]
    private static partial Regex WindowEnd();

    [GeneratedRegex(@" \(Parameter '[^']*'\)")]
    private static partial Regex Parameter();
}
