using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace KernelFlow.Bridges.Tests;

public class RecordedRunTests
{
    [Fact]
    public void OpensTheShippedRun()
    {
        using var run = RecordedRun.Open(Fixtures.DigitsTiny);
        var checkpoints = run.Checkpoints;
        Assert.Equal(16, checkpoints.Count);
        Assert.Equal((24, 16, 1, 529L), (checkpoints.Train, checkpoints.Test, checkpoints.Outputs, checkpoints.Parameters));
        Assert.True(checkpoints.HasJacobians);
        Assert.Equal("squared", checkpoints.Loss.Kind);
        Assert.False(checkpoints.Loss.IsSum);
        Assert.Equal(new OptimizerInfo("gradient-descent", 0.05), checkpoints.Optimizer);
        Assert.Equal(["clean_S", "noise_mask_S", "y_Q"], checkpoints.RunTensors.Keys.Order());
        Assert.Equal("UCI optical digits", run.Metadata["data"]);
        Assert.Equal(0.25, checkpoints[4].Time);
        Assert.Equal(5, checkpoints[4].Step);
        Assert.Equal(Path.Combine(Fixtures.DigitsTiny, "checkpoint-000004.safetensors"), checkpoints[4]["J_S"].Location);
    }

    /// <summary>The recorded loss and the displacement that the recorded Jacobians predict tie targets, outputs and Jacobians together.</summary>
    [Fact]
    public void RecordedLossIsThatOfTheRecordedOutputsAndTargets()
    {
        using var run = RecordedRun.Open(Fixtures.DigitsTiny);
        foreach (var c in run.Checkpoints)
        {
            double recorded = c["loss"].ReadAll()[0], computed = run.Checkpoints.Loss.Value(c["U_S"].ReadAll());
            Assert.True(Math.Abs(recorded - computed) < 1e-14, $"step {c.Step}: loss {recorded}, from outputs {computed}, difference {recorded - computed}");
        }
    }

    /// <summary>One gradient-descent step: U_S(1) − U_S(0) = −η J̄ J₀ᵀ g₀ with J̄ by the trapezium rule, an O(η²) quadrature.</summary>
    [Fact]
    public void RecordedJacobiansPredictTheFirstStep()
    {
        using var run = RecordedRun.Open(Fixtures.DigitsTiny);
        var (a, b) = (run.Checkpoints[0], run.Checkpoints[1]);
        int n = 24, D = 529;
        double[] J0 = a["J_S"].ReadAll(), J1 = b["J_S"].ReadAll(), u0 = a["U_S"].ReadAll(), u1 = b["U_S"].ReadAll(), g = new double[n], step = new double[D];
        run.Checkpoints.Loss.Gradient(u0, g);
        for (int i = 0; i < n; i++)
            for (int d = 0; d < D; d++) step[d] -= 0.05 * J0[i * D + d] * g[i];
        double error = 0, size = 0;
        for (int i = 0; i < n; i++)
        {
            double predicted = 0;
            for (int d = 0; d < D; d++) predicted += 0.5 * (J0[i * D + d] + J1[i * D + d]) * step[d];
            error += Math.Pow(predicted - (u1[i] - u0[i]), 2);
            size += Math.Pow(u1[i] - u0[i], 2);
        }
        Assert.True(Math.Sqrt(error / size) < 1e-3, $"relative error {Math.Sqrt(error / size)}");
    }
}
