using System.Text.RegularExpressions;

namespace KernelFlow.Cli.Tests;

public sealed class WordWrapTests(SmallRun run) : IClassFixture<SmallRun>
{
    [Theory]
    [InlineData("short", 20, null, "short")]
    [InlineData("one two three four five six", 20, null, "one two three four|  five six")]
    [InlineData("one two three four f", 20, null, "one two three four f")]
    [InlineData("  12345678901234567890123 after", 20, null, "  12345678901234567890123|    after")]
    [InlineData("ab 12345678901234567890123 after", 20, null, "ab|  12345678901234567890123|  after")]
    [InlineData("name   one two three four five", 20, 7, "name   one two three|       four five")]
    [InlineData("one two three four fiv", null, null, "one two three four fiv")]
    [InlineData("one two three four fiv", 19, null, "one two three four fiv")]
    [InlineData("relative error 12.5 % of it", 20, null, "relative error|  12.5 % of it")]
    [InlineData("                              deep", 20, null, "                              deep")]
    [InlineData("one two three four   ", 20, null, "one two three four")]
    public void LinesBreakBetweenWords(string line, int? width, int? hanging, string pieces) =>
        Assert.Equal(pieces.Split('|'), WordWrap.Pieces(line, width, hanging));

    [Fact]
    public void NothingIsLostAndNothingIsTooLong()
    {
        const string Text = "  Nearest to its limit: C4 test transfer holds, relative error 0.96 % against known error sources of 1.3 %, and so on to the end.";
        for (int width = 20; width < 140; width++)
        {
            string[] pieces = [.. WordWrap.Pieces(Text, width)];
            Assert.Equal(Text.Trim(), string.Join(" ", pieces.Select(p => p.Trim())));
            Assert.True(pieces.All(p => p.Length <= width), $"width {width}: {string.Join("|", pieces)}");
        }
    }

    private static async Task<string> Analyse(string folder, Func<int?>? width)
    {
        using StringWriter output = new(), error = new();
        using var signals = Signals.From(CancellationToken.None);
        var terminal = new CliTerminal(output, error, interactive: false, null, width);
        Assert.Equal(0, await Application.RunAsync(["analyze", folder, "--json", "--backend", "managed", "--threads", "1"], terminal, signals));
        return error.ToString();
    }

    /// <summary>What a person reads is broken at the width; what goes to a pipe is the same with a sentence a line.</summary>
    [Fact]
    public async Task TheSummaryIsBrokenOnATerminalOnly()
    {
        string narrow = await Analyse(run.Folder, () => 40), pipe = await Analyse(run.Folder, null);
        Assert.True(narrow.Split('\n').All(l => l.TrimEnd('\r').Length <= 40), narrow);
        Assert.Contains(pipe.Split('\n'), l => l.Length > 80);
        static string Words(string text) => Regex.Replace(text, @"\s+", " ");
        Assert.Equal(Words(pipe), Words(narrow));
    }
}
