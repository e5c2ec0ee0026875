using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Sound recordings of a few checkpoints: whatever the activation, the storage and the window, no claim about the data is Violated.</summary>
public sealed class HonestSparseRunsTests(ITestOutputHelper output)
{
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4", "C8"];

    private static RecordingOptions Network { get; } = new()
    {
        Data = DataKind.TeacherStudent, InputSize = 6, Train = 16, Test = 10, Layers = [LayerSpec.Dense(10)], LearningRate = 0.02, Steps = 600,
            Checkpoints = 29,
        DType = StorageType.Float64,
    };

    private ReservoirAnalysis NothingIsViolated(string what, CheckpointSequence run, AnalysisOptions? options = null)
    {
        var a = Analyze.Reservoir(run, options ?? TestRuns.Options);
        string line = $"{what}: " + string.Join("; ", s_claims.Select(a.Claim).Where(c => c.Budget is not null).Select(c =>
            FormattableString.Invariant($"{c.Id} {c.Verdict} {c.RelativeError:e1} of {c.Budget!.Sum:e1}")));
        output.WriteLine(line);
        Assert.True(s_claims.All(id => a.Claim(id).Verdict != Verdict.Violated), line);
        return a;
    }

    /// <summary>The kernel of a ReLU network jumps: a straight line between checkpoints is of first order there.</summary>
    [Theory]
    [InlineData(ActivationKind.Relu, false)]
    [InlineData(ActivationKind.Relu, true)]
    [InlineData(ActivationKind.Tanh, false)]
    [InlineData(ActivationKind.Tanh, true)]
    public void SparseCheckpointsOfAnyActivation(ActivationKind activation, bool blocks)
    {
        for (int seed = 5; seed <= 10; seed++)
        {
            var run = SmallNetworks.Record(Network with { Activation = activation, Seed = seed, Kernels = blocks });
            NothingIsViolated($"{activation}, seed {seed}", blocks ? SmallNetworks.WithoutCrossBlocks(run) : run);
        }
    }

    /// <summary>Seven checkpoints of a cubic interpolant, and the same in descent mode: budgets are numbers that mean something.</summary>
    [Theory]
    [InlineData(AnalysisMode.Flow)]
    [InlineData(AnalysisMode.Descent)]
    public void FewCheckpointsOfACubicInterpolant(AnalysisMode mode)
    {
        var run = SmallNetworks.Record(new RecordingOptions { Train = 40, Test = 20, Noise = 0.2, Layers = [LayerSpec.Dense(16), LayerSpec.Dense(16)],
            LearningRate = 0.03, Steps = 5000, Checkpoints = 56 }).Every(4);
        var a = NothingIsViolated($"cubic, {mode}", run, TestRuns.Options with { Mode = mode, Interpolation = Interpolation.Cubic });
        foreach (string id in s_claims) Check.Small(a.Claim(id).Budget!.Interpolation.OrDefault(0), 1e3, $"interpolation part of {id}");
    }

    /// <summary>A window in which training has converged: g = B(u − y) is rounding of u, and so is the change of the loss.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, false)]
    public void AConvergedWindow(bool outputs, bool everyStep)
    {
        var options = Network with
        {
            Train = 6, Test = 8, InputSize = 5, Layers = [LayerSpec.Dense(24)], LearningRate = 0.1, Steps = 6000, Checkpoints = 61, Seed = 4,
            Schedule = CheckpointSchedule.Uniform,
        };
        if (!outputs) options = options with { Steps = 800 }; // before all of g is rounding in float64, too
        if (everyStep) options = options with { Steps = 400, Schedule = CheckpointSchedule.EveryStep };
        var run = SmallNetworks.Record(options);
        run = SmallNetworks.Edit(run, (_, t) => outputs || t.Name.StartsWith('J')
            ? new MemoryTensor(t.Name, [.. t.ReadAll().Select(v => (float)v)], [.. t.Shape]) : t);
        var window = run.Subset(Enumerable.Range(run.Count - 11, 11));
        var a = NothingIsViolated($"float32 {(outputs ? "all" : "J")}", window, TestRuns.Options with { Mode = AnalysisMode.Auto });
        // Outputs in float64 are not made worse by Jacobians in float32.
        if (!outputs) Assert.True(a.Claim("C3").Verdict == Verdict.Holds, a.Claim("C3").Budget!.ToString());
    }

