using KernelFlow.Numerics;
using KernelFlow.Validation.Laboratory;
using KernelFlow.Validation.Sequestering;
using R = KernelFlow.Validation.Sequestering.SequesteringRun;

namespace KernelFlow.Validation.Tests;

/// <summary>The experiment on noise sequestering: a tiny run against W_S and G_Q themselves, and its criteria.</summary>
public sealed class SequesteringTests
{
    [Fact]
    public void SharesAndResponsesAreThoseOfTheOperators()
    {
        var training = new LabTraining("tiny", new RecordingOptions
        {
            Train = 10, Test = 8, Noise = 0.4, Layers = [LayerSpec.Dense(5)], Steps = 150, Checkpoints = 10,
        }, 0.1);
        var row = R.Of(training, 3, Backend.Managed(1), default).Row;
        var run = training.Record(3, Backend.Managed(1), default);
        Assert.True(LabMeasures.Analysis(run.Checkpoints, Backend.Managed(1), default).Operators.TryGet(out var operators));
        var noise = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.DenseOfEnumerable(run.Data.Clean_S.Zip(run.Data.Y_S, (c, y) => (c - y) / 10));
        double left = 1 - 2.0 / 10 * noise.DotProduct(operators.W_S * noise) / noise.DotProduct(noise);
        double response = (operators.G_Q * noise).L2Norm() / noise.L2Norm() / Math.Sqrt(8);
        Assert.True(Math.Abs(row.Measured(R.NoiseLeft)!.Value - left) < 1e-9, $"noise left {row.Measured(R.NoiseLeft)}, by W_S {left}");
        Assert.True(Math.Abs(row.Measured(R.NoiseResponse)!.Value - response) < 1e-9 * response,
            $"response {row.Measured(R.NoiseResponse)}, by G_Q {response}");
    }

    [Theory]
    [InlineData(null, 0, Verdict.Holds)]
    [InlineData(R.NoiseLeft, 0.06, Verdict.Violated)]
    [InlineData(R.ToRandom, 0.95, Verdict.Violated)]
    [InlineData("parameters", 1700, Verdict.Undecided)]
    [InlineData(R.Transfer, 0.3, Verdict.Undecided)]
    [InlineData(R.TrainError, 0.4, Verdict.Undecided)]
    [InlineData("control", 0.2, Verdict.Undecided)]
    public void OneFigureThatIsOffDecides(string? name, double value, Verdict expected)
    {
        ExperimentRow[] Kind(string group, bool isOff, double noiseLeft) => MadeUp.Rows(3, new()
        {
            ["parameters"] = isOff && name == "parameters" ? value : 1585, [R.CleanLeft] = 0.05,
            [R.NoiseLeft] = isOff && name == R.NoiseLeft ? value : noiseLeft,
            [R.ToRandom] = isOff && name == R.ToRandom ? value : 0.8, [R.Transfer] = isOff && name == R.Transfer ? value : 0.01,
            [R.TrainError] = isOff && name == R.TrainError ? value : 0.1,
        }, (_, _, v) => v, null, 0, group);
        ExperimentRow[] rows = [.. Kind("tanh 24", true, 0.2), .. Kind("GELU 24", false, 0.3),
            .. Kind(SequesteringCriteria.Control + "tanh 24", false, name == "control" ? value : 0.05)];
        MadeUp.Decides(SequesteringCriteria.Of(rows, quick: false), expected, name);
    }
}
