using KernelFlow.Numerics;
using KernelFlow.Validation.ImplicitBias;
using KernelFlow.Validation.Laboratory;
using R = KernelFlow.Validation.ImplicitBias.ImplicitBiasRun;

namespace KernelFlow.Validation.Tests;

/// <summary>The experiment on implicit bias: a linear model, and what its criteria say of made-up figures.</summary>
public sealed class ImplicitBiasTests
{
    [Fact]
    public void ALinearModelTakesTheShortestWay()
    {
        var training = new LabTraining("linear", new RecordingOptions { Train = 10, Test = 6, Noise = 0.2, Layers = [], Steps = 60, Checkpoints = 6 }, 0.1);
        var row = R.Of(training, 4, Backend.Managed(1), default).Row;
        Assert.True(row.Measured(R.Miss) < 1e-10, $"miss {row.Measured(R.Miss)}");
        Assert.True(Math.Abs(row.Measured(R.LinearEnergy)!.Value - 1) < 1e-10, $"E*T/‖Δw‖² {row.Measured(R.LinearEnergy)}");
        Assert.True(row.Measured(R.PermutedMiss) > 0.5, $"outputs of the next example: {row.Measured(R.PermutedMiss)}");
        // A kernel that stands still carries the outputs from the start; by themselves they are there later.
        Assert.Equal(0, row.Measured(R.JumpStep));
        Assert.InRange(row.Measured(R.WaitStep)!.Value, 1, 60);
        Assert.InRange(row.Measured(R.EnergyRatio)!.Value, 0, 1);
    }

    [Theory]
    [InlineData(null, 0, Verdict.Holds)]
    [InlineData(R.Miss, 1e-7, Verdict.Violated)]
    [InlineData(R.LinearEnergy, 1.001, Verdict.Violated)]
    [InlineData(R.EnergyRatio, 1.1, Verdict.Violated)]
    [InlineData(R.PermutedMiss, 0.4, Verdict.Undecided)]
    public void OneFigureThatIsOffDecides(string? name, double value, Verdict expected)
    {
        ExperimentRow[] Kind(string group, double miss, string? off) => MadeUp.Rows(5, new()
        {
            ["drift"] = 2, [R.Miss] = miss, [R.FrozenMiss] = 2 * miss, [R.LinearEnergy] = group == "linear" ? 1 : 0.3, [R.EnergyRatio] = 0.05,
            [R.PermutedMiss] = 1.4,
        }, (r, _, v) => v * (group == "linear" ? 1 : 1 + 0.1 * r), off, value, group);
        ExperimentRow[] rows = [.. Kind("linear", 1e-14, name), .. Kind("tanh 200", 0.013, null), .. Kind("tanh 24", 0.15, null),
            .. Kind("GELU 16,16", 0.16, null),
            .. Kind("ReLU 16,16", 0.6, null)];
        MadeUp.Decides(ImplicitBiasCriteria.Of(rows, quick: false), expected, name);
    }
}
