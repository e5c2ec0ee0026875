namespace KernelFlow.Cli.Tests;

/// <summary>Why a recording has fewer checkpoints than were asked for.</summary>
public sealed class RecordingTextTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Cli.Result Record(params string[] more) =>
        Cli.Run(["record", _folder.Of("run"), "--train", "4", "--test", "2", "--layers", "2", "--backend", "managed", "--threads", "1", .. more]);

    [Fact]
    public void PointsOfTheGridThatFallOnOneStepAreCounted()
    {
        var result = Record("--steps", "30", "--checkpoints", "20");
        using var run = RecordedRun.Open(_folder.Of("run"));
        int recorded = run.Checkpoints.Count;
        Assert.True(recorded < 20 && result.ExitCode == 0, result.ToString());
        Assert.Contains($"Recorded {recorded} checkpoints in ", result.Error);
        Assert.Contains($"20 were asked for; {20 - recorded} of the geometric grid round to the step of another", result.Error);
    }

    [Theory]
    [InlineData("20 (the default) were asked for; 5 steps have no more than 6, the start included.", "--steps", "5")]
    [InlineData("9 were asked for; 5 steps have no more than 6", "--steps", "5", "--checkpoints", "9", "--schedule", "uniform")]
    [InlineData("--checkpoints 3 says nothing to --schedule every-step, which records every step.", "--steps", "4", "--checkpoints", "3", "--schedule",
        "every-step")]
    public void TheReasonIsSaid(string expected, params string[] options)
    {
        var result = Record(options);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains(expected, result.Error);
    }

    [Theory]
    [InlineData("--steps", "100", "--checkpoints", "5")]
    [InlineData("--steps", "4", "--schedule", "every-step")]
    [InlineData("--steps", "30", "--checkpoints", "20", "--quiet")]
    public void WhereAllAreThereNothingIsSaid(params string[] options)
    {
        var result = Record(options);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length <= 1 && !result.Error.Contains("asked for"), result.Error);
    }
}
