using System.Text;

namespace KernelFlow.Cli;

/// <summary>Where text goes: results to <see cref="Out"/>, messages and progress to <see cref="Error"/>.</summary>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Interactive">Whether a person watches standard error; otherwise no progress and no escape codes.</param>
internal sealed record CliTerminal(TextWriter Out, TextWriter Error, bool Interactive)
{
    /// <summary>The process's own streams, as UTF-8 without a byte-order mark.</summary>
    public static CliTerminal OfProcess()
    {
        if (Console.IsOutputRedirected || Console.IsErrorRedirected || !OperatingSystem.IsWindows()) Console.OutputEncoding = new UTF8Encoding(false);
        return new(Console.Out, Console.Error, !Console.IsErrorRedirected);
    }
}
