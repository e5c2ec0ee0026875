using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>Adaptive checkpoints of a TorchSharp training stand where the outputs leave their tangent, and the run says why.</summary>
public sealed class AdaptiveTests
{
    private static (long[] Steps, string Fired, string Schedule) Recorded(AdaptiveSchedule schedule, JacobianStore store = JacobianStore.Jacobians)
    {
        using var folder = new RunFolder();
        using var training = new Training(p: 2);
        using var optimizer = optim.SGD(training.Model.parameters(), 0.3);
        training.Run(folder.Path, optimizer, new(CheckpointSteps.Adaptive(60, schedule)) { Store = store });
        using var run = RecordedRun.Open(folder.Path);
        return ([.. run.Checkpoints.Select(c => c.Step)], run.Metadata.GetValueOrDefault(AdaptiveSchedule.FiredKey, ""),
            run.Metadata[AdaptiveSchedule.MetadataKey]);
    }

    /// <summary>The value that fired is the one that the recorded Jacobians give: U(w) − U_k − J_k(w − w_k) relative to U(w) − U_k.</summary>
    [TorchFact]
    public void TheValueThatFiredIsThatOfTheRecordedJacobians()
    {
        var schedule = new AdaptiveSchedule { Linearity = 0.05, Gradient = null, Kernel = null, Probes = 100 };
        using var folder = new RunFolder();
        using var training = new Training(p: 2);
        using var optimizer = optim.SGD(training.Model.parameters(), 0.3);
        training.Run(folder.Path, optimizer, new(CheckpointSteps.Adaptive(60, schedule)) { Parameters = true });
        using var run = RecordedRun.Open(folder.Path);
        string[] fired = run.Metadata[AdaptiveSchedule.FiredKey].Split("; ");
        Assert.Equal(run.Checkpoints.Count - 2, fired.Length);
        Check.Between(run.Checkpoints.Count, 4, 30, "checkpoints of 61 states");
        for (int k = 1; k < run.Checkpoints.Count - 1; k++)
        {
            Checkpoint before = run.Checkpoints[k - 1], now = run.Checkpoints[k];
            double[] w = before[TensorName.w].ReadAll(), moved = now[TensorName.w].ReadAll();
            double error = 0, size = 0;
            foreach (var (outputs, jacobian) in new[] { (TensorName.U_S, TensorName.J_S), (TensorName.U_Q, TensorName.J_Q) })
            {
                double[] u = before[outputs].ReadAll(), v = now[outputs].ReadAll(), J = before[jacobian].ReadAll();
                for (int i = 0; i < u.Length; i++)
                {
                    double predicted = 0;
                    for (int j = 0; j < w.Length; j++) predicted += J[i * w.Length + j] * (moved[j] - w[j]);
                    error += Math.Pow(v[i] - u[i] - predicted, 2);
                    size += Math.Pow(v[i] - u[i], 2);
                }
            }
            string expected = FormattableString.Invariant($"step {now.Step}: linearity {Math.Sqrt(error / size):g4} > 0.05");
            Assert.Equal(expected, fired[k - 1]);
        }
    }

    [TorchFact]
    public void EveryTestCanFireInEveryForm()
    {
        foreach (var store in Enum.GetValues<JacobianStore>())
        {
            Assert.Contains(": gradient ", Recorded(new() { Linearity = null, Kernel = null, Gradient = 0.1 }, store).Fired, StringComparison.Ordinal);
            var (steps, fired, schedule) = Recorded(new() { Linearity = null, Gradient = null, Kernel = 0.05, Every = 2 }, store);
            Assert.Contains(": kernel ", fired, StringComparison.Ordinal);
            Assert.All(steps, s => Assert.Equal(0, s % 2));
            Assert.StartsWith("adaptive: linearity > None, gradient > None, kernel > 0.05, tested every 2 steps", schedule, StringComparison.Ordinal);
        }
    }

    [TorchFact]
    public void GapsAndBudgetsAreKept()
    {
        var none = new AdaptiveSchedule { Linearity = null, Gradient = null, Kernel = null };
        Assert.Equal([0, 60], Recorded(none).Steps);
        Assert.Equal([0, 25, 50, 60], Recorded(none with { MaxGap = 25 }).Steps);
        Assert.Equal([0, 1, 2, 60], Recorded(none with { MaxGap = 1, MaxCheckpoints = 4 }).Steps);
        long perFile = (32 * 2 * (3 * 8 + 8 + 8 * 2 + 2) + 32 * 2) * 8L;
        Check.Between(Recorded(none with { MaxGap = 1, MaxBytes = 6 * perFile }).Steps.Length, 4, 6, "checkpoints in the room for six");
        Assert.Throws<ArgumentException>(() => CheckpointSteps.Adaptive(5, none with { Every = 0 }));
    }
}
