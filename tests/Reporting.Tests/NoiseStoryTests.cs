using KernelFlow.Reporting.Content;
using KernelFlow.Tests.Samples;
using System.Globalization;
using System.Text.RegularExpressions;

namespace KernelFlow.Reporting.Tests;

/// <summary>The story of label noise: which windows it takes, when it is shown, and what the figure draws.</summary>
public sealed class NoiseStoryTests
{
    // Every part of g(s) has a size of its own, so that movements and responses are different numbers.
    private static NoisePoint At(double time, double reservoir, double dissipated, double response) => new(time,
        new Placement(1 - reservoir, reservoir, 0.1) { Size = 2, TestMovement = 2 * 3 * response },
        new Placement(0.9, 0.1, dissipated) { Size = 5, TestMovement = 5 * 3 }, new Placement(0.5, 0.5, 0.2) { Size = 7, TestMovement = 1 });

    private static ReservoirAnalysis With(params NoisePoint[] points) => SampleAnalysis.Make() with
    {
        NoisePlacement = new NoisePlacement { Division = "clean targets", NoisyExamples = 1, Points = points },
    };

    /// <summary>The early window is the first with 90 % of the clean signal, whatever the noise does, and the late one is the whole.</summary>
    [Fact]
    public void WindowsFollowTheCleanSignal()
    {
        var story = NoiseStory.Of(With(At(1, 0.99, 0.89, 0.1), At(2, 0.85, 0.9, 0.4), At(3, 0.95, 0.95, 0.1), At(9, 0.2, 1, 1.2))).Value;
        Assert.Equal((2.0, 9.0), (story.Early.Time, story.Late.Time));
        Assert.True(story.IsShown, story.Verdict);
        Assert.Contains("moved into the signal channel", story.Verdict);
        Assert.Equal(4, story.Sentences.Count);
        Assert.Contains("Early, 85 % of the noise", story.Sentences[1]);
        Assert.Contains("0.4 times", story.Sentences[2]);
        Assert.Contains("Late, 20 % of the noise", story.Sentences[3]);
        Assert.Contains("1.2 times", story.Sentences[3]);
    }

    /// <summary>Each criterion alone keeps the story from being shown, and is named with its number.</summary>
    [Theory]
    [InlineData(0.79, 0.2, 0.4, 1.2, "early, 79 % of the noise lies in the reservoir, expected at least 80 %")]
    [InlineData(0.85, 0.31, 0.4, 1.2, "late, 31 % of it is still there, expected at most 30 %")]
    [InlineData(0.85, 0.2, 0.51, 1.2, "early, a unit of it moves the test outputs 0.51 times as far as one of clean signal, expected at most 0.5 times")]
    [InlineData(0.85, 0.2, 0.4, 0.76, "the response grows 1.9 times, expected at least 2 times")]
    public void EveryCriterionCounts(double early, double late, double first, double last, string reason)
    {
        var story = NoiseStory.Of(With(At(1, early, 0.95, first), At(2, late, 1, last))).Value;
        Assert.False(story.IsShown);
        Assert.Equal([reason], story.Failed);
        Assert.Contains(reason, story.Verdict);
    }

    [Fact]
    public void WithoutNoiseOrAnEarlyWindowThereIsNoStory()
    {
        var sample = SampleAnalysis.Make();
        Assert.Equal(sample.NoisePlacement.Reason, NoiseStory.Of(sample).Reason);
        Assert.Contains("no window before the end has dissipated 90 %", NoiseStory.Of(With(At(1, 0.9, 0.8, 0.1), At(2, 0.1, 0.95, 1))).Reason);
        Assert.Contains("B = βI", NoiseStory.Of(With(At(1, 0.9, 0.95, 0.1) with { Clean = new(1, 0, null) }, At(2, 0.1, 1, 1))).Reason);
        Assert.Contains("was not computed", NoiseStory.Of(With(At(1, 0.9, 0.95, 0.1) with { Noise = new(0.1, 0.9, 0.1) }, At(2, 0.1, 1, 1))).Reason);
    }

    /// <summary>Marks of the figure stand at their numbers: three lines over the windows, on one axis from 0.</summary>
    [Fact]
    public void TheFigureDrawsSharesAndResponse()
    {
        NoisePoint[] points = [At(1, 0.9, 0.5, 0.25), At(4, 0.6, 0.95, 0.5), At(10, 0.1, 1, 1.5)];
        var figure = ReportFigures.All(With(points)).Single(f => f.Figure.Head.Id == "noise-response").Figure;
        double[] Heights(string pattern) =>
            [.. Regex.Matches(figure.Drawing!, pattern).Select(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))];
        // A circle says its centre; the three markers of one window stand above each other as their numbers do.
        double[] channel = Heights(@"<circle class=""m s1"" cx=""[^""]+"" cy=""([^""]+)""[^>]*><title>");
        Assert.Equal(3, channel.Length);
        double unit = (channel[0] - channel[2]) / (0.9 - 0.1);
        Check.AtLeast(unit, 50, "height of a share of one");
        Check.Small(Math.Abs((channel[0] - channel[1]) / unit - 0.3), 0.02 / unit * 2, "channel, second window");
        string[] hovers =
            ["T = 1: noise in the reservoir 0.9", "T = 4: noise in the channel 0.4", "T = 10: response to noise / to clean signal 1.5"];
        foreach (string hover in hovers)
            Assert.Contains(hover, figure.Drawing);
        Assert.Contains("from 90 % to 10 %", figure.Head.Description);
        Assert.Contains("0.25 to 1.5", figure.Head.Description);
        var none = ReportFigures.All(SampleAnalysis.Make()).Single(f => f.Figure.Head.Id == "noise-response").Figure;
        Assert.Null(none.Drawing);
    }
}
