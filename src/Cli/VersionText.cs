using System.Reflection;

namespace KernelFlow.Cli;

/// <summary>The version, for <c>kernelflow --version</c>.</summary>
internal static class VersionText
{
    /// <summary>The name of the option.</summary>
    public const string Option = "--version";

    /// <summary>Name and version of the program, in one line. All its libraries have one version.</summary>
    public static string Line { get; } =
        "kernelflow " + typeof(VersionText).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Whether the arguments ask for nothing else, so that no command needs to be built.</summary>
    public static bool IsAsked(string[] args) => args is [Option];

    /// <summary>Prints it.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static int Print(CliTerminal terminal)
    {
        try
        {
            terminal.Out.WriteLine(Line);
            terminal.Out.Flush();
            return ExitCodes.Done;
        }
        catch (IOException unwritable)
        {
            terminal.Error.WriteLine($"error: {unwritable.Message}");
            return ExitCodes.BadInput;
        }
    }
}