    /// <summary>One Jacobian is replaced by noise. Where its intervals are known to fail, they contribute what their neighbours predict.</summary>
    [Fact]
    public void ACorruptionDoesNotInflateTheBudgetThatIsToRevealIt()
    {
        const int corrupt = 14;
        var honest = SmallNetworks.Record(Network with { Seed = 3 });
        var random = new Random(1);
        var run = SmallNetworks.Edit(honest, (k, t) => k == corrupt && t.Name.StartsWith('J')
            ? SmallNetworks.Map(t, v => [.. v.Select(_ => (random.NextDouble() - 0.5) * Math.Sqrt(12 * v.Average(x => x * x)))]) : t);
        double[] budgets = [.. new[] { (honest, false), (run, false), (run, true) }.Select(x => Budget(x.Item1, x.Item2))];
        output.WriteLine(FormattableString.Invariant($"interpolation part of C4: honest {budgets[0]:e2}, corrupt {budgets[1]:e2}, ")
            + FormattableString.Invariant($"failing known {budgets[2]:e2}"));
        Assert.True(budgets[1] > 5 * budgets[0], $"the corruption shows in the budget: {budgets[1]:e2} against {budgets[0]:e2}");
        Check.Between(budgets[2] / budgets[0], 0.2, 3, "budget with the failing intervals known, relative to that of the honest recording");

        static double Budget(CheckpointSequence run, bool known)
        {
            var probe = new Probe(known ? [corrupt - 1, corrupt] : []);
            Analyze.Reservoir(run, TestRuns.Options with { Claims = [probe] });
            return probe.Interpolation;
        }
    }

    /// <summary>Outputs, Jacobians, targets and time in other units: the same verdicts.</summary>
    [Theory]
    [InlineData(1e-6)]
    [InlineData(1e6)]
    public void NoVerdictDependsOnUnits(double unit)
    {
        var run = SmallNetworks.Record(Network with { Steps = 200, Checkpoints = 16, Train = 10 });
        var scaled = SmallNetworks.Edit(run, (_, t) => t.Name switch
        {
            "loss" => SmallNetworks.Map(t, v => [v[0] * unit * unit]),
            "U_S" or "U_Q" or "J_S" or "J_Q" or "g" => SmallNetworks.Map(t, v => [.. v.Select(x => unit * x)]),
            _ => t,
        }, 1 / (unit * unit));
        scaled = new CheckpointSequence(scaled, run.Loss.WithTargets([.. run.Loss.Targets.ToArray().Select(y => unit * y)])) { Optimizer = run.Optimizer };
        ReservoirAnalysis expected = Analyze.Reservoir(run, TestRuns.Options), found = Analyze.Reservoir(scaled, TestRuns.Options);
        foreach (string id in (string[])[.. s_claims, "C5", "C6", "C9", "C10", "C11"])
        {
            Assert.Equal((id, expected.Claim(id).Verdict), (id, found.Claim(id).Verdict));
            if (s_claims.Contains(id))
                Check.Close(found.Claim(id).Budget!.Sum!.Value, expected.Claim(id).Budget!.Sum!.Value, 0.01, $"unit {unit:e0}: budget of {id}");
        }
    }

    private sealed class Probe(HashSet<int> failing) : Claim("X1", "probe", ClaimKind.Measured)
    {
        public double Interpolation { get; private set; }

        public override string Statement => "The budget of C4.";

        public override string Equation => "-";

        protected override ClaimResult CheckCore(ClaimEvidence evidence)
        {
            var under = evidence.Under(evidence.Input with { FailingIntervals = failing });
            Interpolation = ClaimCatalogue.All.First(c => c.Id == "C4").Check(under).Budget!.Interpolation.Value;
            return Measured("the budget of C4");
        }
    }
}
