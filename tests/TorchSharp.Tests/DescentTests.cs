using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>Recorded TorchSharp trainings follow the descent recursion of their optimizer: claims C1 to C4 with midpoints.</summary>
public sealed class DescentTests(ITestOutputHelper output)
{
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];
    private static readonly JacobianRecorderOptions s_everyStep = new(CheckpointSteps.Every(60)) { Midpoints = true };

    private ReservoirAnalysis Analysed(string name, Func<Training, optim.Optimizer> make, Func<Tensor, Tensor, Tensor>? loss = null, int p = 1,
        Action<CheckpointSequence>? look = null)
    {
        using var folder = new RunFolder();
        using var training = new Training(p: p);
        using var optimizer = make(training);
        training.Run(folder.Path, optimizer, s_everyStep, loss);
        using var run = RecordedRun.Open(folder.Path);
        look?.Invoke(run.Checkpoints);
        var analysis = Analyze.Reservoir(run.Checkpoints);
        output.WriteLine($"{name}: {analysis.Options.Method}, z = {analysis.Descent?.LargestZ:g3}, "
            + string.Join(", ", s_claims.Select(id => $"{id} {analysis.Claim(id).RelativeError.OrDefault(double.NaN):e1} {analysis.Claim(id).Verdict}")));
        Assert.Equal((AnalysisMode.Descent, "descent-midpoint"), (analysis.Options.Mode, analysis.Options.Method));
        return analysis;
    }

    private static void Small(ReservoirAnalysis analysis, double limit, string name)
    {
        foreach (string id in s_claims)
        {
            Check.Small(analysis.Claim(id).RelativeError.OrDefault(double.NaN), limit, $"{name}: {id}");
            Assert.Equal(Verdict.Holds, analysis.Claim(id).Verdict);
        }
    }

    [TorchFact]
    public void GradientDescent()
    {
        var analysis = Analysed("SGD", t => optim.SGD(t.Model.parameters(), 0.3), look: run => Assert.Equal(("squared", "gradient-descent"),
            (run.Loss.Kind, run.Optimizer!.Kind)));
        Small(analysis, 1e-5, "SGD");
        Check.Between(analysis.KernelEvolution.PeakDrift, 0.01, 100, "kernel drift");
    }

    [TorchTheory]
    [InlineData(0.0, false)]
    [InlineData(0.3, false)]
    [InlineData(0.0, true)]
    public void Momentum(double dampening, bool nesterov) => Small(Analysed("momentum",
        t => optim.SGD(t.Model.parameters(), 0.05, 0.8, dampening, nesterov: nesterov)), 1e-4, $"momentum, dampening {dampening}, Nesterov {nesterov}");

    [TorchFact]
    public void Adam() => Small(Analysed("Adam", t => optim.Adam(t.Model.parameters(), 0.01)), 1e-4, "Adam");

    [TorchFact]
    public void AdamWithDecay() => Small(Analysed("Adam, decay", t => optim.Adam(t.Model.parameters(), 0.01, weight_decay: 0.05)), 1e-4, "Adam with decay");

    [TorchFact]
    public void AdamW() => Small(Analysed("AdamW", t => optim.AdamW(t.Model.parameters(), 0.01, weight_decay: 0.05)), 1e-4, "AdamW");

    [TorchFact]
    public void WeightDecay() => Small(Analysed("SGD, decay", t => optim.SGD(t.Model.parameters(), 0.3, weight_decay: 0.02)), 1e-5, "SGD with decay");

    /// <summary>torch's mean squares over examples and outputs are no multiple that the run format names: g and B are recorded.</summary>
    [TorchFact]
    public void MeanSquaresOfTorchAreACustomLoss()
    {
        using var mse = nn.MSELoss();
        var analysis = Analysed("MSELoss", t => optim.SGD(t.Model.parameters(), 0.3), mse.forward, p: 2, run =>
        {
            Assert.True(run.Loss.IsCustom);
            double[] b = run[0][TensorName.B].ReadAll(), expected = [2.0 / (20 * 2), 0, 0, 2.0 / (20 * 2)];
            for (int i = 0; i < b.Length; i++) Check.Close(b[i], expected[i % 4], 1e-14, $"B at {i}");
        });
        Small(analysis, 1e-5, "MSELoss");
    }
}
