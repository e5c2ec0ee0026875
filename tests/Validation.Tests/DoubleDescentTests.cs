using KernelFlow.Numerics;
using KernelFlow.Validation.DoubleDescent;
using KernelFlow.Validation.Laboratory;
using R = KernelFlow.Validation.DoubleDescent.DoubleDescentRun;

namespace KernelFlow.Validation.Tests;

/// <summary>The experiment on double descent: a linear model, of which the visible noise is the difference to clean labels, and its criteria.</summary>
public sealed class DoubleDescentTests
{
    [Fact]
    public void OfALinearModelTheVisibleNoiseIsTheDifferenceToCleanLabels()
    {
        var training = new LabTraining("linear", new RecordingOptions { Train = 12, Test = 9, Noise = 0.4, Layers = [], Steps = 400, Checkpoints = 8 }, 0.01)
        {
            Components = 5,
        };
        var row = R.Of(training, 6, Backend.Managed(1), default).Row;
        Assert.True(row.Measured(R.NoiseMoved) > 0.01, $"noise moved the outputs by {row.Measured(R.NoiseMoved)}");
        Assert.True(row.Measured(R.VisibleError) < 0.01, $"error {row.Measured(R.VisibleError)}: steps are 1 % of the fastest time constant");
        Assert.True(Math.Abs(row.Measured(R.Without)!.Value - row.Measured(R.CleanError)!.Value) < 0.02 * row.Measured(R.CleanError),
            $"without the noise {row.Measured(R.Without)}, trained on clean labels {row.Measured(R.CleanError)}");
    }

    [Theory]
    [InlineData(null, 0, Verdict.Holds)]
    [InlineData(R.TestError, 0.5, Verdict.Violated)]
    [InlineData(R.Without, 1.6, Verdict.Violated)]
    [InlineData(R.CleanError, 1.2, Verdict.Violated)]
    [InlineData(R.WithoutWrong, 1.5, Verdict.Undecided)]
    [InlineData(R.Transfer, 0.2, Verdict.Undecided)]
    [InlineData(R.TrainError, 0.3, Verdict.Undecided)]
    public void OneFigureThatIsOffAtThePeakDecides(string? name, double value, Verdict expected)
    {
        // The peak, and where it is not wanted the whole curve: test errors that fall with the width have none.
        var rows = DoubleDescentCriteria.Prototype.SelectMany((p, i) => MadeUp.Rows(5, new()
        {
            [R.Width] = i + 1, [R.TestError] = name == R.TestError ? 1 - 0.1 * i : p.Value.TestError, [R.VisibleNoise] = p.Value.VisibleNoise,
            [R.Without] = At(R.Without, 0.5), [R.CleanError] = At(R.CleanError, 0.4), [R.WithoutWrong] = At(R.WithoutWrong, 3),
            [R.Transfer] = At(R.Transfer, 0.02),
            [R.TrainError] = At(R.TrainError, 0.05),
        }, (r, _, v) => v * (0.9 + 0.05 * r), null, 0, p.Key)).ToArray();
        MadeUp.Decides(DoubleDescentCriteria.Of(rows, quick: false), expected, name);

        double At(string figure, double sound) => figure == name ? value : sound;
    }
}
