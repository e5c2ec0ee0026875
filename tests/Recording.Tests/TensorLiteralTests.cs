using System.Text.RegularExpressions;

namespace KernelFlow.Recording.Tests;

/// <summary>Names of tensors stand in one table: nowhere else in the product is one written as a text of its own.</summary>
public partial class TensorLiteralTests
{
    // Names that are also ordinary words or symbols, in texts that are not about tensors.
    private static readonly string[] _ambiguous = ["g", "B", "w", "loss", "batch", "sketch"];

    [GeneratedRegex("(?<![\\\\\\w])\"(?<name>[A-Za-z]+(_[A-Za-z]+)*)\"")]
    private static partial Regex Text();

    private static IEnumerable<string> Found(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(SourceTree.Root, folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && Path.GetFileName(file) != "TensorName.cs"
        from line in File.ReadLines(file).Select((text, index) => (text, number: index + 1))
        where !line.text.TrimStart().StartsWith("//", StringComparison.Ordinal)
        from Match match in Text().Matches(line.text)
        let name = match.Groups["name"].Value
        where TensorName.Find(name) is not null && !_ambiguous.Contains(name)
        select $"{Path.GetRelativePath(SourceTree.Root, file)}({line.number}): {match.Value}";

    [Theory]
    [InlineData("src/Recording")]
    [InlineData("src/Bridges")]
    [InlineData("src/Operators")]
    [InlineData("src/Integrators")]
    [InlineData("src/Analysis")]
    [InlineData("src/Networks")]
    [InlineData("src/Cli")]
    [InlineData("validation")]
    public void NoTensorNameIsWrittenOutsideTheTable(string folder)
    {
        string[] found = [.. Found(folder)];
        Assert.True(found.Length == 0, $"found {found.Length} names outside the table:\n{string.Join('\n', found)}");
    }

    [Fact]
    public void TheSearchFindsWhatItShould()
    {
        string[] found = [.. Text().Matches("""c["K_SS_next"] and Find("U_Q"), not "K_SS and K_QS" """).Select(m => m.Groups["name"].Value)];
        Assert.Equal(["K_SS_next", "U_Q"], found);
    }
}
