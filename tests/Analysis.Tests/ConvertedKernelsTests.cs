using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests;

/// <summary>A run and its kernel blocks are the same run: every operator, eigenvalue and figure agrees to rounding.</summary>
public class ConvertedKernelsTests
{
    public static TheoryData<string> Runs => ["digits-tiny", "adam", "midpoints", "convolution"];

    private static CheckpointSequence Run(string name)
    {
        var small = new RecordingOptions { Train = 10, Test = 5, Layers = [LayerSpec.Dense(6)], Steps = 60, LearningRate = 0.1, Checkpoints = 10 };
        return Recorder.InMemory(name switch
        {
            "adam" => small with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01, Outputs = 2 },
            "midpoints" => small with { Steps = 12, Schedule = CheckpointSchedule.EveryStep, Midpoints = true, Loss = LossKind.SoftmaxCrossEntropy,
                Outputs = 3 },
            _ => small with { Layers = LayerSpec.ParseList("conv:3:3:2,8"), DType = StorageType.Float64, Activation = ActivationKind.Gelu },
        }, TestRuns.Managed);
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void TheAnalysisIsTheSame(string name)
    {
        using var recorded = name == "digits-tiny" ? RecordedRun.Open(TestRuns.DigitsTiny) : null;
        var run = recorded?.Checkpoints ?? Run(name);
        var blocks = new CheckpointSequence(KernelBlocks.Convert(run, TestRuns.Managed), run.Loss) { Optimizer = run.Optimizer };
        ReservoirAnalysis expected = Analyze.Reservoir(run, TestRuns.Options), actual = Analyze.Reservoir(blocks, TestRuns.Options);
        foreach (var (before, after) in TestRuns.Named(expected.Operators.Value).Zip(TestRuns.Named(actual.Operators.Value)))
            Check.Small(TestRuns.Relative(after.Value, before.Value), 1e-11, $"{name}: {before.Name}");
        for (int j = 0; j < expected.Spectrum.Eigenvalues.Count; j++)
            Check.Small(Math.Abs(expected.Spectrum.Eigenvalues[j] - actual.Spectrum.Eigenvalues[j]), 1e-12 * expected.Spectrum.Eigenvalues[0],
                $"{name}: eigenvalue {j + 1}");
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
            Check.Small(Math.Abs(expected.Claim(id).RelativeError.Value - actual.Claim(id).RelativeError.Value), 1e-10, $"{name}: {id}");
        // float64 blocks of float32 Jacobians are not more accurate than these.
        foreach (string id in (string[])["C2", "C3", "C4"])
            Check.Close(actual.Claim(id).Budget!.Rounding.Value, expected.Claim(id).Budget!.Rounding.Value, 1e-9, $"{name}: rounding part of {id}");
        Check.Close(actual.Inclusion.VisibilityBound, expected.Inclusion.VisibilityBound, 1e-11, $"{name}: √c");
        Assert.Equal(expected.Inclusion.Verdict, actual.Inclusion.Verdict);
    }

    [Fact]
    public void CubicInterpolationOfBlocksIsRefusedWithTheReason()
    {
        var blocks = new CheckpointSequence(KernelBlocks.Convert(Run("convolution"), TestRuns.Managed), Run("convolution").Loss);
        var refused = Assert.Throws<ArgumentException>(() => Analyze.Reservoir(blocks, TestRuns.Options with { Interpolation = Interpolation.Cubic }));
        Assert.Contains("cubic needs Jacobians", refused.Message);
        Assert.Contains("positive semidefinite", refused.Message);
    }
}
