using System.Text;

namespace KernelFlow.Reporting.Tests;

/// <summary>Spreadsheets take a cell that begins with one of four signs for a formula: text must not, numbers must stay numbers.</summary>
public sealed class CsvTextTests
{
    private static string Cell(string field)
    {
        var text = new StringBuilder();
        CsvText.Row(text, field, "end");
        string line = text.ToString();
        Assert.EndsWith(",end\n", line);
        return line[..^5];
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0")]
    [InlineData("-2+3+cmd", "'-2+3+cmd")]
    [InlineData("@SUM(1)", "'@SUM(1)")]
    [InlineData("  =1", "'  =1")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("＝1+1", "'＝1+1")]
    [InlineData("-", "'-")]
    [InlineData("-1 ", "'-1 ")]
    [InlineData("=HYPERLINK(\"http://x\",\"a\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"a\"\")\"")]
    [InlineData("layer-1=2", "layer-1=2")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("", "")]
    public void TextIsNoFormula(string field, string expected) => Assert.Equal(expected, Cell(field));

    [Theory]
    [InlineData(-1.5)]
    [InlineData(-1e-300)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.NaN)]
    [InlineData(7)]
    public void NumbersStayNumbers(double value) => Assert.Equal(CsvText.Number(value), Cell(CsvText.Number(value)));

    [Fact]
    public void ControlCharactersAreEscaped() => Assert.Equal("a\\u0000b\\u001b", Cell("a\0b\u001b"));

    [Fact]
    public void NamesOfColumnsAreCellsToo() => Assert.Equal("'=x,\"a,b\"\n", CsvText.Header("=x", "a,b").ToString());
}
