using KernelFlow.Analysis.Tests.Support;

namespace KernelFlow.Analysis.Tests;

/// <summary>Adam with a gate: a closed parameter has 0 in the preconditioner of its step and its buffers go on, so the recorded steps follow Adam's recursion
/// exactly. Without the zeros the recording contradicts itself: R5 and R6 are violated, and C2 and C4 do not hold.</summary>
public sealed class GatedAdamTests
{
    private static readonly RecordingOptions s_options = new()
    {
        Train = 12, Test = 6, Noise = 0.3, Layers = [], Optimizer = OptimizerKind.Adam, LearningRate = 0.01, Epsilon = 1e-3, Steps = 40, Seed = 5,
        Schedule = CheckpointSchedule.EveryStep, DType = StorageType.Float64,
    };

    private static readonly AnalysisOptions s_steps = new() { Backend = TestRuns.Managed, Mode = AnalysisMode.Descent };

    public static TheoryData<GateKind, LossKind, int?> Runs() => new()
    {
        { GateKind.PopulationRisk, LossKind.Squared, null }, { GateKind.PopulationRisk, LossKind.SoftmaxCrossEntropy, 4 },
        { GateKind.RunningVariance, LossKind.Squared, 4 }, { GateKind.RunningVariance, LossKind.SoftmaxCrossEntropy, null },
    };

    /// <summary>J of a linear model does not move: no error of an average of J is left, and C1 to C4 hold to rounding.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void RecordedStepsAreAdamsRecursion(GateKind gate, LossKind loss, int? batch)
    {
        var run = Recorder.InMemory(s_options with { Gate = gate, Loss = loss, Batch = batch, Outputs = loss == LossKind.Squared ? 1 : 3 }, TestRuns.Managed);
        Check.Between(Zeros(run).Sum(z => z.Count), 50, run.Count * run[0][TensorName.Preconditioner].Count - 50, "closed parameters of all steps");
        var analysis = Analyze.Reservoir(run, s_steps);
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
        {
            Check.Small(analysis.Claim(id).RelativeError.OrNull() ?? double.NaN, 1e-12, $"{gate}, {loss}: relative error of {id}");
            Assert.Equal(Verdict.Holds, analysis.Claim(id).Verdict);
        }
    }

    /// <summary>A network of which J moves, with midpoints: the error is that of Simpson's rule.</summary>
    [Theory]
    [InlineData(GateKind.PopulationRisk)]
    [InlineData(GateKind.RunningVariance)]
    public void ANetworkThatMovesHoldsWithMidpoints(GateKind gate)
    {
        var run = Recorder.InMemory(s_options with { Gate = gate, Layers = [LayerSpec.Dense(6)], Midpoints = true }, TestRuns.Managed);
        var c4 = Analyze.Reservoir(run, s_steps).Claim("C4");
        Check.Small(c4.RelativeError.OrNull() ?? double.NaN, 1e-5, $"{gate}: relative error of C4");
        Assert.Equal(Verdict.Holds, c4.Verdict);
    }

    /// <summary>What plain Adam would have had in the place of the zeros: another training than the one that was recorded.</summary>
    /// <remarks>In the first steps only, and in all of them.</remarks>
    [Theory]
    [InlineData(GateKind.PopulationRisk, 8)]
    [InlineData(GateKind.PopulationRisk, 41)]
    [InlineData(GateKind.RunningVariance, 8)]
    [InlineData(GateKind.RunningVariance, 41)]
    public void WithoutItsZerosTheRecordingIsViolated(GateKind gate, int steps)
    {
        var run = Recorder.InMemory(s_options with { Gate = gate }, TestRuns.Managed);
        var zeros = Zeros(run);
        int D = (int)run[0][TensorName.Preconditioner].Count, n = run.Train;
        var square = new double[D];
        var open = new CheckpointSequence(run.Select((c, k) =>
        {
            double[] J = c[TensorName.J_S].ReadAll(), g = c[TensorName.g].ReadAll(), M = c[TensorName.Preconditioner].ReadAll();
            for (int j = 0; j < D; j++)
            {
                double gradient = Enumerable.Range(0, n).Sum(i => J[i * D + j] * g[i]);
                square[j] = 0.999 * square[j] + 0.001 * gradient * gradient;
                double plain = 1 / (Math.Sqrt(square[j] / (1 - Math.Pow(0.999, k + 1))) + 1e-3);
                if (zeros[k].Contains(j)) M[j] = k < steps ? plain : 0;
                else Check.Close(M[j], plain, 1e-10, $"preconditioner of step {k}, parameter {j}");
            }
            var tensors = c.Tensors.ToDictionary();
            tensors[TensorName.Preconditioner] = new MemoryTensor(TensorName.Preconditioner, M, D);
            return c with { Tensors = tensors };
        }), run.Loss) { Optimizer = run.Optimizer, RunTensors = run.RunTensors };
        var analysis = Analyze.Reservoir(open, s_steps);
        string found = string.Join(", ", analysis.Claims.Select(c => $"{c.Id} {c.Verdict} {c.RelativeError.OrNull():e1}"));
        // The recording contradicts itself by many orders of magnitude, and no claim about the theory may then hold.
        foreach (string id in (string[])["R5", "R6"]) Assert.True(analysis.Claim(id).Verdict == Verdict.Violated, $"{gate}, {steps} steps: {found}");
        foreach (string id in (string[])["C2", "C4"])
        {
            Assert.True(analysis.Claim(id).Verdict is Verdict.Violated or Verdict.Undecided, $"{gate}, {steps} steps: {found}");
            Check.Between(analysis.Claim(id).RelativeError.OrNull() ?? double.NaN, 1e-3, 1e3, $"{gate}, {steps} steps: relative error of {id}");
        }
    }

    private static HashSet<int>[] Zeros(CheckpointSequence run) =>
        [.. run.Select(c => c[TensorName.Preconditioner].ReadAll().Index().Where(m => m.Item == 0).Select(m => m.Index).ToHashSet())];
}
