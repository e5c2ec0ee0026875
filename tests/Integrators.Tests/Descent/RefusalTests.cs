namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>What has no descent recursion is refused with the reason; failures and cancellation on the way; no allocation per step.</summary>
public class RefusalTests
{
    private static CheckpointSequence With(CheckpointSequence c, Optimizer? optimizer) => new(c, c.Loss) { Optimizer = optimizer };

    private static void Refused(CheckpointSequence c, string text)
    {
        var (possible, reason) = DescentSupport.Check(c);
        Assert.False(possible);
        Assert.Contains(text, reason);
        Assert.Contains(text, Assert.Throws<ArgumentException>(() => Runs.Run(c)).Message);
    }

    [Fact]
    public void AnEveryStepRunIsAcceptedWithTheReason()
    {
        foreach (string kind in new[] { "gradient-descent", "momentum", "adam" })
            Assert.Equal((true, $"every step was recorded and the optimizer is {kind}"), DescentSupport.Check(Runs.Exact(kind, 3).Record()));
    }

    [Fact]
    public void StepsLeftOut() => Refused(Runs.Exact("gradient-descent", 6).Record().Subset([0, 1, 3, 4]),
        "not every step was recorded: checkpoint 2 is step 3, the one before it step 1");

    [Fact]
    public void UnknownOptimizers()
    {
        var c = Runs.Exact("gradient-descent", 3).Record();
        Refused(With(c, null), "does not say which optimizer");
        Refused(With(c, new UnknownOptimizer("lion", 0.1)),
            "optimizer lion has no descent recursion here; there is one for gradient-descent, momentum, adam, sgd");
        Refused(With(c, new StochasticGradientDescent(0.1, 2)), "tensor batch is missing (checkpoint at step 0)");
        Refused(With(c, new GradientFlow()), "optimizer gradient-flow has no descent recursion here");
    }

    [Fact]
    public void MinibatchesWithoutTheirExamples()
    {
        var c = Runs.Exact("gradient-descent", 3).Record();
        Refused(With(c, new Momentum(0.1, 0.9) { BatchSize = 3 }), "tensor batch is missing (checkpoint at step 0)");
        var batched = new CheckpointSequence(c.Select((k, i) => i != 1 ? k : new Checkpoint(k.Time, k.Step, [.. k.Tensors.Values,
            new MemoryTensor("batch", new double[] { 0, 1 }, 2)])), c.Loss) { Optimizer = c.Optimizer };
        Refused(batched, "tensor batch is missing (checkpoint at step 0)");
        // A batch of all examples needs no list.
        Assert.True(DescentSupport.Check(With(c, new StochasticGradientDescent(0.1, 6))).Possible);
    }

    [Fact]
    public void WeightDecayNeedsTheParametersOfEveryStep()
    {
        var c = Runs.Exact("gradient-descent", 3).With("gradient descent with weight decay").Record();
        Assert.True(DescentSupport.Check(c).Possible);
        var without = new CheckpointSequence(c.Select((k, i) => i != 1 ? k
            : new Checkpoint(k.Time, k.Step, k.Tensors.Values.Where(t => t.Name != "w").ToArray())), c.Loss) { Optimizer = c.Optimizer };
        Refused(without, "tensor w is missing (checkpoint at step 1), without which the part of the weight decay 0.05 in the step is not known");
        var preconditioned = (Runs.Exact("gradient-descent", 3).With("gradient descent with weight decay")
            with { Diagonal = Enumerable.Repeat(0.5, 23).ToArray() })
            .Record();
        Refused(preconditioned, "a preconditioned step without memory has no descent recursion here");
    }

    [Fact]
    public void OptimizersWithMemoryStartAtStepZero()
    {
        Refused(Runs.Exact("momentum", 6).Record().Subset([2, 3, 4]), "with momentum the window must start at step 0, found step 2");
        Refused(Runs.Exact("adam", 6).Record().Subset([1, 2]), "with adam the window must start at step 0");
    }

