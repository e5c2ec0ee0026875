using KernelFlow.Files;
namespace KernelFlow.Cli.Tests;

public sealed class UsageTests
{
    [Fact]
    public void VersionIsOneLine()
    {
        var result = Cli.Run("--version");
        Assert.Equal(0, result.ExitCode);
        Assert.Matches(@"^kernelflow \d+\.\d+\.\d+\S*\r?\n$", result.Out);
        Assert.Empty(result.Error);
    }

    /// <summary>The program itself prints the version of its own library, without those that results name.</summary>
    [Fact]
    public void TheVersionAloneNeedsNoCommands()
    {
        Assert.Equal($"kernelflow {ToolInfo.Current.Version}", VersionText.Line);
        Assert.True(VersionText.IsAsked(["--version"]));
        foreach (string[] more in (string[][])[[], ["--help"], ["--version", "--help"], ["inspect", "--version"]])
            Assert.False(VersionText.IsAsked(more), string.Join(' ', more));
    }

    [Theory]
    [InlineData]
    [InlineData("demo")]
    [InlineData("record")]
    [InlineData("inspect")]
    [InlineData("analyze")]
    [InlineData("compare")]
    [InlineData("kernels")]
    [InlineData("validate")]
    [InlineData("doctor")]
    [InlineData("completion")]
    public void HelpHasExamplesAndGoesToStandardOutput(params string[] command)
    {
        var result = Cli.Run([.. command, "--help"]);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("Examples:", result.Out);
        Assert.Contains("kernelflow " + string.Join(" ", command), result.Out[result.Out.IndexOf("Examples:", StringComparison.Ordinal)..]);
        Assert.Empty(result.Error);
    }

