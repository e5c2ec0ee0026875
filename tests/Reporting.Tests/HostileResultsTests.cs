using System.Text.Json.Nodes;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>A results.json that anybody may have written is refused with one message, or makes whole pages.</summary>
public sealed class HostileResultsTests : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("kernelflow-hostile-").FullName, "results.json");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);

    private string Refusal(string text, bool compared)
    {
        File.WriteAllText(_file, text);
        string message = (compared ? Assert.Throws<InvalidResultsException>(() => ComparedRun.Read(_file))
            : Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(_file))).Message;
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(message.Length, 1, 2000);
        return message;
    }

    [Theory]
    [InlineData("\"loss\": \"squared\"", "\"loss\": \"\\ud800\"", "found text that is not Unicode")]
    [InlineData("\"loss\": \"squared\"", "\"loss\": \"\\ud800\", \"loss\": \"squared\"", "not valid JSON")]
    [InlineData("\"network\":", "\"network\": \"x\", \"network\":", "not valid JSON: the key network stands twice.")]
    [InlineData("\"seed\": 0", "\"seed\": 0, \"seed\": 1", "stands twice")]
    [InlineData("\"loss\": \"squared\"", "\"loss\": \u001b\u0007", "not valid JSON at line")]
    [InlineData("\"verdict\": \"Holds\"", "\"verdict\": \"\\u001b[2J\\n\"", "inclusion.verdict is \"\\u001b[2J\\n\", expected a verdict")]
    [InlineData("\"outputs\": 1", "\"outputs\": 0", "run.outputs is 0, expected at least 1")]
    [InlineData("\"id\": \"C4\"", "\"id\": \"C2\"", "claims[1].id is \"C2\", expected an id of its own for each claim")]
    [InlineData("\"loss\": \"squared\"", "\"loss\": [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]", "not valid JSON")]
    public void TextThatIsNoResultIsNamedByBothReaders(string old, string now, string message)
    {
        string text = ResultsFile.Text(SampleAnalysis.Make());
        Assert.Contains(old, text);
        int at = text.IndexOf(old, StringComparison.Ordinal);
        text = text[..at] + now + text[(at + old.Length)..];
        foreach (bool compared in (bool[])[false, true]) Assert.Contains(message, Refusal(text, compared));
    }

    /// <summary>A reason that is blank, and one made of line separators, is none.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("\\u2028\\u2029")]
    public void ABlankReasonIsNone(string reason)
    {
        string text = System.Text.RegularExpressions.Regex.Replace(ResultsFile.Text(SampleAnalysis.Make()),
            @"(""[a-zA-Z]*[rR]eason"": )""(?:[^""\\]|\\.)*""", $"$1\"{reason}\"");
        Assert.Contains($"eason\": \"{reason}\"", text);
        File.WriteAllText(_file, text);
        var read = ResultsFile.Read(_file);
        string page = HtmlReport.Text(read), again = ResultsFile.Text(read);
        Assert.Contains("</html>", page);
        File.WriteAllText(_file, again);
        Assert.Equal(again, ResultsFile.Text(ResultsFile.Read(_file)));
    }

    [Fact]
    public void BytesThatAreNotUtf8AreNamedWithTheirPlace()
    {
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(ResultsFile.Text(SampleAnalysis.Make()));
        bytes[20] = 0xFF;
        File.WriteAllBytes(_file, bytes);
        const string Expected = "found bytes that are not UTF-8 at byte 21, expected JSON.";
        Assert.EndsWith(Expected, Assert.Throws<InvalidResultsException>(() => ComparedRun.Read(_file)).Message);
        Assert.EndsWith(Expected, Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(_file)).Message);
    }

    [Fact]
    public void AKeyOfAMillionCharactersMakesNoLongMessage() =>
        Refusal(ResultsFile.Text(SampleAnalysis.Make()).Replace("\"network\": \"tanh", $"\"{new string('k', 1_000_000)}\": 1, \"network\": \"tanh",
            StringComparison.Ordinal), compared: false);

    /// <summary>Every value of a file that has everything, spoilt in every way: one element less, none, zero, huge, another kind, nothing.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void OneSpoiltValueIsRefusedOrShown(int part)
    {
        string text = ResultsFile.Text(SampleAnalysis.Full());
        var wrong = new List<string>();
        int count = Places(JsonNode.Parse(text)!).Count, refused = 0, read = 0;
        for (int place = part; place < count; place += 4)
            for (int way = 0; way < Ways; way++)
            {
                var json = JsonNode.Parse(text)!;
                var node = Places(json)[place];
                string what = $"{node.GetPath()}, way {way}";
                if (!Spoil(node, way)) continue;
                File.WriteAllText(_file, json.ToJsonString());
                try
                {
                    var analysis = ResultsFile.Read(_file);
                    read++;
                    // Pages take far longer than reading: each way is shown at every eleventh place.
                    if ((place + way) % 11 == 0) Show(analysis);
                }
                catch (InvalidResultsException e)
                {
                    refused++;
                    if (e.Message.Any(char.IsControl)) wrong.Add($"{what}: {e.Message}");
                }
                catch (Exception e)
                {
                    wrong.Add($"{what}: {e.GetType().Name} {e.Message} {e.StackTrace?.Split('\n')[0]} {e.StackTrace?.Split('\n').ElementAtOrDefault(2)}");
                }
                if (wrong.Count > 20) break;
            }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(refused > 50 && read > 50, $"{refused} refused, {read} read: this test tests nothing");
    }

    private const int Ways = 6;

    private static List<JsonNode> Places(JsonNode root)
    {
        var all = new List<JsonNode>();
        void Walk(JsonNode? node)
        {
            if (node is null) return;
            all.Add(node);
            if (node is JsonObject o) foreach (var (_, value) in o) Walk(value);
            // Of a list the first and the last stand for all.
            if (node is JsonArray { Count: > 0 } list)
            {
                Walk(list[0]);
                if (list.Count > 1) Walk(list[^1]);
            }
        }
        Walk(root);
        all.RemoveAt(0);
        return all;
    }

    private static bool Spoil(JsonNode node, int way)
    {
        switch (node, way)
        {
            case (JsonArray { Count: > 0 } list, 0): list.RemoveAt(list.Count - 1); return true;
            case (JsonArray { Count: > 1 } list, 1): list.Clear(); return true;
            case (JsonArray, _) when way > 3: return false;
            case (JsonObject, 0 or 1): return false;
        }
        node.ReplaceWith(way switch
        {
            0 => JsonValue.Create(0),
            1 => JsonValue.Create(-1),
            2 => JsonValue.Create("\u001b\n=x"),
            3 => (JsonNode?)null,
            4 => JsonValue.Create(int.MaxValue),
            _ => JsonValue.Create(1.7e308),
        });
        return true;
    }

    private static void Show(ReservoirAnalysis analysis)
    {
        var figures = ReportFigures.All(analysis);
        string[] pages = [HtmlReport.Text(analysis, figures), MarkdownReport.Text(analysis, figures), .. Tables.All(analysis).Select(t => t.Csv())];
        foreach (string page in pages) Assert.DoesNotContain(page, c => c < ' ' && c is not ('\n' or '\t'));
        foreach (var (_, figure) in figures)
            if (figure.Drawing is { } drawing)
            {
                System.Xml.Linq.XDocument.Parse(drawing);
                Assert.DoesNotMatch("(x|y|x1|x2|y1|y2|cx|cy|d|width|height|style)=\"[^\"]*(NaN|∞|Infinity)", drawing);
            }
    }
}
