using Deque.AxeCore.Playwright;
using KernelFlow.Browser.Tests.Support;
using Microsoft.Playwright;

namespace KernelFlow.Browser.Tests;

/// <summary>Every page as a reader sees it: nothing overlaps, overflows or is empty, nothing is loaded or complained about, and a
/// screen reader can follow.</summary>
public sealed class PageTests(Support.Browser browser) : IClassFixture<Support.Browser>
{
    private static readonly Lazy<string> s_audit = new(() => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "audit.js")));

    public static TheoryData<string, int, bool> Views()
    {
        var views = new TheoryData<string, int, bool>();
        foreach (string name in Reports.Names)
            foreach (var (width, dark) in new[] { (1200, false), (1200, true), (375, false), (375, true) }) views.Add(name, width, dark);
        return views;
    }

    public static TheoryData<string> Pages() => [.. Reports.Names];

    [SkippableTheory]
    [MemberData(nameof(Views))]
    public async Task NothingOverlapsOrIsEmpty(string name, int width, bool dark)
    {
        Support.Browser.Require();
        await using var open = await browser.Open(Reports.File(name), width, dark ? ColorScheme.Dark : ColorScheme.Light);
        string[] found = await open.Page.EvaluateAsync<string[]>(s_audit.Value);
        string ground = await open.Page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
        Assert.Equal(dark ? "rgb(20, 23, 27)" : "rgb(255, 255, 255)", ground);
        None(found, $"{name} at {width} px");
        None(open.Complaints, $"{name} at {width} px");
    }

    [SkippableTheory]
    [MemberData(nameof(Pages))]
    public async Task AxeFindsNothingSerious(string name)
    {
        Support.Browser.Require();
        foreach (var (width, dark) in new[] { (1200, false), (375, true) }) await Axe(name, width, dark);
    }

    private async Task Axe(string name, int width, bool dark)
    {
        await using var open = await browser.Open(Reports.File(name), width, dark ? ColorScheme.Dark : ColorScheme.Light);
        // Thousands of marks inside drawings, which are one picture each to a screen reader, would take axe most of its time.
        await open.Page.EvaluateAsync("() => document.querySelectorAll('svg :not(title, desc, text)').forEach(mark => mark.closest('svg') && mark.remove())");
        var result = await open.Page.RunAxe();
        Assert.True(result.Passes.Length > 10, $"{result.Passes.Length} rules passed: axe did not look at the page");
        None([.. result.Violations.Where(v => v.Impact is "serious" or "critical").SelectMany(v => v.Nodes.Select(n => $"{v.Id} ({v.Impact}): {n.Html}"))],
            $"axe, {name} at {width} px");
    }

    /// <summary>On paper: the first page is not half empty, no page is blank, and nothing is cut off at its right edge.</summary>
    [SkippableTheory]
    [MemberData(nameof(Pages))]
    public async Task PagesOfPaperAreFull(string name)
    {
        Support.Browser.Require();
        await using var open = await browser.Open(Reports.File(name), 1200, ColorScheme.Dark);
        byte[] pdf = await open.Page.PdfAsync(new() { Format = "A4", Margin = new() { Top = "12mm", Bottom = "12mm", Left = "12mm", Right = "12mm" } });
        var pages = PdfPages.Of(pdf);
        Check.AtLeast(pages[0].FilledTo, 0.6, $"{name}: share of the first of {pages.Count} pages that is filled");
        for (int k = 0; k < pages.Count; k++)
        {
            var page = pages[k];
            Assert.True(page.FilledTo > 0, $"{name}: page {k + 1} is blank");
            Assert.False(page.HasInk(page.Width - page.Width / 50, 0, page.Width, page.Height), $"{name}: page {k + 1} is drawn into its right edge");
            // Paper is white, also for readers of dark pages.
            Check.AtLeast(page.Grey.Count(g => g > 240) / (double)page.Grey.Length, 0.5, $"{name}: white share of page {k + 1}");
        }
        await open.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await open.Page.SetViewportSizeAsync(703, 1000); // A4 less the margins, at 96 pixels an inch
        None(await open.Page.EvaluateAsync<string[]>(s_audit.Value), $"{name} on paper");
    }

    private static void None(IReadOnlyList<string> found, string where) =>
        Assert.True(found.Count == 0, $"{where}: {found.Count} found\n{string.Join("\n", found.Take(20))}");
}
