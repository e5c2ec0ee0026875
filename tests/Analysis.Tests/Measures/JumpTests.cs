using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Networks;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Measures;

/// <summary>The jump to the end with a frozen kernel: exact where the kernel does not move, by steps and by flow, and not where it does. The first-order form
/// of population risk beside it.</summary>
public class JumpTests
{
    private static readonly RecordingOptions s_linear = new()
    {
        Train = 12, Test = 6, Layers = [], Steps = 60, LearningRate = 0.2, Noise = 0.3, Schedule = CheckpointSchedule.EveryStep, DType = StorageType.Float64,
    };

    private static readonly AnalysisOptions s_descent = TestRuns.Options with { Mode = AnalysisMode.Descent };

    private static void Exact(JumpToEnd jump, double limit)
    {
        Check.Small(jump.TestError.Max(), limit, "error of the test outputs after a jump");
        Check.Small(jump.TrainError.Max(), limit, "error of the training outputs after a jump");
        Assert.Equal(0, jump.First.Value.Checkpoint);
    }

    private static Matrix<double> Jacobian(CheckpointSequence run, string name)
    {
        var tensor = run[0][name];
        int rows = (int)tensor.Shape[0];
        return Matrix<double>.Build.DenseOfRowMajor(rows, (int)(tensor.Count / rows), tensor.ReadAll());
    }

    /// <summary>The steps of a linear model, and where they would end.</summary>
    [Fact]
    public void AJumpByStepsOfALinearModelIsExact()
    {
        var run = SmallNetworks.Record(s_linear);
        var jump = Analyze.Reservoir(run, s_descent).JumpToEnd.Value;
        Exact(jump, 1e-10);
        Assert.Equal("steps", jump.Path);
        Assert.Equal((0, run.Count - 2), (jump.Checkpoints[0], jump.Checkpoints[^1]));
        Check.Between(jump.Checkpoints.Count, 3, 20, "checkpoints jumped from");
        Matrix<double> J = Jacobian(run, "J_S"), Q = Jacobian(run, "J_Q");
        Vector<double> Of(int k, string name) => Vector<double>.Build.Dense(run[k][name].ReadAll());
        var forever = Of(0, "U_Q") - Q * J.Transpose() * (J * J.Transpose()).Solve(Of(0, "U_S") - Vector<double>.Build.Dense(run.Loss.Targets.ToArray()));
        double expected = (forever - Of(run.Count - 1, "U_Q")).L2Norm() / (Of(run.Count - 1, "U_Q") - Of(0, "U_Q")).L2Norm();
        foreach (double error in jump.TestErrorToInfinity.Value) Check.Close(error, expected, 1e-7, "distance of the end from infinity");
        Check.AtLeast(jump.FirstWithoutJump.Checkpoint, 5, "first checkpoint that is near the end by itself");
    }

    /// <summary>Cross-entropy by the same steps: no closed form, and exact all the same.</summary>
    [Fact]
    public void AJumpByStepsOfCrossEntropyIsExact()
    {
        var jump = Analyze.Reservoir(SmallNetworks.Record(s_linear with { Outputs = 3, Loss = LossKind.SoftmaxCrossEntropy }), s_descent).JumpToEnd.Value;
        Exact(jump, 1e-10);
        Assert.False(jump.TestErrorToInfinity.IsKnown);
    }

    /// <summary>A flow under a constant kernel, integrated as a vector equation by another method.</summary>
    [Fact]
    public void AJumpByFlowUnderAConstantKernelIsExact()
    {
        var random = new Random(5);
        Matrix<double> J = FlowPath.Gaussian(random, 6, 9), Q = FlowPath.Gaussian(random, 3, 9);
        var run = FlowRecording.Of(new FlowPath(6, 3, 1, _ => J, _ => Q), [0, 0.5, 2, 6, 12]).Jacobians();
        var jump = Analyze.Reservoir(run, TestRuns.Options).JumpToEnd.Value;
        Assert.Equal("flow", jump.Path);
        Exact(jump, 1e-10);
    }

    /// <summary>A kernel that moves, and what is not to be had.</summary>
    [Fact]
    public void AJumpUnderAKernelThatMovesIsWrongAtFirst()
    {
        var jump = TestRuns.ParityAnalysis.JumpToEnd.Value;
        Check.AtLeast(jump.TestError[0], 0.1, "error of the jump from the start");
        Check.Small(jump.TestError[^1], 0.1, "error of the jump from the checkpoint before the end");
        Check.Between(jump.First.Value.Checkpoint, 1, jump.FirstWithoutJump.Checkpoint, "first checkpoint that arrives by a jump");
        var adam = Analyze.Reservoir(SmallNetworks.Record(s_linear with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01 }), s_descent);
        Assert.Contains("all gradients before", adam.JumpToEnd.Reason, StringComparison.Ordinal);
    }

    /// <summary>One small step of a linear model, taken without each example with weights 1/(n − 1): the first-order form is the mean held-out loss but for
    /// the square of the step.</summary>
    [Theory]
    [InlineData(1e-3)]
    [InlineData(1e-4)]
    public void TheFirstOrderFormIsUnbiasedAtTheFirstStep(double rate)
    {
        var run = SmallNetworks.Record(s_linear with { LearningRate = rate, Steps = 2 });
        var first = Analyze.Reservoir(run, s_descent).PopulationRisk.Value.FirstOrder.Value;
        var J = Jacobian(run, "J_S");
        var K = J * J.Transpose();
        double[] u = run[0]["U_S"].ReadAll(), y = [.. run.Loss.Targets];
        int n = u.Length;
        double expected = 0, start = 0;
        for (int i = 0; i < n; i++)
        {
            double held = u[i];
            for (int j = 0; j < n; j++)
                if (j != i) held -= rate * K[i, j] * (u[j] - y[j]) / (n - 1);
            expected += (held - y[i]) * (held - y[i]) / (2 * n);
            start += (u[i] - y[i]) * (u[i] - y[i]) / (2 * n);
        }
        Check.Close(first[0], start, 1e-12, "loss at the start");
        Check.Small(Math.Abs(first[1] - expected), 20 * rate * rate, "first-order form beside the mean of trainings without an example");
        Check.AtLeast(Math.Abs(start - expected), 0.02 * rate, "what the step does");
    }

    /// <summary>Later g_i has seen example i: at interpolation the form takes off hardly anything that is new, and is far from leave-one-out.</summary>
    [Fact]
    public void TheFirstOrderFormIsNotUnbiasedLater()
    {
        var risk = TestRuns.ParityAnalysis.PopulationRisk.Value;
        Check.Close(risk.FirstOrder.Value[1], risk.LeaveOneOut[1], 0.05, "first-order form beside leave-one-out after the first interval");
        Check.AtLeast(Math.Abs(risk.FirstOrder.Value[^1] / risk.LeaveOneOut[^1] - 1), 0.1, "relative distance of the two at the end");
    }
}
