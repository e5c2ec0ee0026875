using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Exact recordings of every step: kinks, few examples and paths that turn must not look like contradictions.</summary>
public sealed class EveryStepBudgetTests(ITestOutputHelper output)
{
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];

    private static RecordingOptions Regression(int train, ActivationKind activation, double learningRate, int steps) => SmallNetworks.EveryStep with
    {
        Train = train, Test = 6, Outputs = 1, Loss = LossKind.Squared, Layers = [LayerSpec.Dense(8)], Activation = activation,
        LearningRate = learningRate, Steps = steps,
    };

    private static RecordingOptions Classes(OptimizerKind optimizer, double learningRate) => SmallNetworks.EveryStep with
    {
        Train = 10, Test = 6, Layers = [LayerSpec.Dense(10), LayerSpec.Dense(10)], Activation = ActivationKind.Tanh, Optimizer = optimizer,
        LearningRate = learningRate, Steps = 40,
    };

    public static TheoryData<string> Kinds => [.. s_kinds.Keys];

    private static readonly Dictionary<string, RecordingOptions> s_kinds = new()
    {
        ["ReLU, N = 10"] = Regression(10, ActivationKind.Relu, 0.2, 20),
        ["ReLU, N = 1"] = Regression(1, ActivationKind.Relu, 0.05, 20),
        ["tanh, N = 10"] = Regression(10, ActivationKind.Tanh, 0.2, 20),
        ["tanh, N = 2"] = Regression(2, ActivationKind.Tanh, 0.05, 20),
        ["tanh, N = 1"] = Regression(1, ActivationKind.Tanh, 0.02, 8),
        ["tanh, six examples of three classes"] = Classes(OptimizerKind.GradientDescent, 0.2) with { Train = 6, Steps = 20 },
        ["gradient descent"] = Classes(OptimizerKind.GradientDescent, 0.05),
        ["momentum"] = Classes(OptimizerKind.Momentum, 0.05),
        ["Adam"] = Classes(OptimizerKind.Adam, 0.003),
        ["ReLU, Adam"] = Classes(OptimizerKind.Adam, 0.01) with { Activation = ActivationKind.Relu },
    };

    /// <summary>Six seeds, each without and with midpoints: never more than one and a half times the budget.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void HonestRecordingsAreNeverViolated(string kind)
    {
        for (int seed = 1; seed <= 6; seed++)
        {
            var run = SmallNetworks.Record(s_kinds[kind] with { Seed = seed });
            foreach (var recording in new[] { SmallNetworks.WithoutMidpoints(run), run })
            {
                var analysis = Analyze.Reservoir(recording, TestRuns.Options with { Mode = AnalysisMode.Auto });
                var claims = s_claims.Select(analysis.Claim).ToArray();
                string line = FormattableString.Invariant($"{kind}, seed {seed}, {analysis.Options.Method}, z = {analysis.Descent!.LargestZ:g3}: ")
                    + string.Join(", ", claims.Select(c =>
                        FormattableString.Invariant($"{c.Id} {c.RelativeError.Value:e1} of {c.Budget!.Sum!.Value:e1} {c.Verdict}")));
                output.WriteLine(line);
                foreach (var c in claims)
                {
                    Assert.NotEqual(Verdict.Violated, c.Verdict);
                    Check.Small(c.RelativeError.Value, 1.5 * c.Budget!.Sum!.Value, $"{c.Id} of {line}");
                }
            }
        }
    }
}
