using KernelFlow.Analysis.Measures;
using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Measures;

/// <summary>The order of filling: of a constant kernel, where it follows κ, and of a planted one, where it is the other way round.</summary>
public class OrderTests
{
    /// <summary>1 − e^{−2βκt} = 1/2 at t = ln 2/(2βκ), which decreases in κ; W_S and K have the same modes.</summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(40)]
    public void AConstantKernelIsFilledInTheOrderOfItsEigenvalues(double scale)
    {
        var random = new Random(3);
        Matrix<double> J = Math.Sqrt(scale) * FlowPath.Gaussian(random, 10, 14), Q = FlowPath.Gaussian(random, 4, 14);
        double[] times = [0, 4, 8, 12, 20];
        var order = Analyze.Reservoir(FlowRecording.Of(new FlowPath(10, 4, 1, _ => J, _ => Q), times).Jacobians(), TestRuns.Options).OrderOfFilling.Value;
        double[] kappa = [.. (J * J.Transpose()).Evd(Symmetricity.Symmetric).EigenValues.Select(v => v.Real).OrderDescending()];
        Assert.Equal(kappa.Count(k => k * times[^1] / 5 >= Math.Log(2)), order.FillingTimes.Count);
        Check.AtLeast(order.FillingTimes.Count, 5, "modes that are counted");
        int exact = 0;
        for (int j = 0; j < order.FillingTimes.Count; j++)
        {
            Check.Close(order.KernelEigenvalues[j], kappa[j], 1e-9, "eigenvalue of the mean kernel");
            double rate = 2 * kappa[j] / 10, expected = Math.Log(2) / rate;
            // In the first window the interpolant is the closed form; later it is a straight line.
            if (expected < times[1]) exact++;
            Check.Close(order.FillingTimes[j], expected, expected < times[1] ? 1e-4 : 0.1, FormattableString.Invariant($"filling time of mode {j}"));
        }
        Check.AtLeast(exact, scale > 1 ? 6 : 1, "modes filled in the first window");
        Check.Small(Math.Abs(order.RankCorrelation.Value + 1), 1e-12, "rank correlation against −1");
        foreach (var space in order.Overlaps)
        {
            Check.Small(Math.Abs(space.WithStart - 1), 1e-8, "overlap with K(s)");
            Check.Small(Math.Abs(space.WithMean - 1), 1e-8, "overlap with the mean kernel");
            Check.Small(Math.Abs(space.WithEnd - 1), 1e-8, "overlap with K(t)");
            Check.Close(space.Chance, space.Dimension / 10.0, 1e-12, "chance");
        }
        Check.AtLeast(order.Overlaps.Count, scale > 1 ? 0 : 1, "windows with some modes filled and not all");
    }

    /// <summary>A diagonal kernel whose largest mode is the last to grow: the correlation is +1, and what is filled is not what leads K(t).</summary>
    [Fact]
    public void AKernelWhoseLargestModeComesLateIsFilledTheOtherWayRound()
    {
        Matrix<double> J(double t) => Matrix<double>.Build.DenseOfDiagonalArray([Math.Sqrt(6) * t / 6, Math.Sqrt(0.6), Math.Sqrt(1.2) * (1 - t / 6)]);
        var Q = FlowPath.Gaussian(new Random(4), 2, 3);
        var run = FlowRecording.Of(new FlowPath(3, 2, 1, J, _ => Q), [0, 1.2, 2.4, 3.6, 6]).Jacobians();
        var order = Analyze.Reservoir(run, TestRuns.Options).OrderOfFilling.Value;
        Check.Close(order.RankCorrelation.OrNull(), 1, 1e-12, "rank correlation");
        Assert.Equal(3, order.FillingTimes.Count);
        // Two modes are filled at 2.4, and the third one leads K by then.
        var space = order.Overlaps.Single(o => o.Time == 2.4);
        Assert.Equal(2, space.Dimension);
        Check.Close(space.WithStart, 1, 1e-10, "overlap with K(s)");
        Check.Close(space.WithMean, 1, 1e-10, "overlap with the mean kernel");
        Check.Close(space.WithEnd, 0.5, 1e-10, "overlap with K(t)");
    }

    /// <summary>Cross-entropy has no β: what is filled is told by the threshold, in the space that gradients lie in.</summary>
    [Fact]
    public void CrossEntropyIsCountedByTheThreshold()
    {
        var order = Analyze.Reservoir(SmallNetworks.Record(SmallNetworks.MildKernels), TestRuns.Options).OrderOfFilling.Value;
        Assert.Contains("threshold", order.Filled, StringComparison.Ordinal);
        Assert.Equal(36, order.Modes); // 12 examples of 4 outputs that add up to zero
        Check.Between(order.RankCorrelation.Value, -1, 1, "rank correlation");
    }
}