    [Theory]
    [InlineData("a command is missing")]
    [InlineData("Did you mean analyze?", "analyse", "x")]
    [InlineData("Did you mean inspect?", "inspct")]
    [InlineData("Did you mean --threshold?", "analyze", "x", "--out", "y", "--treshold", "0.1")]
    [InlineData("Did you mean --out?", "analyze", "x", "--oot=y")]
    [InlineData("unknown option --nonsense.", "demo", "--nonsense")]
    [InlineData("unexpected argument extra", "analyze", "x", "extra", "--json")]
    [InlineData("--out FOLDER is missing", "analyze", "x")]
    [InlineData("--save-operators needs --out", "analyze", "x", "--json", "--save-operators")]
    [InlineData("exclude each other", "analyze", "x", "--json", "--quiet", "--verbose")]
    [InlineData("exclude each other", "record", "x", "--resume", "--overwrite")]
    [InlineData("exclude each other", "validate", "--resume", "--overwrite")]
    [InlineData("--only: nothing is not an experiment; use coupling", "validate", "--only", "nothing")]
    [InlineData("--to must be later than --from", "analyze", "x", "--json", "--from", "2", "--to", "1")]
    [InlineData("--interpolation septic is not known; use linear or cubic.", "analyze", "x", "--json", "--interpolation", "septic")]
    [InlineData("--rtol: 1 is out of range; it must be between 1e-13 and 1e-3, or auto.", "analyze", "x", "--json", "--rtol", "1")]
    [InlineData("--rtol: 1e-20 is out of range", "analyze", "x", "--json", "--rtol", "1e-20")]
    [InlineData("--threshold: NaN is out of range", "analyze", "x", "--json", "--threshold", "NaN")]
    [InlineData("--threshold: 0 is out of range; it must be above 0 and below 1.", "analyze", "x", "--json", "--threshold", "0")]
    [InlineData("--rtol: loose is not a number (write it as 0.001 or 1e-3, or auto).", "analyze", "x", "--json", "--rtol", "loose")]
    [InlineData("x: run folder not found", "analyze", "x", "--json", "--rtol", "auto")]
    [InlineData("--linearity would do nothing: the schedule is geometric. Add --schedule adaptive", "record", "x", "--linearity", "0.1")]
    [InlineData("--gradient and --max-gap would do nothing: the schedule is every-step.", "record", "x", "--schedule", "every-step", "--gradient", "none",
        "--max-gap", "5")]
    [InlineData("--midpoints need every step as a checkpoint: use the schedule every-step.", "record", "x", "--midpoints")]
    [InlineData("unless the optimizer is momentum", "record", "x", "--dampening", "0.5")]
    [InlineData("--gate is population-risk, expected no gate unless the optimizer is adam", "record", "x", "--gate", "population-risk")]
    [InlineData("--rtol: small is not a number", "analyze", "x", "--json", "--rtol", "small")]
    [InlineData("--solver arnoldi is not known; use auto, dense, lanczos, golub-kahan or matrix-free.", "analyze", "x", "--json", "--solver", "arnoldi")]
    [InlineData("--modes: 0 is out of range; it must be at least 1.", "analyze", "x", "--json", "--modes", "0")]
    [InlineData("--modes: many is not a whole number", "analyze", "x", "--json", "--modes", "many")]
    [InlineData("--threads: 0 is out of range", "analyze", "x", "--json", "--threads", "0")]
    [InlineData("--threads: 1.5 is not a whole number", "analyze", "x", "--json", "--threads", "1.5")]
    [InlineData("--steps: -3 is out of range; it must be at least 1.", "record", "x", "--steps", "-3")]
    [InlineData("'x' is not a layer", "record", "x", "--layers", "8,x")]
    [InlineData("--loss hinge is not known; use one of squared, ", "record", "x", "--loss", "hinge")]
    [InlineData("--batch is absent, expected the examples per step of sgd", "record", "x", "--optimizer", "sgd")]
    [InlineData("--outputs is 1, expected at least 2", "record", "x", "--loss", "softmax-cross-entropy", "--outputs", "1")]
    [InlineData("nothing-here: run folder not found", "analyze", "nothing-here", "--json")]
    [InlineData("nothing-here: run folder not found", "inspect", "nothing-here")]
    [InlineData("nothing-here: run folder not found", "kernels", "nothing-here", "--out", "y")]
    [InlineData("Option '--out' is required.", "kernels", "nothing-here")]
    [InlineData("--to must be later than --from", "kernels", "x", "--out", "y", "--from", "2", "--to", "1")]
    [InlineData("--backend: Unknown backend 'no-such-library'", "inspect", "nothing-here", "--backend", "no-such-library")]
    [InlineData("--backend: The library './no/such.so'", "inspect", "nothing-here", "--backend", "./no/such.so")]
    [InlineData("--train is 100000 and --test 40, so 100040 distinct examples are needed", "record", "x", "--train", "100000", "--test", "40")]
    [InlineData("--outputs is 11, but the digits have only 10", "record", "x", "--outputs", "11")]
    [InlineData("--modulus is 4, expected a prime", "record", "x", "--data", "modular-division", "--modulus", "4")]
    [InlineData("'ksh' not recognized", "completion", "ksh")]
    public void BadUsageExitsWithTwoAndSaysWhy(string message, params string[] args)
    {
        var result = Cli.Run(args);
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(message, result.Error);
        Assert.StartsWith("error: ", result.Error);
        Assert.Empty(result.Out);
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    public void NumbersAreReadTheSameUnderEveryCulture(string culture)
    {
        var point = Cli.RunUnder(culture, "analyze", "nothing-here", "--json", "--threshold", "0.5", "--rtol", "1.5e-8");
        Assert.Contains("run folder not found", point.Error);
        var comma = Cli.RunUnder(culture, "analyze", "nothing-here", "--json", "--threshold", "0,5");
        Assert.Contains("--threshold: 0,5 is not a number (write it as 0.001 or 1e-3).", comma.Error);
        var grouped = Cli.RunUnder(culture, "analyze", "nothing-here", "--json", "--threads", "1.000");
        Assert.Contains("--threads: 1.000 is not a whole number", grouped.Error);
    }

    [Theory]
    [InlineData("analyze --m", "--method", "--mode")]
    [InlineData("analyze --method ga", "gauss-4", "gauss-6")]
    [InlineData("record --loss s", "softmax-cross-entropy", "squared")]
    [InlineData("in", "inspect")]
    public void CompletionKnowsCommandsOptionsAndValues(string line, params string[] expected)
    {
        var result = Cli.Run($"[suggest:{line.Length}]", line);
        Assert.Equal(0, result.ExitCode);
        Assert.Empty(expected.Except(result.Out.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }

    [Theory]
    [InlineData("bash", "complete -o default")]
    [InlineData("zsh", "compdef")]
    [InlineData("fish", "complete -c kernelflow")]
    [InlineData("powershell", "Register-ArgumentCompleter")]
    public void CompletionScriptsArePrinted(string shell, string contains)
    {
        var result = Cli.Run("completion", shell);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains(contains, result.Out);
        Assert.Contains("[suggest:", result.Out);
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("analyse", "analyze", 1)]
    [InlineData("otu", "out", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void EditDistances(string a, string b, int expected) => Assert.Equal(expected, NearestWord.Distance(a, b));
}