    [Fact]
    public void Preconditioners()
    {
        var c = Runs.Exact("adam", 4).Record();
        var without = new CheckpointSequence(c.Select((k, i) => i == 2
            ? new Checkpoint(k.Time, k.Step, k.Tensors.Values.Where(t => t.Name != "preconditioner").ToArray()) : k), c.Loss) { Optimizer = c.Optimizer };
        Refused(without, "tensor preconditioner is missing (checkpoint at step 2)");
        Refused(With(c, Runs.HeavyBall), "momentum with a preconditioner");
    }

    [Fact]
    public void MissingMidpointsAreNamed() =>
        Assert.Contains("J_S_mid is missing", Assert.Throws<InvalidRunException>(() => Runs.Run(Runs.Exact("gradient-descent", 3).Record(),
            ChordQuadrature.Midpoint)).Message);

    [Fact]
    public void ABufferAboveTheLimitIsRefused()
    {
        var c = Runs.Exact("momentum", 3).Record();
        var options = new DescentOptions { MaximumBufferBytes = 8 * 23 * 19 - 1 };
        var found = Assert.Throws<ArgumentException>(() => DescentRecursion.Run(c, OutputRecord.Read(c), options, Backends.Managed));
        Assert.Contains("23 parameters x 19 columns", found.Message);
        DescentRecursion.Run(c, OutputRecord.Read(c), options with { MaximumBufferBytes = 8 * 23 * 19 }, Backends.Managed);
    }

    [Theory]
    [InlineData("gradient-descent")]
    [InlineData("momentum")]
    public void CancellationTakesEffectWithinAStep(string kind)
    {
        var c = Runs.Exact(kind, 30).Record();
        using var source = new CancellationTokenSource();
        double reached = 0;
        void Progress(double share)
        {
            reached = share;
            if (share >= 0.2) source.Cancel();
        }
        Assert.Throws<OperationCanceledException>(() => DescentRecursion.Run(c, OutputRecord.Read(c), new DescentOptions(), Backends.Managed, Progress,
            source.Token));
        Check.Between(reached, 6.0 / 30 - 1e-12, 6.0 / 30 + 1e-12, "share done when it stopped");
    }

    /// <summary>Kernels of a mode far past the edge: P overflows, and the message says where.</summary>
    [Fact]
    public void DivergenceNamesTheStep()
    {
        var found = Assert.Throws<NumericalException>(() => DescentRecursion.Run(new Stiff(400), Backends.Managed));
        Assert.Contains("P or W is not finite after step", found.Message);
        Assert.Contains("z = η·λ_max(BK) = 101", found.Message);
        Assert.EndsWith("likely cause: training diverged there, end the window earlier.", found.Message);
    }

    /// <summary>What the steps were given is told apart from how they grew, with step, time and z.</summary>
    [Theory]
    [InlineData("kernel",
        "descent: a kernel is not finite in step 3 (t = s + 2, η = 1); likely cause: recorded data or an interpolant that is not finite there.")]
    [InlineData("test kernel", "descent: a kernel is not finite in step 3 (t = s + 2, η = 1)")]
    [InlineData("hessian", "descent: a loss Hessian is not finite in step 3 (t = s + 2, η = 1)")]
    public void NotANumberFromTheKernelsOfAStep(string what, string expected) =>
        Assert.StartsWith(expected, Assert.Throws<NumericalException>(() => DescentRecursion.Run(new Stiff(10) { Bad = what }, Backends.Managed,
            new CarriedVectors([2.0]))).Message);

    /// <summary>An interpolant that overshoots is not a training that diverged.</summary>
    [Fact]
    public void DivergenceOnAnInterpolantNamesTheInterpolant()
    {
        string message = Assert.Throws<NumericalException>(() => DescentRecursion.Run(new Stiff(400) { Rule = ChordQuadratureKind.Interpolated },
            Backends.Managed)).Message;
        Assert.Matches(@"^descent: P or W is not finite after step \d+ \(t = s \+ \d+, η = 1\), z = η·λ_max\(BK\) = 101 \(stable up to 2\); "
            + "likely cause: between its checkpoints the interpolated kernel is past the edge", message);
    }

