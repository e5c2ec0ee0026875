using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Data that follow a gradient flow exactly and say so (optimizer "gradient-flow"): nothing of the budget is unknown, claims hold, and tampering
/// violates them.</summary>
public sealed class ExactFlowVerdictTests(ITestOutputHelper output)
{
    private static readonly double[] s_times = [0, 0.25, 0.5, 0.75, 1, 2, 3, 4, 5, 6];
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4", "C8"];

    private static FlowRecording Squared(int seed = 1) => FlowRecording.Of(FlowPath.Straight(9, 5, 1, 30, 0.3, seed), s_times);

    private static CheckpointSequence Run(string kind) => Flow(kind switch
    {
        "squared" => Squared().Jacobians(),
        "kernels" => Squared().Kernels(cross: true),
        _ => FlowRecording.Of(FlowPath.Straight(5, 5, 2, 30, 0.3, 1).WithVaryingHessian(6, 5), s_times).Jacobians(),
    });

    private static CheckpointSequence Flow(CheckpointSequence run) => new(run, run.Loss) { Optimizer = new GradientFlow() };

    private ReservoirAnalysis Analysis(string name, CheckpointSequence run)
    {
        var a = Analyze.Reservoir(run, TestRuns.Options with { Mode = AnalysisMode.Auto, RelativeTolerance = 1e-10 });
        output.WriteLine($"{name}: "
            + string.Join("; ", s_claims.Select(a.Claim)
            .Select(c => FormattableString.Invariant($"{c.Id} {c.Verdict} {c.RelativeError:e1} of {c.Budget!.Sum:e1}"))));
        return a;
    }

    [Theory]
    [InlineData("squared")]
    [InlineData("varying B")]
    [InlineData("kernels")]
    public void ClaimsHoldWithABudgetThatIsKnown(string kind)
    {
        var a = Analysis(kind, Run(kind));
        Assert.Equal(AnalysisMode.Flow, a.Options.Mode);
        Assert.Equal("optimizer gradient-flow has no descent recursion here; there is one for gradient-descent, momentum, adam, sgd", a.Options.ModeReason);
        foreach (string id in s_claims)
        {
            var claim = a.Claim(id);
            Assert.Equal(kind == "varying B" && id == "C8" ? Verdict.Measured : Verdict.Holds, claim.Verdict);
            Assert.Equal(0, claim.Budget!.Descent.OrNull());
            // Kernel blocks hold no products of checkpoints that are two apart: their thinned grids are linear in K, and this path is not.
            Check.Small(claim.Budget.Sum!.Value, kind == "kernels" ? 0.1 : 1e-4, $"{kind}: budget of {id}");
        }
    }

    public static TheoryData<string, string> Tampered => new()
    {
        { "test Jacobian times 1.001", "R6 R8" }, { "shuffled test outputs", "R6" }, { "times 0.5% off", "R5 R6 R7 R8" }, { "wrong loss", "C1 R1" },
            { "sum for mean", "R5 R6 R7 R8" }, { "foreign test Jacobian", "R6" },
    };

    [Theory]
    [MemberData(nameof(Tampered))]
    public void TamperingIsViolated(string what, string violated)
    {
        var run = Run("squared");
        var other = Squared(77).Jacobians();
        var tampered = what switch
        {
            "test Jacobian times 1.001" => SmallNetworks.Edit(run, (_, t) => t.Name == "J_Q" ? SmallNetworks.Map(t, v => [.. v.Select(x => 1.001 * x)]) : t),
            "shuffled test outputs" => SmallNetworks.Edit(run, (_, t) => t.Name == "U_Q" ? SmallNetworks.Map(t, u => [.. u[1..], u[0]]) : t),
            "times 0.5% off" => SmallNetworks.Edit(run, (_, t) => t, 1.005),
            "wrong loss" => SmallNetworks.Edit(run, (k, t) => t.Name == "loss" && k == 0 ? SmallNetworks.Map(t, v => [1.01 * v[0]]) : t),
            "sum for mean" => Flow(new CheckpointSequence(run, LossModel.Squared(Squared().Targets, 1, sum: true))),
            _ => SmallNetworks.Edit(run, (k, t) => t.Name == "J_Q" ? other[k]["J_Q"] : t),
        };
        var a = Analysis(what, tampered);
        foreach (string id in violated.Split(' ')) Assert.True(a.Claim(id).Verdict == Verdict.Violated,
            $"{id} is {a.Claim(id).Verdict}: error {a.Claim(id).RelativeError}, budget {a.Claim(id).Budget}");
        // The training side is as it was, and says so; data claims are undecided where the recording contradicts itself.
        foreach (string id in (string[])["R5", "R7"])
            if (!violated.Contains(id, StringComparison.Ordinal)) Assert.Equal(Verdict.Holds, a.Claim(id).Verdict);
        if (violated.Contains("R6", StringComparison.Ordinal)) Assert.Equal(Verdict.Undecided, a.Claim("C4").Verdict);
    }
}
