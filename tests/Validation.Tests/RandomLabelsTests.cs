using KernelFlow.Numerics;
using KernelFlow.Validation.Laboratory;
using KernelFlow.Validation.RandomLabels;
using R = KernelFlow.Validation.RandomLabels.RandomLabelsRun;

namespace KernelFlow.Validation.Tests;

/// <summary>The experiment on random labels: a tiny run with and without noise, and its criteria.</summary>
public sealed class RandomLabelsTests
{
    private static readonly LabTraining s_tiny = new("tiny", new RecordingOptions
    {
        Train = 10, Test = 8, Noise = 0.4, Layers = [LayerSpec.Dense(5)], Steps = 150, Checkpoints = 10,
    }, 0.1);

    [Fact]
    public void WithoutNoiseThereIsAnErrorAndNoNoise()
    {
        var noisy = R.Of(s_tiny, 3, Backend.Managed(1), default).Row;
        var clean = R.Of(s_tiny with { Options = s_tiny.Options with { Noise = 0 } }, 3, Backend.Managed(1), default).Row;
        Assert.Equal(0, clean.Measured(R.VisibleNoise));
        Assert.Null(clean.Measured(R.NoiseReservoir));
        Assert.True(noisy.Measured(R.VisibleNoise) > 0, $"visible noise {noisy.Measured(R.VisibleNoise)}");
        foreach (var row in (ExperimentRow[])[noisy, clean])
        {
            Assert.Equal(10, row.Measured(R.Channel) + row.Measured(R.Reservoir));
            Assert.InRange(row.Measured(R.CleanReservoir)!.Value, 0, 1);
            Assert.True(row.Measured(R.TestError) > 0, $"test error {row.Measured(R.TestError)}");
        }
        Assert.Equal(clean.Measured(R.TestError), clean.Measured(R.Without));
    }

    [Theory]
    [InlineData(null, 0, Verdict.Holds)]
    [InlineData(R.Filled, -1, Verdict.Violated)]
    [InlineData(R.VisibleNoise, -1, Verdict.Violated)]
    [InlineData(R.Without, 1.5, Verdict.Violated)]
    [InlineData(R.NoiseReservoir, 0.01, Verdict.Violated)]
    [InlineData(R.TrainError, 0.2, Verdict.Undecided)]
    [InlineData("control", 0.2, Verdict.Undecided)]
    public void OneFigureThatIsOffDecides(string? name, double value, Verdict expected)
    {
        ExperimentRow[] Kind(string group, double fraction, double noiseLeft) => MadeUp.Rows(3, new()
        {
            [R.Fraction] = fraction, [R.Filled] = 50 + fraction * 8 * (name == R.Filled ? value : 1),
            [R.VisibleNoise] = 1 + fraction * (name == R.VisibleNoise ? value : 1), [R.TestError] = 2, [R.Without] = name == R.Without ? value : 0.6,
            [R.NoiseReservoir] = noiseLeft, [R.CleanReservoir] = 0.05, [R.TrainError] = name == R.TrainError ? value : 0.03,
        }, (_, _, v) => v, null, 0, group);
        ExperimentRow[] rows = [.. ((double[])[0, 0.25, 0.5, 0.75, 1]).SelectMany(f =>
            Kind($"tanh 24, {Files.NumberText.Short(f)}", f, name == R.NoiseReservoir ? value : 0.2)),
            .. Kind(RandomLabelsCriteria.Control + "tanh 24, 0.5", 0.5, name == "control" ? value : 0.05)];
        MadeUp.Decides(RandomLabelsCriteria.Of(rows, quick: false), expected, name);
    }
}
