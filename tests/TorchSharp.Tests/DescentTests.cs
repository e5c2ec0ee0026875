using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>Recorded TorchSharp trainings follow the descent recursion of their optimizer: claims C1 to C4 with midpoints.</summary>
public sealed class DescentTests(ITestOutputHelper output)
{
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];
    private static readonly JacobianRecorderOptions s_everyStep = new(CheckpointSteps.Every(40)) { Midpoints = true };

    private ReservoirAnalysis Analysed(string name, Func<Training, optim.Optimizer> make, Func<Tensor, Tensor, Tensor>? loss = null,
        Action<CheckpointSequence>? look = null, int p = 1)
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

    /// <summary>The mean of squares has no half before it and divides by the outputs: it is 2/p times the squared loss, and rates are multiplied by that. Decay
    /// is divided by it, which leaves the steps what they were.</summary>
    [TorchTheory]
    [InlineData(1)]
    [InlineData(3)]
    public void MeanSquaresOfTorchAreAMultipleOfTheSquaredLoss(int p)
    {
        using var mse = nn.MSELoss();
        var analysis = Analysed("MSELoss", t => optim.SGD(t.Model.parameters(), 0.2 * p, weight_decay: 0.01), mse.forward, run =>
        {
            Assert.Equal("squared", run.Loss.Kind);
            Check.Close(run.Optimizer!.LearningRate, 0.2 * p * 2 / p, 1e-15, "rate");
            Check.Close(run.Optimizer.WeightDecay, 0.01 * p / 2, 1e-15, "decay");
            Check.Close(run[3].Time, 3 * 0.4, 1e-15, "time");
        }, p);
        Small(analysis, 1e-5, "MSELoss");
    }

    /// <summary>Steps over batches: the recorder is told their examples.</summary>
    [TorchFact]
    public void Batches()
    {
        using var folder = new RunFolder();
        using var training = new Training();
        using var optimizer = optim.SGD(training.Model.parameters(), 0.1);
        var order = new Random(1);
        using (var recorder = training.Attach(folder.Path, optimizer, s_everyStep with { BatchSize = 5 }))
            for (int step = 0; step < s_everyStep.Checkpoints.Last; step++)
            {
                using var scope = NewDisposeScope();
                long[] batch = [.. Enumerable.Range(0, 20).OrderBy(_ => order.Next()).Take(5).Select(i => (long)i)];
                var examples = tensor(batch);
                optimizer.zero_grad();
                Training.HalfSquares(training.Model.forward(training.X_S.index_select(0, examples)), training.Y_S.index_select(0, examples)).backward();
                recorder.Step(batch);
            }
        using var run = RecordedRun.Open(folder.Path);
        Assert.Equal(("sgd", 5), (run.Checkpoints.Optimizer!.Kind, run.Checkpoints.Optimizer.BatchSize));
        var analysis = Analyze.Reservoir(run.Checkpoints);
        Assert.Equal(AnalysisMode.Descent, analysis.Options.Mode);
        foreach (string id in (string[])["C2", "C3", "C4"]) Check.Small(analysis.Claim(id).RelativeError.OrDefault(double.NaN), 1e-5, $"batches: {id}");
    }
}
