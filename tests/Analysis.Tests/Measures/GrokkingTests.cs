using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Measures;

/// <summary>The clean signal before and after the training examples are fitted: of a linear model against trainings on clean labels; and where it is not to
/// be had.</summary>
public class GrokkingTests
{
    private static readonly RecordingOptions s_linear = new()
    {
        Train = 12, Test = 6, Layers = [], Steps = 250, LearningRate = 0.25, Schedule = CheckpointSchedule.EveryStep, DType = StorageType.Float64, Noise = 0.3,
    };

    private static Vector<double> Of(double[] values) => Vector<double>.Build.Dense(values);

    private static Matrix<double> Jacobian(CheckpointSequence run, string name)
    {
        var tensor = run[0][name];
        int rows = (int)tensor.Shape[0];
        return Matrix<double>.Build.DenseOfRowMajor(rows, (int)(tensor.Count / rows), tensor.ReadAll());
    }

    /// <summary>G_Q(t,s)g_clean is minus what t of training on clean labels does to the test outputs.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(0)]
    public void TheCleanSignalOfALinearModelIsTrainingOnCleanLabels(double noise)
    {
        var run = SmallNetworks.Record(s_linear with { Noise = noise });
        var analysis = Analyze.Reservoir(run, TestRuns.Options with { Mode = AnalysisMode.Descent });
        var found = analysis.Grokking.Value;
        int fitted = analysis.Training.Value.TrainAccuracy.Value.ToList().FindIndex(a => a >= Grokking.Level);
        Check.Between(fitted, 1, run.Count - 2, "checkpoint at which the examples are fitted");
        Assert.Equal((fitted, fitted), (found.Fitted.Checkpoint, found.Fitted.Step));
        Matrix<double> J = Jacobian(run, "J_S"), Q = Jacobian(run, "J_Q"), K = J * J.Transpose();
        Vector<double> clean = Of(run.RunTensors[TensorName.clean_S].ReadAll()), u = Of(run[0]["U_S"].ReadAll()), moved = Vector<double>.Build.Dense(6),
            then = moved, g = (u - clean) / 12;
        for (int k = 0; k + 1 < run.Count; k++)
        {
            if (k == fitted) then = moved;
            var step = (run[k + 1].Time - run[k].Time) / 12 * (u - clean);
            (u, moved) = (u - K * step, moved + Q * J.Transpose() * step);
        }
        Check.Close(found.MovementThen, then.L2Norm(), 1e-10, "movement until the examples are fitted");
        Check.Close(found.MovementAtEnd, moved.L2Norm(), 1e-10, "movement at the end");
        Check.Close(found.Gained, (moved - then).L2Norm(), 1e-8, "movement after");
        var at = found.Points.Single(p => p.Time == run[fitted].Time);
        Check.Close(at.TestMovement, found.MovementThen, 1e-12, "movement of the point at which the examples are fitted");
        Check.Close(at.SignalShare, Share(K, g, run, fitted), 1e-8, "share of the clean signal in the channel there");
        Check.Close(found.Points[^1].TestMovement, found.MovementAtEnd, 1e-12, "movement of the last point");
        Assert.Null(at.Dissipated);
    }

    // Modes of K with Ση κ p² not below the threshold, relative to the largest.
    private static double Share(Matrix<double> K, Vector<double> g, CheckpointSequence run, int steps)
    {
        var evd = K.Evd(Symmetricity.Symmetric);
        double[] dissipated = [.. evd.EigenValues.Select(v =>
        {
            double p = 1, w = 0;
            for (int k = 0; k < steps; k++)
            {
                double eta = run[k + 1].Time - run[k].Time;
                w += eta * v.Real * p * p;
                p *= 1 - eta * v.Real / 12;
            }
            return w;
        })];
        return dissipated.Select((w, j) => w >= 1e-3 * dissipated.Max() ? Math.Pow(evd.EigenVectors.Column(j) * g, 2) : 0).Sum() / (g * g);
    }

    /// <summary>By flow, with noise: the same windows as those of the noise, and fitting in between; the schedule has no window more.</summary>
    [Fact]
    public void FittingIsAWindowOfItsOwn()
    {
        var a = TestRuns.ParityAnalysis;
        var (found, noise) = (a.Grokking.Value, a.NoisePlacement.Value);
        Assert.Equal(noise.Points.Select(p => p.Time).Append(found.Fitted.Time).Distinct().Order(), found.Points.Select(p => p.Time));
        Assert.Equal(a.Schedule.Value.OverEnd.Select(p => p.Time), noise.Points.Select(p => p.Time));
        Check.AtLeast(found.Gained, Math.Abs(found.MovementAtEnd - found.MovementThen) - 1e-12, "gained movement beside the difference of sizes");
        Check.Between(found.Points[^1].Dissipated!.Value, found.Points[0].Dissipated!.Value, 1 + 1e-9, "dissipated share at the end");
    }

    [Fact]
    public void WithoutCleanLabelsOrFittingItIsNotAvailable()
    {
        var unknown = SmallNetworks.Edit(SmallNetworks.Record(SmallNetworks.Parity with { Steps = 40, Checkpoints = 6 }), (_, t) => t);
        Assert.Contains("neither clean_S nor noise_mask_S", Analyze.Reservoir(unknown, TestRuns.Options).Grokking.Reason, StringComparison.Ordinal);
        var early = SmallNetworks.Record(s_linear with { Steps = 3 });
        Assert.Contains("does not reach 99 %", Analyze.Reservoir(early, TestRuns.Options).Grokking.Reason, StringComparison.Ordinal);
    }
}
