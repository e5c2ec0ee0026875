using KernelFlow;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Extension.Tests;

/// <summary>Heavy ball with dampening: v ← μ v + (1 − ρ)∇L, w ← w − η v, where the first gradient enters whole, as PyTorch has it.</summary>
public sealed class DampenedHeavyBall : Optimizer
{
    private readonly double _momentum, _dampening;

    public DampenedHeavyBall(double learningRate, double momentum, double dampening) : base("dampened-heavy-ball", learningRate)
    {
        (_momentum, _dampening) = (momentum, dampening);
        Rule = new Recursion(momentum, 1 - dampening);
    }

    public static OptimizerDescriptor Descriptor { get; } = new("dampened-heavy-ball",
        keys => new DampenedHeavyBall(OptimizerDescriptor.LearningRate(keys), OptimizerDescriptor.Fraction(keys, "momentum"),
            OptimizerDescriptor.Fraction(keys, "dampening")),
        hasRule: true);

    public override DescentRule Rule { get; }

    protected override IReadOnlyList<NamedConstant> OwnConstants => [new("momentum", _momentum), new("dampening", _dampening)];

    private sealed class Recursion(double decay, double gain) : DescentRule("dampened-heavy-ball", decay, gain)
    {
        public override double GainAt(long step) => step == 0 ? 1 : Gain;
    }
}

public sealed class OwnOptimizer : IDisposable
{
    private const int Steps = 30;
    private const double Rate = 0.8, Momentum = 0.8, Dampening = 0.3;
    private static readonly double[] s_targets = [1, -1, 2, 0.5, -2, 1.5, 0.25, 3];
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];
    private static readonly LinearModel s_model = LinearModel.General();
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-optimizer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The weights after each step of training on the mean squared loss from w = 0.</summary>
    private static List<Vector<double>> Train(Vector<double> targets)
    {
        Vector<double> w = Vector<double>.Build.Dense(LinearModel.Parameters), v = w.Clone();
        List<Vector<double>> path = [w];
        for (int k = 0; k < Steps; k++)
        {
            var gradient = s_model.TrainInputs.Transpose() * (s_model.TrainInputs * w - targets) / LinearModel.Train;
            v = k == 0 ? gradient : Momentum * v + (1 - Dampening) * gradient;
            path.Add(w -= Rate * v);
        }
        return path;
    }

    private string Record()
    {
        string folder = Path.Combine(_folder, "run");
        var description = new RunDescription(LossModel.Squared(s_targets, 1), LinearModel.Test)
        {
            Optimizer = new DampenedHeavyBall(Rate, Momentum, Dampening),
        };
        using var writer = RunWriter.Create(folder, description);
        foreach (var (w, k) in Train(Vector<double>.Build.Dense(s_targets)).Select((w, k) => (w, k))) writer.Append(k * Rate, k, s_model.Tensors(w));
        return folder;
    }

    [Fact]
    public void ItsRecordedStepsAreItsRecursion()
    {
        using var run = RecordedRun.Open(Record(), format: RunFormat.Default.With(DampenedHeavyBall.Descriptor));
        var analysis = Analyze.Reservoir(run.Checkpoints, new AnalysisOptions { Backend = Backend.Managed(1) });
        Assert.Equal(AnalysisMode.Descent, analysis.Options.Mode); // auto finds the rule
        foreach (string id in s_claims)
        {
            Assert.True(analysis.Claim(id).Verdict == Verdict.Holds, $"{id}: {analysis.Claim(id).Verdict}, {analysis.Claim(id).Reason}");
            Check.Small(analysis.Claim(id).RelativeError.Value, 2e-14, id);
        }

        // Training from w = 0 on the targets −n e_j starts with the gradient e_j: where it ends is column j of P, and what moved is column j of −G_Q.
        Matrix<double> P = analysis.Operators.Value.P, G = analysis.Operators.Value.G_Q, trainedP = P.Clone(), trainedG = G.Clone();
        for (int j = 0; j < LinearModel.Train; j++)
        {
            var targets = Vector<double>.Build.Dense(LinearModel.Train, i => i == j ? -LinearModel.Train : 0);
            var end = Train(targets)[^1];
            trainedP.SetColumn(j, (s_model.TrainInputs * end - targets) / LinearModel.Train);
            trainedG.SetColumn(j, -(s_model.TestInputs * end));
        }
        Check.Close(P, trainedP, 1e-14, "P against trainings");
        Check.Close(G, trainedG, 1e-14, "G_Q against trainings");

        using var report = new Written(analysis);
        var optimizer = report.Results.GetProperty("run").GetProperty("optimizer");
        Assert.Equal("dampened-heavy-ball", optimizer.GetProperty("kind").GetString());
        Assert.Equal((Rate, Momentum, Dampening), (optimizer.GetProperty("learningRate").GetDouble(), optimizer.GetProperty("momentum").GetDouble(),
            optimizer.GetProperty("dampening").GetDouble()));
        Assert.Contains("dampened-heavy-ball, learning rate 0.8", report.Html);
    }

    /// <summary>Without the descriptor nobody knows the rule: the run opens, and descent refuses it by name.</summary>
    [Fact]
    public void WithoutItsDescriptorDescentRefusesIt()
    {
        using var run = RecordedRun.Open(Record());
        Assert.IsType<UnknownOptimizer>(run.Checkpoints.Optimizer);
        var options = new AnalysisOptions { Mode = AnalysisMode.Descent };
        string message = Assert.Throws<ArgumentException>(() => Analyze.Reservoir(run.Checkpoints, options)).Message;
        Assert.Contains("dampened-heavy-ball", message);
    }
}
