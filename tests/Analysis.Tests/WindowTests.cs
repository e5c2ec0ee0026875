using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>Windows against the whole: the composition laws (claim C10) through the public entry point.</summary>
public class WindowTests
{
    private static ReservoirAnalysis Analysis(double? from, double? to)
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        return Analyze.Reservoir(run.Checkpoints, TestRuns.Options with { From = from, To = to, RelativeTolerance = 1e-11 });
    }

    [Theory]
    [InlineData(0.25)]
    [InlineData(44.5)]
    public void WindowsCompose(double middle)
    {
        OperatorSet a = Analysis(null, middle).Operators.Value, b = Analysis(middle, null).Operators.Value, whole = TestRuns.DigitsTinyAnalysis.Operators.Value;
        Check.Small(TestRuns.Relative(b.P * a.P, whole.P), 2e-10, "P(T,s) = P(T,τ)P(τ,s)");
        Check.Small(TestRuns.Relative(a.W_S + a.P.Transpose() * b.W_S * a.P, whole.W_S), 5e-14, "W_S");
        Check.Small(TestRuns.Relative(a.G_Q + b.G_Q * a.P, whole.G_Q), 1e-11, "G_Q");
        Check.Small(TestRuns.Relative(a.G_S + b.G_S * a.P, whole.G_S), 1e-11, "G_S");
    }

    /// <summary>W_S(s,T) grows with T in the PSD order (claim C11).</summary>
    [Fact]
    public void TheGramianGrows()
    {
        var before = Analysis(null, 0.1).Operators.Value.W_S;
        foreach (double to in (double[])[0.25, 44.5])
        {
            var after = Analysis(null, to).Operators.Value.W_S;
            double smallest = (after - before).Evd(Symmetricity.Symmetric).EigenValues.Min(z => z.Real);
            Check.Small(-smallest / after.L2Norm(), 1e-11, $"most negative eigenvalue of the increase up to {to}");
            before = after;
        }
    }

    /// <summary>The transport defect of an interval is the C2 error of the window that consists of it.</summary>
    [Fact]
    public void TransportDefectsAreThoseOfSingleIntervals()
    {
        foreach (int k in (int[])[0, 7, 14])
        {
            var interval = TestRuns.DigitsTinyAnalysis.Intervals[k];
            var alone = Analysis(interval.From, interval.To);
            Check.Close(interval.TransportDefect.Value, alone.Claim("C2").RelativeError.Value, 5e-8, $"interval {k}");
            Assert.Equal(2, alone.Run.Checkpoints);
            Assert.Equal(new TimeWindow(interval.From, interval.To), alone.Window);
        }
    }

    [Fact]
    public void ATimeBetweenCheckpointsIsRefused() =>
        Assert.Equal("to: 50 is not the time of a checkpoint; the nearest is 44.5.", Assert.Throws<ArgumentException>(() => Analysis(null, 50)).Message);

    [Fact]
    public void AWindowOfOneCheckpointIsRefused() =>
        Assert.Equal("The window from 44.5 to 44.5 holds fewer than two checkpoints.", Assert.Throws<ArgumentException>(() => Analysis(44.5, 44.5)).Message);
}
