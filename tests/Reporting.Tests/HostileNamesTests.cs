using System.Text.RegularExpressions;
using System.Xml.Linq;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Html;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>Names of layers, runs and metadata are written by whoever recorded the run: pages stay whole and inert whatever they are.</summary>
public sealed class HostileNamesTests : IDisposable
{
    private const string Controls = "h\u0001id\u001b[31m\0\ufffe\u202e\ud800\u0085x", Markup = "</svg></table><script>alert(1)</script>\"'&amp;]]>",
        Link = "[click](https://evil.example) ![x](http://evil.example/x.png) www.evil.example <https://evil.example> \\[a](b) | `c` \\",
        Formula = "=HYPERLINK(\"http://evil.example\")";

    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-names-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ReservoirAnalysis With(string name)
    {
        var sample = SampleAnalysis.Full();
        string loss = Regex.IsMatch(name, "^[a-z]+$") ? name : sample.Run.Loss;
        return sample with
        {
            Run = sample.Run with { Loss = loss, Name = name, Metadata = new Dictionary<string, string> { [name] = name, ["network"] = name } },
            OutsideTheory = name,
            RiskGate = new RiskGate { Layers = [new(name, 4), new(name + "2", 3)], Points = [new(0, 0.5, [0.25, 0.75], null), new(1, 1, [1, 1], 0.5)] },
            LikelyCauses = [new(name, name, name)],
            Claims = [.. sample.Claims.Select(c => c with { Reason = name }), new ClaimResult("own-2", name, Verdict.Violated) { Kind = ClaimKind.Data,
                RelativeError = 1, Budget = new ErrorBudget(1, 1, 1, 1), Reason = name }],
            Performance = sample.Performance with { Backend = name },
            Figures = [],
        };
    }

    public static TheoryData<string> Names() => [Controls, Markup, Link, Formula, new string('n', 20_000), string.Concat(Enumerable.Repeat("🙂", 300))];

    private IEnumerable<(string File, string Text)> Pages(string name)
    {
        var analysis = With(name);
        analysis.WriteFolder(Path.Combine(_folder, "report"));
        Compare.Runs([ComparedRun.Of(name, analysis), ComparedRun.Of(name + "2", analysis with { Run = analysis.Run with { Train = 4 } })])
            .WriteFolder(Path.Combine(_folder, "compare"));
        return Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(f => (Path.GetRelativePath(_folder, f), File.ReadAllText(f)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void PagesAreWhole(string name)
    {
        int drawings = 0;
        foreach (var (file, text) in Pages(name))
        {
            int at = text.AsSpan().IndexOfAny("\0\u0001\u0007\u001b\u0085\u202e\ufffe");
            Assert.True(at < 0 || file.EndsWith(".json", StringComparison.Ordinal),
                $"{file}: {(at < 0 ? "" : $"{(int)text[at]:x} in {text[Math.Max(0, at - 60)..at]}")}");
            if (file.EndsWith(".svg", StringComparison.Ordinal))
            {
                drawings++;
                var svg = XDocument.Parse(text);
                Assert.DoesNotContain(svg.Descendants(), e => e.Name.LocalName == "script");
            }
            if (file.EndsWith(".html", StringComparison.Ordinal))
            {
                Assert.DoesNotContain("<script", text, StringComparison.OrdinalIgnoreCase);
                // Elements that end themselves are all that keeps a page from being XML.
                string xml = Regex.Replace(text.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal), "<(meta|br)([^>]*)>", "<$1$2/>");
                var page = XDocument.Parse(xml);
                Assert.DoesNotContain(page.Descendants(), e => e.Attributes().Any(a => a.Name.LocalName is "href" or "src" && !a.Value.StartsWith('#')
                    && a.Value != Glossary.PaperAddress));
            }
        }
        Assert.True(drawings > 10, $"{drawings} drawings");
    }

    [Fact]
    public void MarkdownHoldsNoLinkAndNoImageButItsOwn()
    {
        foreach (var (file, text) in Pages(Link).Where(p => p.File.EndsWith(".md", StringComparison.Ordinal)))
        {
            // A bracket that is not escaped: an even number of backslashes before it.
            string foreign = text.Replace($"[{Glossary.Paper}]({Glossary.PaperAddress})", "", StringComparison.Ordinal);
            string prose = string.Join('\n', foreign.Split('\n').Where(line => !line.StartsWith("    ", StringComparison.Ordinal)));
            var open = Regex.Matches(prose, @"(?<!\\)(?:\\\\)*!?\[").Where(m =>
                !Regex.IsMatch(prose[m.Index..], @"^!\[(?:[^\]\\]|\\.)*\]\(figures/[a-z0-9-]+\.svg\)"));
            Assert.True(!open.Any(), $"{file}: {open.Select(m => prose.Substring(m.Index, Math.Min(80, prose.Length - m.Index))).FirstOrDefault()}");
            Assert.DoesNotContain("https://", prose);
            Assert.DoesNotContain("www.", prose);
            Assert.DoesNotMatch(@"<(?!!-- kernelflow )", prose);
            Assert.Contains(@"\[click\](https\://evil.example)", prose);
        }
    }

    [Fact]
    public void ACommandToRepeatStaysOneLine()
    {
        string text = MarkdownReport.Text(With("a\n\n# b"));
        Assert.Contains("\n    kernelflow analyze 'a\\n\\n# b' --out DIR", text);
        Assert.DoesNotContain("\n# b", text);
    }

    [Fact]
    public void TablesHoldNoFormula()
    {
        foreach (var (file, text) in Pages(Formula).Where(p => p.File.EndsWith(".csv", StringComparison.Ordinal)))
            Assert.DoesNotMatch("(?m)(^|,)\"?=", text + file);
    }

    [Fact]
    public void LongNamesAreShortened()
    {
        foreach (var (file, text) in Pages(new string('n', 20_000)).Where(p => p.File.EndsWith(".svg", StringComparison.Ordinal)))
            Assert.True(text.Split('\n').Max(l => l.Length) < 60_000, file);
    }
}
