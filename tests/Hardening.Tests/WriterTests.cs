using KernelFlow.Hardening.Writers;

namespace KernelFlow.Hardening.Tests;

/// <summary>The judges of output folders.</summary>
public sealed class WriterTests(WriterFixture fixture) : IClassFixture<WriterFixture>
{
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
}
