using System.Text.Json.Nodes;

namespace KernelFlow.Cli.Tests;

/// <summary><c>analyze --summary</c>: one line on standard output.</summary>
public sealed class SummaryLineTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Cli.Result Analyse(params string[] more) => Cli.Run(["analyze", run.Folder, "--backend", "managed", "--threads", "1", .. more]);

    [Fact]
    public void OneLineHasTheVerdictsAndTheWorstClaim()
    {
        var result = Analyse("--summary", "--out", _folder.Of("report"), "--strict");
        // The exit code is the one it would have been.
        Assert.True(result.ExitCode == Analyse("--json", "--strict", "--quiet").ExitCode && result.Error.Length == 0, result.ToString());
        Assert.Matches(@"^run: (holds|vacuous|undecided|violated); recording [a-z ]+, theory [a-z ]+, inclusion [a-z ]+, budget [a-z ]+; "
            + @"worst [CR]\d+ [a-z \-]+ (holds|undecided|violated)(, relative error \S+)?(, known error sources .+)?\r?\n$", result.Out);
        // The same from results.json: the worst verdict, and among equals the largest share of the budget.
        string[] order = ["Holds", "Undecided", "Violated"];
        var claims = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.Of("report"), "results.json")))!["claims"]!.AsArray();
        var judged = claims.Where(c => order.Contains((string)c!["verdict"]!)).ToArray();
        double Share(JsonNode? c) => c!["budget"] is JsonObject b && c["relativeError"] is { } e && (double)e > 0
            ? (double)e / ((string[])["integration", "interpolation", "descent", "rounding"]).Sum(k => b[k] is { } part ? (double)part : 0) : 0;
        var worst = judged.MaxBy(c => (Array.IndexOf(order, (string)c!["verdict"]!), Share(c)))!;
        Assert.Contains($"worst {(string)worst["id"]!} {(string)worst["name"]!} ", result.Out);
    }

    [Fact]
    public void ItNeedsNoFolderAndStandsWhereNothingElseIsSaid()
    {
        var result = Analyse("--summary", "--quiet", "--claims-only");
        Assert.True(result.ExitCode == 0 && result.Error.Length == 0, result.ToString());
        Assert.Contains("inclusion not computed", result.Out);
        Assert.Single(result.Out.TrimEnd().Split('\n'));
    }

    [Fact]
    public void JsonBesideItIsRefused()
    {
        var result = Analyse("--summary", "--json");
        Assert.True(result.ExitCode == 2 && result.Out.Length == 0, result.ToString());
        Assert.Contains("error: --json and --summary exclude each other", result.Error);
    }

    [Fact]
    public void OfAFolderThatIsMissingThereIsNoLine()
    {
        var result = Cli.Run("analyze", _folder.Of("missing"), "--summary");
        Assert.True(result.ExitCode == 2 && result.Out.Length == 0, result.ToString());
    }
}
