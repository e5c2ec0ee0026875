namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>The recursion stands once: a block, one vector on an interpolant and the operators are carried by the same steps.</summary>
public class TransportTests
{
    private static DescentKernels Kernels(CheckpointSequence c) => DescentKernels.Of(c, OutputRecord.Read(c), ChordQuadrature.Auto, Backends.Managed);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ABlockIsCarriedAsTheOperatorsSay(int p)
    {
        var c = Runs.Network("gradient-descent", p, 0.8, 12).Record();
        var operators = DescentRecursion.Run(Kernels(c), Backends.Managed).Propagation;
        var block = RandomMatrices.Uniform(new Random(1), c.TrainSize, 4);
        var carried = DescentRecursion.Transport(Kernels(c), DenseMatrix.OfMatrix(block), Backends.Managed);
        Check.Close(carried.End, operators.P * block, 1e-14, "P V");
        Check.Close(carried.Train, operators.G_S * block, 1e-14, "G_S V");
        Check.Close(carried.Test, operators.G_Q * block, 2e-14, "G_d V");
        Check.Close(carried.Dissipated, block.Transpose() * operators.W_S * block, 1e-14, "VᵀW_dV");
        Assert.Equal((c.Count - 1, "descent of columns (midpoint)"), (carried.Report.Steps, carried.Report.Name));
    }

    /// <summary>With any optimizer, batches and weight decay, with midpoints and without.</summary>
    [Theory]
    [InlineData("gradient-descent", true)]
    [InlineData("momentum", true)]
    [InlineData("momentum", false)]
    [InlineData("adam", false)]
    [InlineData("adam with weight decay", true)]
    [InlineData("nesterov over batches with weight decay", false)]
    [InlineData("adam over batches", true)]
    [InlineData("momentum over batches", false)]
    public void ABlockAndTheGradientAreCarriedOverARecordedRun(string name, bool midpoints)
    {
        var training = Runs.Network("gradient-descent", 3, name.StartsWith("adam", StringComparison.Ordinal) ? 0.02 : 0.1, 12) with { Midpoints = midpoints };
        var c = (OptimizerVariants.Names.Contains(name) ? training.With(name) : training with { Optimizer = Runs.Named(name) }).Record();
        var outputs = OutputRecord.Read(c);
        var dense = DescentRecursion.Run(c, outputs, new DescentOptions(), Backends.Managed);
        var block = DenseMatrix.OfMatrix(RandomMatrices.Uniform(new Random(1), c.TrainSize, 4));
        var found = DescentRecursion.Carry(c, outputs, block, new DescentOptions(), Backends.Managed);
        var (operators, carried) = (dense.Propagation, found.Block);
        Check.Close(carried.End, operators.P * block, 1e-13, "P V");
        Check.Close(carried.Train, operators.G_S * block, 1e-13, "G_S V");
        Check.Close(carried.Test, operators.G_Q * block, 1e-13, "G_d V");
        Check.Close(carried.Dissipated, block.Transpose() * operators.W_S * block, 1e-13, "VᵀW_dV");
        for (int k = 0; k < c.Count; k++) Check.Close(found.Gradient.AtKnots[k], operators.Transported[k], 1e-13, $"g at step {k}");
        var start = Vector<double>.Build.Dense(outputs.Gradients[0]);
        var forced = dense.Record.Forced;
        Check.Close(found.Gradient.Train, (operators.G_S * start - (forced is { } f ? Vector<double>.Build.Dense(f.Train) : 0 * (operators.G_S * start)))
            .ToArray(), 1e-13, "displacement of the training outputs");
        Check.Small(Math.Abs(found.Gradient.LossChange / dense.Record.PredictedLossChange - 1), 1e-13, "change of the loss");
        Assert.Equal(dense.Record.Z, found.Steps.Z);
        Assert.Equal((dense.Record.Amplification, true), (found.Steps.Amplification, double.IsNaN(found.Steps.PeakPropagator)));
        var (a, b) = (dense.Record.Estimate!, found.Steps.Estimate!);
        foreach (var (x, y) in new[] { (a.Dissipation, b.Dissipation), (a.Transport, b.Transport), (a.TrainTransfer, b.TrainTransfer), (a.TestTransfer,
            b.TestTransfer) })
            Check.Small(Math.Abs(y!.Value / x!.Value - 1), 1e-9, "estimate of the quadrature");
    }

    [Fact]
    public void AGradientIsCarriedOnAnInterpolantAsTheOperatorsSay()
    {
        var all = Runs.Network("gradient-descent", 3, 0.8, 12).Record();
        int[] kept = [.. Enumerable.Range(0, (all.Count + 1) / 2).Select(k => 2 * k)];
        var c = all.Subset(kept);
        var outputs = OutputRecord.Read(c);
        var trajectory = TrajectoryBuilder.Read(c, outputs, Backends.Managed).Linear([.. Enumerable.Range(0, c.Count)]);
        var dense = DescentRecursion.Run(new InterpolatedDescentKernels(trajectory, c), Backends.Managed, new CarriedVectors(outputs.Gradients[0]));
        var carried = DescentRecursion.Transport(trajectory, [.. Enumerable.Repeat(2L, c.Count - 1)], outputs.Gradients[0]);
        Assert.Equal(c.Count, carried.AtKnots.Count);
        for (int k = 0; k < c.Count; k++) Close(carried.AtKnots[k], dense.Propagation.Transported[2 * k], $"g at checkpoint {k}");
        Close(carried.Train, (dense.Propagation.G_S * Vector<double>.Build.Dense(outputs.Gradients[0])).ToArray(), "G_S g");
        Close(carried.Test, (dense.Propagation.G_Q * Vector<double>.Build.Dense(outputs.Gradients[0])).ToArray(), "G_d g");
        Check.Small(Math.Abs(carried.LossChange / dense.Record.PredictedLossChange - 1), 1e-14, "change of the loss");

        static void Close(double[] found, double[] expected, string what) =>
            Check.Small(found.Zip(expected, (a, b) => Math.Abs(a - b)).Max() / expected.Max(Math.Abs), 2e-14, what);
    }

