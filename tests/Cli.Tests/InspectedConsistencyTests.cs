using System.Text.Json.Nodes;

namespace KernelFlow.Cli.Tests;

/// <summary>What <c>inspect</c> says of a recording that contradicts itself or lies outside the theory, and what <c>analyze --strict</c> returns for
/// it.</summary>
public sealed class InspectedConsistencyTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Edited(Action<JsonObject> edit)
    {
        string folder = _folder.Of("edited"), manifest = Path.Combine(folder, "run.json");
        run.CopyTo(folder);
        var json = JsonNode.Parse(File.ReadAllText(manifest))!.AsObject();
        edit(json);
        File.WriteAllText(manifest, json.ToJsonString());
        return folder;
    }

    private static string Inspect(string folder)
    {
        var result = Cli.Run("inspect", folder, "--backend", "managed");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(result.Error);
        return result.Out;
    }

    [Fact]
    public void AnHonestRunAgrees()
    {
        string text = Inspect(run.Folder);
        Assert.Matches(@"R1 +recorded loss: agrees", text);
        Assert.Matches(@"R2 +flow time: agrees", text);
        Assert.Matches(@"R3 +joint kernel: not checked", text);
        Assert.Matches(@"R4 +preconditioner timing: not checked", text);
        Assert.DoesNotContain("setting ", text);
    }

    [Fact]
    public void WrongTimesAreSaidAndTheExitCodeStays()
    {
        string text = Inspect(Edited(json => json["optimizer"]!["learningRate"] = 0.06));
        Assert.Matches(@"R2 +flow time: CONTRADICTS .*all times are 0\.8333 of what the rate gives", text);
    }

    [Fact]
    public void WhatIsDeclaredStandsThereAndStrictExitsWithFour()
    {
        string folder = Edited(json =>
        {
            json["setting"] = new JsonArray("dropout");
            json["schedule"] = "constant";
        });
        string text = Inspect(folder);
        Assert.Matches(@"setting +not the theory's: dropout", text);
        Assert.Matches(@"schedule +stated", text);
        Assert.Matches(@"R2 +flow time: agrees; .*the stated schedule", text);
        var strict = Cli.Run("analyze", folder, "--json", "--quiet", "--strict", "--backend", "managed");
        Assert.Equal(4, strict.ExitCode);
        Assert.Contains("not the theory's setting: dropout", strict.Out);
    }

    /// <summary>Steps counted in samples: the replay of 2·10⁸ steps is left out, and the time of an analysis does not depend on them.</summary>
    [Fact]
    public void BillionsOfStepsAreNotReplayed()
    {
        string folder = Edited(json =>
        {
            foreach (var c in json["checkpoints"]!.AsArray()) c!["step"] = 20_000_000 * (long)c["step"]!;
        });
        Assert.Matches(@"R2 +flow time: CONTRADICTS .*20000000 to one \(examples or tokens\)", Inspect(folder));
        var result = Cli.Run("analyze", folder, "--json", "--quiet", "--backend", "managed", "--threads", "1");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("replaying 4000000000 steps would take", result.Out);
        var descent = Cli.Run("analyze", folder, "--json", "--quiet", "--backend", "managed", "--mode", "descent");
        Assert.Equal(2, descent.ExitCode);
        Assert.Contains("replaying 4000000000 steps would take", descent.Error);
    }
}
