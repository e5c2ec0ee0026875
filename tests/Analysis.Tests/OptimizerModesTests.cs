using KernelFlow.Analysis.Tests.Support;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Batches, weight decay, Nesterov's step and dampening through the whole analysis, on trainings of the built-in trainer.</summary>
public sealed class OptimizerModesTests(ITestOutputHelper output)
{
    private static readonly AnalysisOptions s_auto = TestRuns.Options with { Mode = AnalysisMode.Auto };
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];

    private static RecordingOptions Named(string name)
    {
        var o = SmallNetworks.EveryStep with { Steps = 40 };
        var momentum = o with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.1 };
        var adam = o with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01 };
        return name switch
        {
            "batches" => o with { Optimizer = OptimizerKind.Sgd, Batch = 5 },
            "batches as kernel blocks" => o with { Optimizer = OptimizerKind.Sgd, Batch = 5, Kernels = true },
            "weight decay" => o with { WeightDecay = 0.02 },
            "dampening" => momentum with { Dampening = 0.5 },
            "nesterov" => momentum with { Nesterov = true, WeightDecay = 0.02, Batch = 4 },
            "adam with weight decay" => adam with { WeightDecay = 0.05 },
            "adamw over batches" => adam with { WeightDecay = 0.05, Decoupled = true, Batch = 5 },
            "adamw" => adam with { WeightDecay = 0.05, Decoupled = true },
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };
    }

    private ReservoirAnalysis Analyse(string name, CheckpointSequence run, AnalysisOptions? options = null)
    {
        var a = Analyze.Reservoir(run, options ?? s_auto);
        output.WriteLine(name + ": " + string.Join(", ", s_claims.Select(id => a.Claim(id)).Select(c =>
            FormattableString.Invariant($"{c.Id} {c.RelativeError.OrNull():e1} of {c.Budget?.Sum:e1} {c.Verdict} {c.Reason}"))));
        return a;
    }

    [Theory]
    [InlineData("batches")]
    [InlineData("batches as kernel blocks")]
    [InlineData("weight decay")]
    [InlineData("dampening")]
    [InlineData("nesterov")]
    [InlineData("adam with weight decay")]
    [InlineData("adamw")]
    [InlineData("adamw over batches")]
    public void TheRecursionHoldsOnTrainings(string name)
    {
        var a = Analyse(name, SmallNetworks.Record(Named(name)));
        Assert.Equal(AnalysisMode.Descent, a.Options.Mode);
        foreach (string id in s_claims)
        {
            Check.Small(a.Claim(id).RelativeError.Value, 1e-4, $"{name}: {id}");
            Assert.True(a.Claim(id).Verdict == Verdict.Holds, $"{name}: {id} is {a.Claim(id).Verdict}: {a.Claim(id).Reason}");
        }
        Check.Small(a.Inclusion.Empirical.RelativeErrorFull.Value, 1e-4, $"{name}: error of the displacement in the inclusion's empirical check");
        Assert.NotEqual(Verdict.Violated, a.Inclusion.Verdict);
        Assert.Equal(Verdict.Measured, a.Claim("C8").Verdict);
        foreach (var claim in a.Claims.Where(c => c.Kind == ClaimKind.Consistency))
            Assert.True(claim.Verdict != Verdict.Violated, $"{name}: {claim.Id} is {claim.Verdict}: {claim.Reason}");
        if (a.Descent!.Optimizer == "adam") Assert.Equal(Verdict.Holds, a.Claim("R4").Verdict);
        foreach (string id in (string[])["C6", "C9", "C10", "C11"]) Assert.NotEqual(Verdict.Violated, a.Claim(id).Verdict);
    }

    /// <summary>A part of the window of batches has a propagator of its own, and the factor of W_d has the weights in it.</summary>
    [Fact]
    public void BatchesAreCarriedAndFactored()
    {
        var run = SmallNetworks.Record(Named("batches"));
        var a = Analyse("batches", run);
        Assert.Equal(Verdict.Holds, a.Claim("C10").Verdict);
        var factored = Analyse("golub-kahan", run, s_auto with { Solver = EigenSolver.GolubKahan });
        double first = a.Spectrum.Eigenvalues[0];
        for (int j = 0; j < a.Spectrum.Eigenvalues.Count; j++)
            Check.Small(Math.Abs(a.Spectrum.Eigenvalues[j] - factored.Spectrum.Eigenvalues[j]) / first, 1e-13, $"eigenvalue {j} over the first");
    }

    /// <summary>Without a hidden layer the kernel stands still: weight decay leaves the closed form of the operators, batches do not have it.</summary>
    [Fact]
    public void TheClosedFormOfAConstantKernelIsThatOfAllExamples()
    {
        var linear = Named("weight decay") with { Layers = [], Loss = LossKind.Squared, LearningRate = 0.05 };
        var decay = Analyse("constant kernel with decay", SmallNetworks.Record(linear));
        Assert.Equal(Verdict.Holds, decay.Claim("C7").Verdict);
        foreach (string id in s_claims) Check.Small(decay.Claim(id).RelativeError.Value, 1e-12, $"constant kernel with decay: {id}");
        var batches = Analyse("constant kernel over batches",
            SmallNetworks.Record(linear with { WeightDecay = 0, Optimizer = OptimizerKind.Sgd, Batch = 5 }));
        Assert.Equal(Verdict.NotApplicable, batches.Claim("C7").Verdict);
        Assert.Contains("over batches", batches.Claim("C7").Reason);
        foreach (string id in s_claims) Check.Small(batches.Claim(id).RelativeError.Value, 1e-12, $"constant kernel over batches: {id}");
    }

    [Fact]
    public void AWrongBatchAWrongDecayAndAWrongDampeningAreViolated()
    {
        void Seen(string what, CheckpointSequence run)
        {
            var a = Analyse(what, run);
            var against = a.Claims.Where(c => c.Kind is ClaimKind.Data or ClaimKind.Consistency).ToArray();
            Assert.True(against.Any(c => c.Verdict == Verdict.Violated), $"{what}: {string.Join(", ", against.Select(c => $"{c.Id} {c.Verdict}"))}");
        }
        CheckpointSequence With(CheckpointSequence run, Optimizer optimizer) => new(run, run.Loss) { Optimizer = optimizer };
        var batches = SmallNetworks.Record(Named("batches"));
        Seen("the batches of the step after", SmallNetworks.Edit(batches, (k, t) => t.Name == "batch" && k + 1 < batches.Count ? batches[k + 1]["batch"] : t));
        Seen("one batch", SmallNetworks.Edit(batches, (k, t) => t.Name == "batch" && k == 10 ? batches[11]["batch"] : t));
        var decay = SmallNetworks.Record(Named("weight decay"));
        Seen("half the decay", With(decay, new GradientDescent(0.8) { WeightDecay = 0.01 }));
        Seen("no decay", With(decay, new GradientDescent(0.8)));
        var dampening = SmallNetworks.Record(Named("dampening"));
        Seen("another dampening", With(dampening, new Momentum(0.1, 0.9) { Dampening = 0.45 }));
        Seen("adam for adamw", With(SmallNetworks.Record(Named("adamw")), new Adam(0.01, 0.9, 0.999, 1e-8) { WeightDecay = 0.05 }));
    }

    /// <summary>Without the parameters, or between sparse checkpoints, or in flow, the part of the decay is not known: no claim about data applies.</summary>
    [Fact]
    public void WeightDecayWithoutItsParametersIsNotApplicable()
    {
        var run = SmallNetworks.Record(Named("weight decay"));
        var cases = new[]
        {
            (SmallNetworks.Edit(run, (_, t) => t.Name == "w" ? null : t), s_auto, "tensor w is missing"),
            (run.Every(4), s_auto, "not every step was recorded"),
            (run, TestRuns.Options, "which descent mode takes into account"),
            (SmallNetworks.Record(Named("weight decay") with { Kernels = true, Midpoints = false }), s_auto, "kernel blocks do not say"),
        };
        foreach (var (recording, options, text) in cases)
        {
            var a = Analyse(text, recording, options);
            foreach (string id in (string[])["C1", "C2", "C3", "C4", "C8"])
            {
                Assert.Equal(Verdict.NotApplicable, a.Claim(id).Verdict);
                Assert.Contains("weight decay 0.02", a.Claim(id).Reason);
                Assert.Contains(text, a.Claim(id).Reason);
            }
        }
    }

    /// <summary>Parameters and preconditioners that are stored in float32 are as coarse as outputs would be.</summary>
    [Theory]
    [InlineData("weight decay", "w")]
    [InlineData("adamw", "preconditioner")]
    public void TheTypeOfWhatStepsAreMadeFromIsInTheRounding(string name, string tensor)
    {
        var run = SmallNetworks.Record(Named(name));
        var coarse = SmallNetworks.Edit(run, (_, t) => t.Name != tensor ? t
            : new MemoryTensor(t.Name, Array.ConvertAll(t.ReadAll(), v => (float)v), [.. t.Shape]));
        Check.Small(Analyse(name, run).Claim("C4").Budget!.Rounding.Value, 1e-12, "rounding of C4 in float64");
        var a = Analyse(name + " in float32", coarse);
        Check.AtLeast(a.Claim("C4").Budget!.Rounding.Value, 1e-8, "rounding of C4 with float32");
        foreach (string id in s_claims) Assert.Equal(Verdict.Holds, a.Claim(id).Verdict);
    }

    [Fact]
    public void SparseMinibatchesAreUndecidedAndSayWhy()
    {
        var a = Analyse("sparse batches", SmallNetworks.Record(Named("batches")).Every(4));
        foreach (string id in s_claims) Assert.Equal(Verdict.Undecided, a.Claim(id).Verdict);
        Assert.Contains("takes minibatches of 5 of 12 training examples", a.Claim("C4").Budget!.Descent.Reason);
    }
}
