using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Measures;

/// <summary>Population risk, visible noise and minimum norm: for a linear model against trainings in output space that do without an example, or without the
/// noise; and where they are not to be had.</summary>
public class GeneralisationTests
{
    private static readonly RecordingOptions s_linear = new()
    {
        Train = 12, Test = 6, Layers = [], Steps = 60, LearningRate = 0.2, Noise = 0.3, Schedule = CheckpointSchedule.EveryStep, DType = StorageType.Float64,
    };

    private static readonly AnalysisOptions s_descent = TestRuns.Options with { Mode = AnalysisMode.Descent };

    private sealed record Linear(CheckpointSequence Run)
    {
        private readonly Matrix<double> _train = Jacobian(Run, "J_S"), _test = Jacobian(Run, "J_Q");

        public Matrix<double> K_SS => _train * _train.Transpose();

        public Matrix<double> K_QS => _test * _train.Transpose();

        public Vector<double> Targets => Of(Run.Loss.Targets.ToArray());

        public Vector<double> Clean => Of(Run.RunTensors[TensorName.clean_S].ReadAll());

        /// <summary>u ← u − ηK(u − y)/n over all recorded steps, the gradient of one example left out where told so; training and test outputs.</summary>
        public (Vector<double> Train, Vector<double> Test) Train(Vector<double> y, int? without = null)
        {
            Vector<double> u = Of(Run[0]["U_S"].ReadAll()), q = Of(Run[0]["U_Q"].ReadAll());
            for (int k = 0; k + 1 < Run.Count; k++)
            {
                var g = (Run[k + 1].Time - Run[k].Time) / y.Count * (u - y);
                if (without is { } i) g[i] = 0;
                (u, q) = (u - K_SS * g, q - K_QS * g);
            }
            return (u, q);
        }

        private static Vector<double> Of(double[] values) => Vector<double>.Build.Dense(values);

        private static Matrix<double> Jacobian(CheckpointSequence run, string name)
        {
            var tensor = run[0][name];
            int rows = (int)tensor.Shape[0];
            return Matrix<double>.Build.DenseOfRowMajor(rows, (int)(tensor.Count / rows), tensor.ReadAll());
        }
    }

    [Fact]
    public void LeaveOneOutOfALinearModelIsTrainingWithoutTheExample()
    {
        var linear = new Linear(SmallNetworks.Record(s_linear));
        var risk = Analyze.Reservoir(linear.Run, s_descent).PopulationRisk.Value;
        double expected = 0;
        var whole = linear.Train(linear.Targets).Train;
        for (int i = 0; i < 12; i++)
        {
            double u = linear.Train(linear.Targets, i).Train[i];
            expected += (u - linear.Targets[i]) * (u - linear.Targets[i]) / 24;
            Check.Small(Math.Abs(risk.Shifts[i] - Math.Abs(u - whole[i])), 1e-10, $"shift of example {i}");
        }
        Check.Close(risk.LeaveOneOut[^1], expected, 1e-10, "leave-one-out loss at the end");
        Check.Small(risk.PathError, 1e-10, "the same path with all examples beside the recorded outputs");
        Assert.Equal(risk.LeaveOneOut.Min(), risk.LeaveOneOut[risk.Best.Checkpoint]);
        Assert.True(risk.BestByTest.Value.TestLoss.Value <= risk.Best.TestLoss.Value, "No stop has a smaller test loss than the best one.");
    }

    /// <summary>Flow between sparse checkpoints of the same training is near the recorded steps.</summary>
    [Fact]
    public void MaskedFlowIsNearMaskedDescent()
    {
        var exact = Analyze.Reservoir(SmallNetworks.Record(s_linear with { LearningRate = 0.02, Steps = 300 }), s_descent).PopulationRisk.Value;
        var sparse = Analyze.Reservoir(SmallNetworks.Record(s_linear with { LearningRate = 0.02, Steps = 300, Schedule = CheckpointSchedule.Geometric,
            Checkpoints = 12 }), TestRuns.Options).PopulationRisk.Value;
        Check.Close(sparse.LeaveOneOut[^1], exact.LeaveOneOut[^1], 1e-2, "leave-one-out loss by flow beside descent");
    }

    [Fact]
    public void VisibleNoiseOfALinearModelIsTheDifferenceToCleanLabels()
    {
        var linear = new Linear(SmallNetworks.Record(s_linear));
        var noise = Analyze.Reservoir(linear.Run, s_descent).VisibleNoise.Value;
        Vector<double> noisy = linear.Train(linear.Targets).Test, clean = linear.Train(linear.Clean).Test,
            y = Vector<double>.Build.Dense(linear.Run.RunTensors[TensorName.y_Q].ReadAll());
        Check.Close(noise.MeanSquare, Math.Pow((noisy - clean).L2Norm(), 2) / 6, 1e-12, "visible noise");
        Check.Close(noise.TestErrorWithout.OrNull(), Math.Pow((clean - y).L2Norm(), 2) / 6, 1e-12, "test error without it");
        Check.Close(noise.TestError.OrNull(), Math.Pow((noisy - y).L2Norm(), 2) / 6, 1e-12, "test error");
        Check.Close(noise.TestLossWithout.OrNull(), noise.TestErrorWithout.Value / 2, 1e-12, "test loss without it");
        Assert.False(noise.IsLinearised);
    }

    [Fact]
    public void ALinearModelMovesTheTestOutputsByTheShortestWay()
    {
        var linear = new Linear(SmallNetworks.Record(s_linear));
        var norm = Analyze.Reservoir(linear.Run, TestRuns.Options).MinimumNorm.Value;
        var moved = linear.Train(linear.Targets).Train - Vector<double>.Build.Dense(linear.Run[0]["U_S"].ReadAll());
        double time = linear.Run[^1].Time - linear.Run[0].Time, expected = moved * linear.K_SS.Inverse() * moved / time;
        Check.Close(norm.Energy, expected, 1e-10, "E* = ΔUᵀK⁻¹ΔU/T");
        Check.Small(norm.TestError.Value, 1e-10, "ΔU_Q by the path pseudo-inverse");
        Assert.Equal(12, norm.Rank);
        Assert.True(norm.Energy <= norm.PathEnergy, $"The least energy is {norm.Energy}, the path took {norm.PathEnergy}.");
    }

    /// <summary>A network whose kernel moves misses ΔU_Q: the equality is no identity of the arithmetic.</summary>
    [Fact]
    public void AMovingKernelMissesTheTestOutputs()
    {
        var a = TestRuns.ParityAnalysis;
        Check.AtLeast(a.MinimumNorm.Value.TestError.Value, 1e-2, "relative miss of ΔU_Q");
        Check.AtLeast(a.VisibleNoise.Value.MeanSquare, 1e-3, "visible noise");
    }

    [Fact]
    public void CrossEntropyIsLinearisedAndAdamHasNoShortestWay()
    {
        var softmax = Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.EveryStep with { Steps = 6, Noise = 0.4 }), TestRuns.Options);
        Assert.True(softmax.VisibleNoise.Value.IsLinearised);
        Assert.Contains("not on the scale", softmax.VisibleNoise.Value.TestError.Reason, StringComparison.Ordinal);
        Assert.True(softmax.PopulationRisk.IsKnown, softmax.PopulationRisk.Reason);
        Assert.Contains("no label differs", Analyze.Reservoir(SmallNetworks.Record(s_linear with { Noise = 0 }), TestRuns.Options).VisibleNoise.Reason,
            StringComparison.Ordinal);
    }
}
