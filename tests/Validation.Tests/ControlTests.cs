using KernelFlow.Numerics;
using KernelFlow.Validation.Coupling;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Validation.Tests;

/// <summary>The controls are what they say: each against a computation of its own.</summary>
public sealed class ControlTests
{
    private static readonly Backend s_managed = Backend.Managed(1);

    private static readonly RecordingOptions s_small = new() { Train = 12, Test = 7, Noise = 0.1, Layers = [LayerSpec.Dense(6)],
        Steps = 300, Checkpoints = 12, Seed = 5 };

    private static readonly AnalysisOptions s_flow = new() { Mode = AnalysisMode.Flow, Backend = s_managed, RelativeTolerance = 1e-11 };

    private static Matrix<double> Rows(TensorSource tensor, int columns) =>
        Matrix<double>.Build.DenseOfRowMajor((int)(tensor.Count / columns), columns, tensor.ReadAll());

    /// <summary>P = I: the prediction is −∫K_QS g(s) dτ, by the two-point rule on the linear interpolant, where it is exact.</summary>
    [Fact]
    public void WithoutPropagatorTheGradientStandsStill()
    {
        var run = Recorder.InMemory(s_small, s_managed);
        var analysis = Analyze.Reservoir(Controls.WithoutPropagator(run), s_flow);
        int N = run.TrainSize;
        Check.Small((analysis.Operators.Value.P - Matrix<double>.Build.DenseIdentity(N)).FrobeniusNorm(), 1e-14, "P − I");

        var still = new CheckpointSequence(
            run.Select(c => c with { Tensors = c.Tensors.Values.Select(t => t.Name == "g" ? run[0]["g"] : t).ToDictionary(t => t.Name) }), run.Loss);
        double[] moved = IntegratedGradient.TestDisplacement(still);
        double scale = VectorRoutines.Norm(moved);
        Check.Small(VectorRoutines.Distance(moved, [.. analysis.Displacements.PredictedTest]) / scale, 2e-14, "−∫K_QS g(s) dτ");
    }

    /// <summary>Squared loss, frozen kernel: −G_Q g = −K_QS K_SS⁺ (I − e^{−K t/n}) n g (theory, C7), by an eigendecomposition of K_SS(s).</summary>
    [Fact]
    public void TheFrozenKernelIsTheClosedForm()
    {
        var run = Recorder.InMemory(s_small, s_managed);
        var analysis = Analyze.Reservoir(Controls.Frozen(run), s_flow);
        int D = (int)run.Parameters!.Value;
        Matrix<double> J_S = Rows(run[0]["J_S"], D), J_Q = Rows(run[0]["J_Q"], D);
        var g = Vector<double>.Build.Dense(run[0]["g"].ReadAll());
        var eigen = (J_S * J_S.Transpose()).Evd(Symmetricity.Symmetric);
        double time = run[^1].Time, beta = 1.0 / run.Train;
        var modes = eigen.EigenVectors.TransposeThisAndMultiply(g);
        // (1 − e^{−βκt})/(βκ), accurate for small κ as well.
        var response = eigen.EigenVectors * modes.MapIndexed((j, v) => eigen.EigenValues[j].Real is var kappa && beta * kappa * time > 1e-12
            ? v * (1 - Math.Exp(-beta * kappa * time)) / (beta * kappa) : v * time);
        var moved = -(J_Q * (J_S.Transpose() * response));
        Check.Small((moved - Vector<double>.Build.DenseOfEnumerable(analysis.Displacements.PredictedTest)).L2Norm() / moved.L2Norm(), 1e-10,
            "closed form of the frozen kernel");
    }

    /// <summary>From the recording's own initial weights the "foreign" network is the recorded one: Jacobians agree
    /// to the last bit, midpoints included.</summary>
    [Fact]
    public void TheForeignNetworkIsTrainedLikeTheRecorder()
    {
        var recording = s_small
            with { Steps = 20, Schedule = CheckpointSchedule.EveryStep, Midpoints = true, Loss = LossKind.SoftmaxCrossEntropy, Outputs = 3 };
        var run = Recorder.InMemory(recording, s_managed);
        var own = Controls.WithForeignTestJacobian(run, recording, recording.Seed, s_managed, CancellationToken.None);
        var foreign = Controls.WithForeignTestJacobian(run, recording, recording.Seed + 1, s_managed, CancellationToken.None);
        for (int k = 0; k < run.Count; k++)
            foreach (string name in run[k].Tensors.Keys)
            {
                double[] recorded = run[k][name].ReadAll();
                Assert.Equal(recorded, own[k][name].ReadAll());
                bool differs = VectorRoutines.Distance(recorded, foreign[k][name].ReadAll()) > 0.1 * VectorRoutines.Norm(recorded);
                Assert.True(differs == name.StartsWith("J_Q", StringComparison.Ordinal), $"{name} at checkpoint {k}: differs {differs}");
            }
    }

    /// <summary>A linear model: J is constant, and g linear between checkpoints integrates by the trapezium rule.</summary>
    [Fact]
    public void TheIntegralOfTheRecordedGradientIsTheTrapeziumForConstantKernels()
    {
        var run = Recorder.InMemory(s_small with { Layers = [] }, s_managed);
        int D = (int)run.Parameters!.Value;
        var K = Rows(run[0]["J_Q"], D) * Rows(run[0]["J_S"], D).Transpose();
        var integral = Vector<double>.Build.Dense(run.TrainSize);
        for (int k = 1; k < run.Count; k++)
            integral += (run[k].Time - run[k - 1].Time) / 2 * (Vector<double>.Build.Dense(run[k - 1]["g"].ReadAll())
                + Vector<double>.Build.Dense(run[k]["g"].ReadAll()));
        var expected = -(K * integral);
        double[] found = IntegratedGradient.TestDisplacement(run);
        Check.Small(VectorRoutines.Distance(expected.ToArray(), found) / expected.L2Norm(), 2e-14, "trapezium rule");
    }
}