    /// <summary>Cancelled while the kernels of a step are formed: that step is the last.</summary>
    [Fact]
    public void CancellationFromTheKernelsTakesEffectAfterTheStep()
    {
        using var source = new CancellationTokenSource();
        int last = 0;
        var kernels = new Stiff(30)
        {
            OnFill = step =>
            {
                last = step;
                if (step == 4) source.Cancel();
            },
        };
        Assert.Throws<OperationCanceledException>(() => DescentRecursion.Run(kernels, Backends.Managed, cancellation: source.Token));
        Assert.Equal(4, last);
    }

    // K = 101, B = 1, η = 1: P_k = (−100)^k.
    private sealed class Stiff(int steps) : DescentKernels(1, 1, 1, Training.Constant(1, steps))
    {
        public ChordQuadratureKind Rule { get; init; } = ChordQuadratureKind.Exact;

        /// <summary>What is NaN in the third step.</summary>
        public string? Bad { get; init; }

        public Action<int>? OnFill { get; init; }

        public override ChordQuadratureKind Quadrature => Rule;

        public override void Hessians(int step, ChordHessian target) =>
            target.Start.Blocks[0] = target.Average.Blocks[0] = target.Remainder.Blocks[0] = step == 2 && Bad == "hessian" ? double.NaN : 1;

        protected override void FillCore(int step, ReadOnlySpan<double> g, StepKernels target)
        {
            OnFill?.Invoke(step);
            target.Average.Fill(101);
            target.Start.Fill(101);
            if (step != 2) return;
            if (Bad == "kernel") target.Start.Fill(double.NaN);
            if (Bad == "test kernel") target.Average[1, 0] = double.NaN;
        }
    }

    /// <summary>P_k = (1 − ηβκ)^k and W_d, G_d as geometric sums.</summary>
    [Fact]
    public void AFrozenKernelGivesGeometricSums()
    {
        var result = DescentRecursion.Run(new Stiff(3), Backends.Managed, new CarriedVectors([2.0]));
        // Integers below 2⁵³: exact, but for the order in which factors such as η/N are applied.
        Check.Small(Math.Abs(result.Propagation.P[0, 0] / -1e6 - 1), 4 * Check.Eps, "P");
        Check.Small(Math.Abs(result.Propagation.W_S[0, 0] / (101 * (1 + 1e4 + 1e8)) - 1), 4 * Check.Eps, "W_d");
        Check.Small(Math.Abs(result.Propagation.G_Q[0, 0] / (101 * (1 - 100.0 + 1e4)) - 1), 4 * Check.Eps, "G_d");
        Check.Small(Math.Abs(result.Record.Amplification / 1e6 - 1), 5e-14, "amplification");
        Assert.Equal([2.0, -200.0, 20000.0], result.Propagation.Transported.Take(3).Select(v => v[0]));
    }

    [Theory]
    [InlineData("gradient-descent")]
    [InlineData("momentum")]
    [InlineData("adam")]
    public void StepsAllocateNothing(string kind)
    {
        long Bytes(int steps)
        {
            var c = (Runs.Exact(kind, steps) with { Model = new Quadratic(40, 60, 0.1, 3), Train = 30, Loss = LossModel.Squared(Runs.Targets(30, 5), 1) })
                .Record();
            var o = OutputRecord.Read(c);
            DescentRecursion.Run(c, o, new DescentOptions(), Backends.Managed);
            // The least of five: a collection may trim pooled buffers once, an allocation in the loop shows every time.
            return Enumerable.Range(0, 5).Min(_ =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                DescentRecursion.Run(c, o, new DescentOptions(), Backends.Managed);
                return GC.GetAllocatedBytesForCurrentThread() - before;
            });
        }
        // Results per step: two vectors of N with their headers, nine numbers and as many references.
        long perStep = (Bytes(30) - Bytes(10)) / 20;
        Check.Small(perStep, 2 * (8 * 30 + 32) + 400, "bytes per step");
    }
}
