using KernelFlow.Hardening.Studies;
using KernelFlow.Hardening.Writers;
using Xunit.Abstractions;

namespace KernelFlow.Hardening.Tests;

/// <summary>Kills, full disks and writers of one folder at the same time: the beginning of what
/// <c>hardening kill</c>, <c>pairs</c> and <c>full-disk</c> carry out in full.</summary>
public sealed class WriterTests(WriterFixture fixture, ITestOutputHelper output) : IClassFixture<WriterFixture>
{
    /// <summary>Each command, killed once: readable, not mixed, nothing foreign touched, and the same command mends it.</summary>
    [Theory]
    [InlineData("record")]
    [InlineData("analyze")]
    [InlineData("kernels")]
    [InlineData("compare")]
    [InlineData("validate")]
    public void AKilledCommandLeavesWhatTheNextOneMends(string command) => Require(findings =>
        KillCommand.One(fixture.Of(command), fixture.Folder("kill-" + command), "kill", Dice.Of(3, command.Length), findings));

    [Theory]
    [InlineData("record", 1)]
    [InlineData("analyze", 2)]
    [InlineData("compare", 3)]
    public void OfTwoWritersOneIsRefusedOrTheyTakeTurns(string command, int number) => Require(findings =>
        PairsCommand.One(fixture.Of(command), fixture.Folder("pair-" + command), "pair", Dice.Of(3, number), findings));

    /// <summary>A limit of file sizes stands for a full disk: writing fails at a random byte.</summary>
    [Theory]
    [InlineData("record", 2)]
    [InlineData("analyze", 1)]
    public void AFullDiskIsOneErrorAndLeavesWhatTheNextOneMends(string command, int number)
    {
        if (!OperatingSystem.IsLinux()) return; // No other system has prlimit.
        Require(findings => FullDiskCommand.One(fixture.Of(command), fixture.Folder("disk-" + command), "disk", Dice.Of(3, number), findings, mount: false));
    }

    /// <summary>The judges of folders see a mixture: one file of the earlier output in the later one.</summary>
    [Theory]
    [InlineData("record", "checkpoint-000007.safetensors")]
    [InlineData("kernels", "checkpoint-000003.safetensors")]
    [InlineData("analyze", "report.html")]
    [InlineData("compare", "compare.csv")]
    [InlineData("validate", "calibration/report.md")]
    public void AMixtureIsSeen(string command, string file)
    {
        var writer = fixture.Of(command);
        string folder = fixture.Folder("mixture-" + command);
        WorkFolder.Copy(writer.Reference(Which.Later), folder);
        var whole = writer.Look(folder);
        Assert.True(whole.Condition == Condition.Later, whole.ToString());
        File.Copy(Path.Combine(writer.Reference(Which.Earlier), file), Path.Combine(folder, file), overwrite: true);
        var mixed = writer.Look(folder);
        // What the tool itself refuses to read is no mixture that passes for sound.
        Assert.True(mixed.Condition is Condition.Wrong or Condition.Refused, mixed.ToString());
    }

    [Fact]
    public void HarmToFilesOfOthersIsSeen()
    {
        string folder = fixture.Folder("harm");
        Directory.CreateDirectory(folder);
        var foreign = new Foreign(folder, "o");
        Assert.Null(foreign.Harm());
        File.WriteAllText(Path.Combine(folder, "o", "results.json.part"), "through a link");
        Assert.NotNull(foreign.Harm());
    }

    private void Require(Action<Findings> one)
    {
        var findings = new Findings(TextWriter.Null);
        one(findings);
        string summary = findings.Summary("case");
        output.WriteLine(summary);
        Assert.True(findings.Defects.Count == 0, $"{summary}\n{string.Join("\n", findings.Defects)}");
    }
}
