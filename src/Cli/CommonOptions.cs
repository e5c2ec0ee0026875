using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    private const string QuietName = "--quiet", VerboseName = "--verbose";

    /// <summary>The option --quiet.</summary>
    public static Option<bool> Quiet() => new(QuietName) { Description = "Say nothing but errors." };

    /// <summary>The option --verbose.</summary>
    public static Option<bool> Verbose() => new(VerboseName) { Description = "Say what was chosen and how long each stage took." };

    /// <summary>The option --backend.</summary>
    public static Option<string?> Backend()
    {
        var option = new Option<string?>("--backend")
        {
            Description =
                "Dense linear algebra: auto, mkl, openblas, system, mathnet or managed, or a library's path. Default: "
                    + "the environment variable KERNELFLOW_BLAS, else auto.",
            HelpName = "name",
        };
        option.CompletionSources.Add(_ => ["auto", "mkl", "openblas", "system", "mathnet", "managed"]);
        return option;
    }

    /// <summary>The option --threads.</summary>
    public static Option<int?> Threads() => Numbers.Whole("--threads", "Largest number of threads. Default: one per core.", 1, 1024);

    /// <summary>The option --memory.</summary>
    public static Option<MemoryCeiling?> Memory() => new("--memory")
    {
        Description = "How much memory may be held, such as 8G: what would need more is computed without matrices. Default: three quarters of the machine's.",
        HelpName = "size",
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (MemoryCeiling.TryParse(text, out var ceiling)) return ceiling;
            result.AddError($"--memory: {text} is not an amount of memory (write it as 8G, 512M or a number of bytes).");
            return null;
        },
    };

    /// <summary>The option --overwrite.</summary>
    public static Option<bool> Overwrite() =>
        new("--overwrite") { Description = "Write into a folder that holds other files, too. (Output of this tool is always replaced.)" };

    /// <summary>The option --open.</summary>
    public static Option<bool> Open() =>
        new("--open") { Description = "Show the page when it is written (by the program that BROWSER names, or the system's)." };

    /// <summary>The program that --open asks for; null where it was not given. Looked for before there is any work.</summary>
    public static Browser? BrowserOf(ParseResult parsed, Option<bool> open) => parsed.GetValue(open) ? Browser.Find(Environment.GetEnvironmentVariable) : null;

    /// <summary>What was asked for; --quiet and --verbose together are refused where they are declared.</summary>
    public static Verbosity VerbosityOf(ParseResult parsed) =>
        Given(parsed, QuietName) ? Verbosity.Quiet : Given(parsed, VerboseName) ? Verbosity.Verbose : Verbosity.Normal;

    /// <summary>Adds --quiet and --verbose, which exclude each other.</summary>
    public static void AddVerbosity(Command command)
    {
        command.Add(Quiet());
        command.Add(Verbose());
        CommandChecks.Add(command, parsed => Given(parsed, QuietName) && Given(parsed, VerboseName) ? ["--quiet and --verbose exclude each other."] : []);
    }

    private static bool Given(ParseResult parsed, string name) =>
        parsed.CommandResult.Command.Options.Any(o => o.Name == name) && parsed.GetValue<bool>(name);
}
