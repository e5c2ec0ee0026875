using System.CommandLine;

namespace KernelFlow.Cli.Tests;

/// <summary>Whatever is wrong with the value of an option: exit code 2, and a message that names the option; never a failure of the program.</summary>
public sealed class OptionValueTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Every option with a value of every command, beside those that the command needs.</summary>
    public static TheoryData<string, string> Options()
    {
        var data = new TheoryData<string, string>();
        foreach (var command in CommandTree.Build(new CliTerminal(TextWriter.Null, TextWriter.Null, interactive: false)).Subcommands)
            foreach (var option in command.Options.Where(o => o.Arity.MaximumNumberOfValues > 0 && o.ValueType != typeof(bool)))
                data.Add(command.Name, option.Name);
        return data;
    }

    private Cli.Result Run(string command, params string[] options)
    {
        string[] needed = command switch
        {
            "analyze" or "kernels" => [_folder.Of("nothing-here"), .. options.Contains("--out") ? (string[])[] : ["--out", _folder.Of("out")]],
            "compare" => [_folder.Of("nothing-here"), _folder.Of("nor-here"), .. options.Contains("--out") ? (string[])[] : ["--out", _folder.Of("out")]],
            "report" => [_folder.Of("nothing-here"), .. options.Contains("--out") ? (string[])[] : ["--out", _folder.Of("out")]],
            "inspect" => [_folder.Of("nothing-here")],
            "record" => [_folder.Of("out")],
            _ => [],
        };
        return Cli.Run([command, .. needed, .. options]);
    }

    private static void IsUsageError(Cli.Result result, string option)
    {
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(option, result.Error);
        Assert.DoesNotContain("unexpected", result.Error);
        Assert.All(result.Error.TrimEnd().Split('\n'), line => Assert.Matches("^(error: |See kernelflow )", line));
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void AMissingValueIsNamed(string command, string option) => IsUsageError(Run(command, option), option);

    [Theory]
    [MemberData(nameof(Options))]
    public void AnEmptyValueIsNamed(string command, string option) => IsUsageError(Run(command, option, ""), option);

    [Theory]
    [InlineData("analyze", "--from", "abc")]
    [InlineData("analyze", "--from", "NaN")]
    [InlineData("analyze", "--to", "1e999")]
    [InlineData("analyze", "--rtol", "0")]
    [InlineData("analyze", "--modes", "99999999999999999999")]
    [InlineData("analyze", "--mode", "sideways")]
    [InlineData("kernels", "--from", "1,5")]
    [InlineData("compare", "--every", "0")]
    [InlineData("compare", "--window", "5:3")]
    [InlineData("record", "--train", "0x10")]
    [InlineData("record", "--layers", "x")]
    [InlineData("record", "--seed", "-1")]
    [InlineData("validate", "--only", "no-such-experiment")]
    [InlineData("analyze", "--out", "   ")]
    public void AWrongValueIsNamed(string command, string option, string value)
    {
        var result = Run(command, option, value);
        IsUsageError(result, option);
        if (value.Trim().Length > 0) Assert.Contains(value, result.Error);
    }

    [Fact]
    public void AnOptionGivenTwiceIsNamed() => IsUsageError(Run("analyze", "--out", "a", "--out", "b"), "--out");

    [Fact]
    public void AWindowBesideAnOptionThatFailedIsNoFailure() => IsUsageError(Run("analyze", "--out", _folder.Of("x"), "--from", "abc", "--to", "2"), "--from");

    [Fact]
    public void LongAndUnprintableValuesStayOneShortLine()
    {
        var result = Run("analyze", "--from", "\u001b[2J\nerror: fake" + new string('x', 100_000));
        IsUsageError(result, "--from");
        Assert.DoesNotContain('\u001b', result.Error);
        Assert.All(result.Error.Split('\n'), line => Assert.True(line.Length < 2100, $"{line.Length} characters"));
        Assert.Equal(2, result.Error.TrimEnd().Split('\n').Length);
    }

    /// <summary>A batch larger than the training set: the message named a property of the library.</summary>
    [Fact]
    public void ABatchOfMoreExamplesThanThereAreIsNamedWithItsValue()
    {
        var result = Run("record", "--optimizer", "sgd", "--batch", "100", "--train", "10");
        IsUsageError(result, "--batch");
        Assert.Contains("--batch is 100, expected between 1 and --train, which is 10", result.Error);
        Assert.False(Directory.Exists(_folder.Of("out")), "a folder was left");
    }

    [Fact]
    public void AFolderMayBeginWithAnAt()
    {
        string before = Environment.CurrentDirectory;
        var result = Cli.Run("inspect", "@no-such-run");
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Equal("error: @no-such-run: run folder not found.", result.Error.TrimEnd());
        Assert.Equal(before, Environment.CurrentDirectory);
    }
}
