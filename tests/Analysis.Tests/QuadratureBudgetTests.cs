using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Midpoint descent: Simpson's error along the steps, estimated from Jacobians alone, against the error itself.</summary>
public sealed class QuadratureBudgetTests(ITestOutputHelper output)
{
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];

    private static RecordingOptions Tanh { get; } = SmallNetworks.EveryStep with { Activation = ActivationKind.Tanh };

    private static RecordingOptions Parity { get; } =
        SmallNetworks.EveryStep with { Outputs = 1, Loss = LossKind.Squared, Activation = ActivationKind.Tanh,
            Layers = [LayerSpec.Dense(12), LayerSpec.Dense(12)], Noise = 0.2 };

    private static IEnumerable<(string Name, RecordingOptions Options)> Networks()
    {
        foreach (int refine in (int[])[1, 2, 4])
        {
            yield return ($"gelu, cross-entropy, η = 0.8/{refine}", SmallNetworks.EveryStep with { LearningRate = 0.8 / refine, Steps = 40 * refine });
            yield return ($"tanh, cross-entropy, η = 0.8/{refine}", Tanh with { LearningRate = 0.8 / refine, Steps = 40 * refine });
            yield return ($"tanh, squared, η = 0.4/{refine}", Parity with { LearningRate = 0.4 / refine, Steps = 40 * refine });
        }
        foreach (var (name, network) in new[] { ("gelu", SmallNetworks.EveryStep), ("tanh", Tanh), ("parity", Parity) })
        {
            yield return ($"{name}, momentum", network with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.1 });
            yield return ($"{name}, adam", network with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01 });
        }
        yield return ("relu, cross-entropy", SmallNetworks.EveryStep with { Activation = ActivationKind.Relu });
        // Past the edge of stability.
        yield return ("gelu, z = 2.37", SmallNetworks.EveryStep with { LearningRate = 3, Steps = 80 });
        yield return ("gelu, z = 2.33", SmallNetworks.EveryStep with { Train = 20, LearningRate = 2.5, Steps = 80 });
        yield return ("gelu, z = 2.50", SmallNetworks.EveryStep with { Train = 20, LearningRate = 2.5, Steps = 80, Seed = 1 });
        foreach (int seed in (int[])[0, 1])
            foreach (double eta in (double[])[2.5, 3])
                yield return ($"tanh, η = {eta:f1}, seed {seed}", Tanh with { LearningRate = eta, Steps = 80, Seed = seed });
    }

    /// <summary>The error is at most three times the budget, the budget at most some thousand times the error and some 60 times on the (geometric) average;
    /// where both are rounding, nothing is compared.</summary>
    [Fact]
    public void TheBudgetIsHonestAndNear()
    {
        var logarithms = new List<double>();
        foreach (var (name, options) in Networks())
        {
            var run = SmallNetworks.Record(options);
            var a = Analyze.Reservoir(run, TestRuns.Options with { Mode = AnalysisMode.Auto });
            var claims = s_claims.Select(a.Claim).ToArray();
            output.WriteLine(FormattableString.Invariant($"{name}: z = {a.Descent!.LargestZ:f2}; ") + string.Join(", ", claims.Select(c =>
                FormattableString.Invariant($"{c.Id} {c.RelativeError:e1} / {c.Budget!.Interpolation:e1} {c.Verdict}"))));
            Assert.Equal(DescentQuadrature.Midpoint, a.Descent.Quadrature);
            foreach (var c in claims)
            {
                double error = c.RelativeError.Value, budget = c.Budget!.Sum!.Value;
                Check.Small(error, 3 * budget, $"{name}: {c.Id}");
                Assert.NotEqual(Verdict.Violated, c.Verdict);
                if (c.Id == "C1" || error < 1e-11) continue;
                Check.Small(budget, 5000 * error, $"{name}: budget of {c.Id}");
                logarithms.Add(Math.Log(budget / error));
            }
        }
        double typical = Math.Exp(logarithms.Average());
        output.WriteLine(FormattableString.Invariant($"budget / error of C2 to C4: typically {typical:f1}, between {Math.Exp(logarithms.Min()):g2} and ")
            + FormattableString.Invariant($"{Math.Exp(logarithms.Max()):g3}"));
        Check.Between(typical, 1, 150, "typical budget relative to the error");
    }

    /// <summary>The estimate falls with the fourth order of what it estimates; in coarse steps faster, while spikes are a part of it.</summary>
    [Fact]
    public void TheBudgetHasTheOrderOfTheError()
    {
        double[] budgets = [.. ((int[])[1, 2, 4]).Select(refine => Analyze.Reservoir(SmallNetworks.Record(
            SmallNetworks.EveryStep with { LearningRate = 0.4 / refine, Steps = 40 * refine }), TestRuns.Options with { Mode = AnalysisMode.Auto }).Claim("C4")
                .Budget!.Interpolation.Value)];
        for (int i = 1; i < 3; i++) Check.Between(Math.Log2(budgets[i - 1] / budgets[i]), 3.2, 6, $"order of the estimate, η/{1 << i - 1} to η/{1 << i}");
    }

    /// <summary>Recorded test outputs off by 1e-5 per step: within three times the difference of Simpson and trapezium, exposed by the estimate.</summary>
    [Fact]
    public void ASmallTamperingIsExposed()
    {
        var run = SmallNetworks.Record(SmallNetworks.EveryStep);
        var tampered = SmallNetworks.Edit(run, (k, t) => t.Name == "U_Q" ? SmallNetworks.Map(t, v => [.. v.Select(x => x * (1 + 1e-5 * k))]) : t);
        var a = Analyze.Reservoir(tampered, TestRuns.Options with { Mode = AnalysisMode.Auto });
        var claim = a.Claim("C4");
        output.WriteLine(FormattableString.Invariant($"C4 {claim.RelativeError:e2}, budget {claim.Budget!.Sum:e2}, {claim.Verdict}"));
        Assert.True(claim.RelativeError.Value > 3 * claim.Budget.Sum, $"error {claim.RelativeError}, budget {claim.Budget.Sum}");
        // The recording contradicts itself step by step, so C4 is left undecided and the recording is what is violated.
        Assert.Equal(Verdict.Violated, a.Claim("R10").Verdict);
        Assert.Equal(Verdict.Undecided, claim.Verdict);
    }
}
