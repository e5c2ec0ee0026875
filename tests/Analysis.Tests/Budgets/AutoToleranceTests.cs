using KernelFlow.Analysis.Budgets;
using KernelFlow.Networks;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Tests;

namespace KernelFlow.Analysis.Tests;

/// <summary>The tolerance that follows from the budget changes no answer, and is not taken where one hangs on it.</summary>
public sealed class AutoToleranceTests
{
    private static readonly RecordingOptions s_rough = new()
    {
        Train = 12, Test = 6, Outputs = 2, Layers = [LayerSpec.Dense(8)], Steps = 400, LearningRate = 0.1, Checkpoints = 7,
    };

    private static readonly RecordingOptions s_fine = s_rough with { Steps = 20, LearningRate = 1e-3, Checkpoints = 21 };

    private static AnalysisOptions Options { get; } = TestRuns.Options with { RelativeTolerance = ToleranceChoice.Auto };

    private static CheckpointSequence Run(RecordingOptions options) => Recorder.InMemory(options, TestRuns.Managed);

    [Fact]
    public void WhereMuchIsUnknownItIsLargerAndNoVerdictChanges()
    {
        var run = Run(s_rough);
        ReservoirAnalysis auto = Analyze.Reservoir(run, Options), tight = Analyze.Reservoir(run, Options with { RelativeTolerance = 1e-8 });
        Assert.True(auto.Options.RelativeTolerance >= 1e-5, $"rtol {auto.Options.RelativeTolerance}: {auto.Options.ToleranceReason}");
        Assert.StartsWith("auto: 0.01 of what", auto.Options.ToleranceReason);
        Assert.Null(tight.Options.ToleranceReason);
        Assert.Equal(tight.Inclusion.Verdict, auto.Inclusion.Verdict);
        foreach (var (a, b) in tight.Claims.Zip(auto.Claims))
        {
            Assert.True(a.Verdict == b.Verdict, $"{a.Id}: {a.Verdict} at 1e-8, {b.Verdict} at {auto.Options.RelativeTolerance}");
            if (a.Kind == ClaimKind.Data && a.RelativeError.TryGet(out double error) && a.Budget?.Sum is { } sum)
                Check.Small(Math.Abs(error - b.RelativeError.Value), 0.02 * sum, $"{a.Id}: change of the error");
        }
        for (int j = 0; j < tight.Spectrum.Eigenvalues.Count; j++)
            Check.Small(Math.Abs(tight.Spectrum.Eigenvalues[j] - auto.Spectrum.Eigenvalues[j]), 1e-4 * tight.Spectrum.Eigenvalues[0], $"λ_{j + 1}");
    }

    [Fact]
    public void WhereLittleIsUnknownItIsTight()
    {
        var options = Analyze.Reservoir(Run(s_fine), Options).Options;
        Assert.True(options.RelativeTolerance <= 1e-7, $"rtol {options.RelativeTolerance}: {options.ToleranceReason}");
    }

    [Fact]
    public void AModeAtTheThresholdMakesItTight()
    {
        var run = Run(s_rough);
        var first = Analyze.Reservoir(run, Options);
        var measures = first.Spectrum.DissipatedFraction.Value;
        double threshold = measures.Last(m => m > 1e-6) * (1 + 1e-9);
        var options = Analyze.Reservoir(run, Options with { Threshold = threshold }).Options;
        Assert.Equal(BudgetTolerance.Tight, options.RelativeTolerance);
        Assert.Contains("below the threshold hangs on it", options.ToleranceReason);
    }

    [Fact]
    public void ARecordingThatContradictsItselfDoesNotLoosenIt()
    {
        var random = new Random(1);
        int bad = 12;
        var noisy = SmallNetworks.Edit(Run(s_rough with { Checkpoints = 24 }), (k, t) => k == bad && t.Name is "J_S" or "J_Q"
            ? SmallNetworks.Map(t, v => [.. v.Select(_ => random.NextDouble() - 0.5)]) : t);
        var options = Analyze.Reservoir(noisy, Options).Options;
        Assert.True(options.RelativeTolerance == BudgetTolerance.Tight, $"rtol {options.RelativeTolerance}: {options.ToleranceReason}");
        Assert.Contains("auto: recorded outputs contradict each other", options.ToleranceReason);
    }

    [Fact]
    public void AToleranceThatWasAskedForIsKept()
    {
        var options = Analyze.Reservoir(Run(s_rough), Options with { RelativeTolerance = 1e-4, Threshold = 0.5 }).Options;
        Assert.Equal((1e-4, null), (options.RelativeTolerance, options.ToleranceReason));
    }
}
