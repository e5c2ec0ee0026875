namespace KernelFlow.Files.Tests;

/// <summary>Names from files cannot do anything but be read.</summary>
public sealed class PrintableTextTests
{
    [Theory]
    [InlineData("checkpoint-000001", "checkpoint-000001")]
    [InlineData("λ_j ≤ 1, „Größe“ 数 🙂", "λ_j ≤ 1, „Größe“ 数 🙂")]
    [InlineData("\u001b[2J\u001b]0;pwn\u0007", "\\u001b[2J\\u001b]0;pwn\\u0007")]
    [InlineData("a\nerror: fake line", "a\\nerror: fake line")]
    [InlineData("a\r\tb\0c\u0085d\u009be\u007f", "a\\r\\tb\\u0000c\\u0085d\\u009be\\u007f")]
    [InlineData("a\u202egnp.exe\u2066\u200b\u2028\ufeff", "a\\u202egnp.exe\\u2066\\u200b\\u2028\\ufeff")]
    [InlineData("\ufffe\uffff", "\\ufffe\\uffff")]
    public void WhatCannotBePrintedIsEscaped(string text, string expected)
    {
        Assert.Equal(expected, PrintableText.Line(text));
        Assert.Equal(expected, PrintableText.Name(text));
    }

    // An attribute cannot hold such a text.
    [Fact]
    public void HalvesOfPairsAreEscaped() => Assert.Equal("\\ud800x\\udc00", PrintableText.Line("\ud800x\udc00"));

    [Fact]
    public void LinesKeepTheirBreaksAndNothingElse() => Assert.Equal("a\n\tb\\u001b\\rc\n", PrintableText.Lines("a\r\n\tb\u001b\rc\n"));

    [Theory]
    [InlineData(121)]
    [InlineData(5_000)]
    [InlineData(3_000_000)]
    public void LongNamesShowTheirEnds(int length)
    {
        string name = PrintableText.Name("first" + new string('x', length - 9) + "last");
        Assert.True(name.Length == PrintableText.LongestName && name.StartsWith("first", StringComparison.Ordinal) && name.Contains('…')
            && name.EndsWith("last", StringComparison.Ordinal), $"{name.Length}: {name}");
    }

    [Fact]
    public void EscapesDoNotMakeAMessageLong()
    {
        string message = PrintableText.Message(new string('\u001b', 100_000));
        Assert.True(message.Length <= PrintableText.LongestMessage, $"{message.Length} characters");
    }

    [Fact]
    public void PairsAreNotCutApart()
    {
        for (int i = 0; i < 4; i++)
        {
            string name = PrintableText.Name(new string('a', i) + string.Concat(Enumerable.Repeat("🙂", 200)));
            Assert.DoesNotContain("\\ud", PrintableText.Line(name));
        }
    }

    [Fact]
    public void JsonReadsTheEscapesBack() =>
        Assert.Equal("a\u202eb\u001b", System.Text.Json.JsonSerializer.Deserialize<string>($"\"{PrintableText.Line("a\u202eb\u001b")}\""));
}
