using Microsoft.Playwright;

namespace KernelFlow.Browser.Tests.Support;

/// <summary>One Chromium for all tests: Debian's, which Playwright starts as it is.</summary>
public sealed class Browser : IAsyncLifetime
{
    /// <summary>The one message with which these tests are skipped; .ci/browser-tests looks for it.</summary>
    public const string Missing = "Chromium or pdftoppm is not installed here (Debian: apt-get install chromium poppler-utils)";

    private const string Chromium = "/usr/bin/chromium";
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Skips a test where there is no browser.</summary>
    public static void Require() => Skip.IfNot(File.Exists(Chromium) && File.Exists(PdfPages.Program), Missing);

    /// <summary>Starts the browser, if there is one.</summary>
    public async Task InitializeAsync()
    {
        if (!File.Exists(Chromium)) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox", "--disable-gpu"] });
    }

    /// <summary>Ends it.</summary>
    public async Task DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a file, and collects what the page complains about and what it asks for beside itself.</summary>
    public async Task<OpenPage> Open(string file, int width, ColorScheme scheme)
    {
        var context = await _browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        string address = new Uri(file).AbsoluteUri;
        page.Console += (_, message) => { if (message.Type is "error" or "warning") complaints.Add($"console: {message.Text}"); };
        page.PageError += (_, error) => complaints.Add($"script: {error}");
        page.Request += (_, request) => { if (request.Url != address) complaints.Add($"request: {request.Url}"); };
        await page.GotoAsync(address);
        return new OpenPage(page, complaints);
    }
}

/// <summary>A page that is shown.</summary>
/// <param name="Page">Playwright's.</param>
/// <param name="Complaints">What went wrong while it was shown.</param>
public sealed record OpenPage(IPage Page, List<string> Complaints) : IAsyncDisposable
{
    /// <summary>Closes it.</summary>
    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