    /// <summary>Carried together, what an interpolant is made of is read once; each path gives to the last bit what it gives alone, on any number of
    /// threads.</summary>
    [Fact]
    public void PathsThatAreReplayedTogetherAreThoseReplayedAlone()
    {
        var c = Runs.Network("gradient-descent", 3, 0.8, 12).Record().Subset([0, 4, 8, 12]);
        var outputs = OutputRecord.Read(c);
        var even = TrajectoryBuilder.Read(c, outputs, Backends.Managed).Linear([0, 1, 2, 3]);
        InterpolatedTrajectory[] paths = [even, even.AtSpeeds([3, 0, 1.5]), even.AtSpeeds([-2, 0.5, 0])];
        long[] steps = [4, 4, 4];
        foreach (int beside in (int[])[0, 1])
        {
            var together = DescentRecursion.Transport(paths, steps, outputs.Gradients[0], new ThreadBudget(beside));
            for (int i = 0; i < paths.Length; i++)
            {
                var alone = DescentRecursion.Transport(paths[i], steps, outputs.Gradients[0]);
                for (int k = 0; k < c.Count; k++) Assert.Equal(alone.AtKnots[k], together[i].AtKnots[k]);
                Assert.Equal((IEnumerable<double>)alone.Train, together[i].Train);
                Assert.Equal((IEnumerable<double>)alone.Test, together[i].Test);
                Assert.Equal(alone.LossChange, together[i].LossChange);
            }
            Assert.NotEqual(together[0].LossChange, together[1].LossChange);
        }
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        var c = Runs.Network("gradient-descent", 1, 0.8, 12).Record();
        var outputs = OutputRecord.Read(c);
        var trajectory = TrajectoryBuilder.Read(c, outputs, Backends.Managed).Linear([.. Enumerable.Range(0, c.Count)]);
        string Refused(Action action) => Assert.ThrowsAny<ArgumentException>(action).Message;
        Assert.StartsWith("The block is", Refused(() => DescentRecursion.Transport(Kernels(c), new DenseMatrix(c.TrainSize + 1, 1), Backends.Managed)));
        Assert.StartsWith("steps: found 1 numbers", Refused(() => DescentRecursion.Transport(trajectory, [1], outputs.Gradients[0])));
        Assert.StartsWith("steps: found 0, expected at least 1", Refused(() => DescentRecursion.Transport(trajectory,
            [.. Enumerable.Repeat(0L, c.Count - 1)], outputs.Gradients[0])));
        Assert.StartsWith("gradient: found 1 entries", Refused(() => DescentRecursion.Transport(trajectory, [.. Enumerable.Repeat(1L, c.Count - 1)], [1])));
        long[] steps = [.. Enumerable.Repeat(1L, c.Count - 1)];
        var other = TrajectoryBuilder.Read(c, outputs, Backends.Managed).Linear([.. Enumerable.Range(0, c.Count)]);
        Assert.StartsWith("paths: found none", Refused(() => DescentRecursion.Transport([], steps, outputs.Gradients[0], new ThreadBudget(0))));
        Assert.StartsWith("A path is one of another interpolant", Refused(() => DescentRecursion.Transport([trajectory, other], steps, outputs.Gradients[0],
            new ThreadBudget(0))));
    }

    /// <summary>Regression: the default of the library was Simpson's rule along the outputs although the theory says Gauss, so that its numbers were
    /// not those of the command line.</summary>
    [Fact]
    public void GaussIsTheRuleAlongTheOutputsUnlessAnotherIsAskedFor()
    {
        Assert.Equal(SegmentQuadrature.Gauss, new DescentOptions().Segment);
        var c = Runs.Network("gradient-descent", 3, 0.8, 12).Record();
        var outputs = OutputRecord.Read(c);
        double[] Average(DescentKernels kernels)
        {
            var hessian = new ChordHessian(c.Train, c.Outputs);
            kernels.Hessians(0, hessian);
            return [.. hessian.Average.Blocks];
        }
        double[] byDefault = Average(Kernels(c)), gauss = Average(DescentKernels.Of(c, outputs, ChordQuadrature.Auto, Backends.Managed,
            SegmentQuadrature.Gauss)),
            simpson = Average(DescentKernels.Of(c, outputs, ChordQuadrature.Auto, Backends.Managed, SegmentQuadrature.Simpson));
        Assert.Equal(gauss, byDefault);
        Assert.NotEqual(simpson, byDefault);
    }

    /// <summary>The seed reaches the start vectors of z = η·λ_max(BK); the operators do not hang on it.</summary>
    [Fact]
    public void TheSeedReachesTheStability()
    {
        var c = Runs.Network("gradient-descent", 3, 0.8, 12).Record();
        DescentResult Run(long seed) => DescentRecursion.Run(c, OutputRecord.Read(c), new DescentOptions { Seed = seed }, Backends.Managed);
        DescentResult zero = Run(0), again = Run(0), one = Run(1);
        Assert.Equal(zero.Record.Z, again.Record.Z);
        Assert.NotEqual(zero.Record.Z, one.Record.Z);
        Assert.Equal(zero.Propagation.P, one.Propagation.P);
        Check.Small(zero.Record.Z.Zip(one.Record.Z, (a, b) => Math.Abs(a / b - 1)).Max(), 2e-13, "z with another seed");
    }
}
