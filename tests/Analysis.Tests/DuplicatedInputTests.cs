using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>The same input twice, with different labels: J_S has equal rows, so the difference of the two copies is in ker J_Sᵀ for every t and the reservoir
/// has dimension p × duplicates, whatever the storage; p − 1 per copy for softmax, whose gradients sum to zero.</summary>
public class DuplicatedInputTests
{
    private const int Distinct = 7, Test = 4;
    private static readonly double[] s_times = [0, 4, 10, 20, 40];

    private static CheckpointSequence Run(int outputs, int duplicates, bool single, bool softmax)
    {
        int p = outputs, n = Distinct + duplicates, N = n * p, D = 10 * N;
        var path = FlowPath.Straight(Distinct, Test, p, D, 0.05, 31);
        var random = new Random(32);
        // Copies are scattered over the examples: example i shows input source[i].
        int[] source = [.. Enumerable.Range(0, duplicates).Select(i => i % Distinct), .. Enumerable.Range(0, Distinct)];
        random.Shuffle(source);
        Matrix<double> Expand(Matrix<double> J) => Matrix<double>.Build.Dense(N, D, (r, d) => 2 * J[source[r / p] * p + r % p, d]);
        double[] Outputs(double[] u) => Enumerable.Range(0, N).Select(r => u[source[r / p] * p + r % p]).ToArray();
        var checkpoints = s_times.Select((t, k) => new Checkpoint(t, k,
            FlowRecording.Tensor("J_S", Expand(path.J_S(t)), single), FlowRecording.Tensor("J_Q", path.J_Q(t), single),
            new MemoryTensor("U_S", Outputs(FlowPath.Gaussian(random, Distinct * p, 1).Column(0).ToArray()), n, p),
            new MemoryTensor("U_Q", FlowPath.Gaussian(random, Test * p, 1).Column(0).ToArray(), Test, p)));
        double[] y = Enumerable.Range(0, N).Select(r => softmax ? (r / p % p == r % p ? 1.0 : 0) : random.NextDouble()).ToArray();
        return new CheckpointSequence(checkpoints, softmax ? LossModel.SoftmaxCrossEntropy(y, p) : LossModel.Squared(y, p));
    }

    [Theory]
    [InlineData(1, 1, false, false)]
    [InlineData(1, 3, false, false)]
    [InlineData(1, 3, true, false)]
    [InlineData(2, 3, false, false)]
    [InlineData(2, 3, true, false)]
    [InlineData(3, 7, true, false)]
    [InlineData(2, 3, false, true)]
    [InlineData(3, 2, true, true)]
    public void TheReservoirIsTheDifferenceOfCopies(int outputs, int duplicates, bool single, bool softmax)
    {
        var run = Run(outputs, duplicates, single, softmax);
        var analysis = Analyze.Reservoir(run, TestRuns.Options with { Threshold = 1e-10 });
        Assert.Equal((softmax ? outputs - 1 : outputs) * duplicates, analysis.Spectrum.ReservoirDimension.Value);
        Assert.True(analysis.Inclusion.Verdict == Verdict.Holds, $"{analysis.Inclusion.Verdict}: {analysis.Inclusion.Reason}");
        Assert.Equal(Verdict.Holds, analysis.Claim("C9").Verdict);

        // The reservoir is ker J_Sᵀ itself, untouched by the flow and invisible to the test set.
        int N = run.TrainSize, signal = analysis.Spectrum.SignalDimension.Value;
        var reservoir = analysis.Operators.Value.Eigenvectors.SubMatrix(0, N, signal, analysis.Spectrum.Dimension - signal);
        foreach (var c in run)
        {
            var J = Matrix<double>.Build.DenseOfRowMajor(N, (int)(c["J_S"].Count / N), c["J_S"].ReadAll());
            Check.Small(J.TransposeThisAndMultiply(reservoir).L2Norm() / J.L2Norm(), 2e-13, $"‖J_Sᵀψ‖ at t = {c.Time}");
        }
        Check.Small((analysis.Operators.Value.P * reservoir - reservoir).L2Norm(), 5e-13, "‖Pψ − ψ‖");
        Check.Small((analysis.Operators.Value.G_Q * reservoir).L2Norm(), 1e-13 * analysis.Operators.Value.G_Q.L2Norm(), "‖G_Qψ‖");
    }

    [Fact]
    public void WithoutDuplicatesNothingIsLeft() =>
        Assert.Equal(0, Analyze.Reservoir(Run(2, 0, false, false), TestRuns.Options with { Threshold = 1e-10 }).Spectrum.ReservoirDimension.Value);
}
