using System.Globalization;

namespace KernelFlow.Cli.Tests;

/// <summary>The command line called in-process.</summary>
internal static class Cli
{
    /// <summary>What a command wrote and returned.</summary>
    public sealed record Result(int ExitCode, string Out, string Error)
    {
        public override string ToString() => $"exit {ExitCode}\n--- out\n{Out}\n--- error\n{Error}";
    }

    public static Result Run(params string[] args) => RunAsync(CancellationToken.None, args).GetAwaiter().GetResult();

    public static Result RunUnder(string culture, params string[] args)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(culture);
        try { return Run(args); }
        finally { CultureInfo.CurrentCulture = before; }
    }

    public static async Task<Result> RunAsync(CancellationToken cancellation, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var signals = Signals.From(cancellation);
        int code = await Application.RunAsync(args, new CliTerminal(output, error, interactive: false), signals);
        // A failure must never show a stack trace, whatever else a test looks at.
        Assert.DoesNotMatch(@"(?m)^\s+at \w+[.\w]*\(", error.ToString());
        return new Result(code, output.ToString(), error.ToString());
    }
}
