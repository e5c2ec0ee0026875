using System.Text;
using System.Text.Json;

namespace KernelFlow.Files.Tests;

public class JsonDefectTests
{
    [Theory]
    [InlineData("", "there is nothing in it")]
    [InlineData(" \n ", "there is nothing in it")]
    [InlineData("{\"a\":1,}", "found } after a comma; no comma may follow the last value")]
    [InlineData("[1,\n 2, ]", "found ] after a comma; no comma may follow the last value")]
    [InlineData("{\"a\":1,\"a\":2}", "the key a stands twice")]
    [InlineData("{\"a\":NaN}", "found NaN, which is no JSON number")]
    [InlineData("{\"a\":Infinity}", "found Infinity, which is no JSON number")]
    [InlineData("{\"a\":-Infinity}", "found -Infinity, which is no JSON number")]
    [InlineData("{\"a\":1", "the text ends too early")]
    [InlineData("{\"a\":1,", "the text ends too early")]
    [InlineData("[[1, 2], {\"a\":", "the text ends too early")]
    [InlineData("{\"a\":\"abc", "the text ends too early")]
    [InlineData("{'a':1}", "found ''', which cannot stand there")]
    [InlineData("{} {}", "found '{', which cannot stand there")]
    [InlineData("{\"a\":\"\u0001\"}", "found byte 0x01, which cannot stand there")]
    [InlineData("{\"a\":01}", "found '1', which cannot stand there")]
    public void Reasons(string json, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        var error = Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false }));
        Assert.Equal(expected, JsonDefect.Reason(error, bytes));
    }

    [Theory]
    [InlineData("{\"b\":1,\n\"a\":1,\n\"a\":2}", "not valid JSON: the key a stands twice")]
    [InlineData("{\"b\":1,\n\"a\":x}", "not valid JSON at line 2, byte 5: found 'x', which cannot stand there")]
    public void ThePlaceIsNamedWhereItIsKnown(string json, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(json);
        var error = Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false }));
        Assert.Equal(expected, JsonDefect.Sentence(error, bytes));
    }

    [Fact]
    public void TheFirstByteThatIsNotUtf8()
    {
        Assert.Null(JsonDefect.NotUtf8("{\"a\": \"é\"}"u8));
        Assert.Equal(3, JsonDefect.NotUtf8([(byte)'{', (byte)'"', 0xFF, (byte)'"']));
    }

    [Fact]
    public void TooDeep()
    {
        byte[] bytes = Encoding.UTF8.GetBytes(new string('[', 70));
        Assert.Equal("it is nested too deeply", JsonDefect.Reason(Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(bytes)), bytes));
    }

    [Fact]
    public void TheOffsetCountsLines()
    {
        byte[] bytes = Encoding.UTF8.GetBytes("{\n\"a\": ä}");
        Assert.Equal(7, JsonDefect.Offset(Assert.ThrowsAny<JsonException>(() => JsonDocument.Parse(bytes)), bytes));
    }

    /// <summary>Whatever is wrong with a text, the reason is short, on one line, and none of .NET's advice about its own readers.</summary>
    [Fact]
    public void NoAdviceAboutReaders()
    {
        byte[] sound = Encoding.UTF8.GetBytes("""{"a": [1, 2.5e3, "x\u00e9", null, true], "b": {"c": -1, "d": "text"}}""");
        var random = new Random(3);
        int wrong = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = (byte[])sound.Clone();
            for (int k = random.Next(1, 4); k > 0; k--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0) bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false }).Dispose();
            }
            catch (JsonException e)
            {
                wrong++;
                string reason = JsonDefect.Reason(e, bytes);
                Assert.True(reason.Length is > 0 and < 120 && !reason.Any(char.IsControl) && !reason.Contains("reader", StringComparison.OrdinalIgnoreCase)
                    && !reason.Contains("isFinalBlock", StringComparison.Ordinal), reason);
            }
            catch (InvalidOperationException) { } // A key with half a surrogate pair.
        }
        Assert.True(wrong > 1000, $"{wrong} of 3000 texts were wrong: the damage is too little to test anything");
    }
}
