using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>A network trained on inputs that occur more than once: nothing is planted but the data, and the reservoir is exact, p dimensions for each copy
/// beyond a first.</summary>
/// <remarks>Identical inputs must give identical rows of J, identical rows of kernels, and eigenvalues of W_S at rounding, whatever kernels and storage are
/// used. (For softmax the
/// direction (1, …, 1) within an example is in ker B, not in ker W_S: it adds no dimension.)</remarks>
public sealed class TrainedDuplicatesTests(ITestOutputHelper output)
{
    private const int Duplicates = 3, Copies = 3;

    private static readonly RecordingOptions s_options = new()
    {
        Train = 18, Test = 8, Duplicates = Duplicates, Copies = Copies, Noise = 0.2, Layers = [LayerSpec.Dense(12)], Steps = 400, LearningRate = 0.1,
            Checkpoints = 14,
    };

    public static TheoryData<string, LossKind, StorageType, bool> Runs()
    {
        var runs = new TheoryData<string, LossKind, StorageType, bool>();
        foreach (string backend in Backend.Available().Where(b => b.Usable).Select(b => b.Name))
            foreach (var loss in (LossKind[])[LossKind.Squared, LossKind.SoftmaxCrossEntropy])
                foreach (var type in (StorageType[])[StorageType.Float32, StorageType.Float64])
                    foreach (bool kernels in (bool[])[false, true])
                        runs.Add(backend, loss, type, kernels);
        return runs;
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void TheReservoirIsExact(string backend, LossKind loss, StorageType type, bool kernels)
    {
        const int p = 3;
        int expected = (loss == LossKind.SoftmaxCrossEntropy ? p - 1 : p) * Duplicates * (Copies - 1);
        var dense = Backend.Resolve(backend, 1);
        var run = Recorder.InMemory(s_options with { Outputs = p, Loss = loss, DType = type }, dense);
        if (kernels) run = new CheckpointSequence(KernelBlocks.Convert(run, dense), run.Loss) { Optimizer = run.Optimizer };
        var analysis = Analyze.Reservoir(run, TestRuns.Options with { Threshold = 1e-10, Backend = dense });
        var s = analysis.Spectrum;
        output.WriteLine(FormattableString.Invariant($"{backend}, {loss}, {type}, kernels {kernels}: {analysis.Inclusion.Verdict}, λ/λ₁ = ")
            + FormattableString.Invariant($"{s.RelativeEigenvalues[s.SignalDimension.Value - 1]:e1} | {s.RelativeEigenvalues[^expected]:e1}"));
        Assert.Equal(expected, s.ReservoirDimension.Value);
        Assert.True(analysis.Inclusion.Verdict == Verdict.Holds, $"{analysis.Inclusion.Verdict}: {analysis.Inclusion.Reason}");
        // A gap, not a threshold that happens to fit.
        Check.Between(s.RelativeEigenvalues[s.SignalDimension.Value - 1], 1e-9, 1, "smallest signal eigenvalue, relative");
        Check.Small(Math.Abs(s.RelativeEigenvalues[s.SignalDimension.Value]), 1e-13, "largest reservoir eigenvalue, relative");
    }

    [Theory]
    [InlineData(LossKind.Squared)]
    [InlineData(LossKind.SoftmaxCrossEntropy)]
    public void WithoutCopiesThereIsNone(LossKind loss)
    {
        var run = Recorder.InMemory(s_options with { Outputs = 3, Loss = loss, Duplicates = 0 }, TestRuns.Managed);
        Assert.Equal(0, Analyze.Reservoir(run, TestRuns.Options with { Threshold = 1e-10 }).Spectrum.ReservoirDimension.Value);
    }
}
