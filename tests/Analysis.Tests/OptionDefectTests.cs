using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Tests;

/// <summary>Defects of options that did not do what they said.</summary>
public class OptionDefectTests
{
    private static CheckpointSequence Run() => SmallNetworks.Record(SmallNetworks.Parity with { Steps = 60, Checkpoints = 6 });

    /// <summary>A backend of one thread means one thread: nothing runs beside the integration.</summary>
    [Fact]
    public void OneThreadStartedASecond()
    {
        using var started = new ManualResetEventSlim();
        using (var alone = SideThread.For(10, Backend.Managed(1), CancellationToken.None))
        {
            var pending = alone.Run(_ => { started.Set(); return Environment.CurrentManagedThreadId; });
            Assert.False(started.Wait(50), "the work began before its value was asked for");
            Assert.Equal(Environment.CurrentManagedThreadId, pending.Value);
        }
        started.Reset();
        using var beside = SideThread.For(10, Backend.Managed(2), CancellationToken.None);
        _ = beside.Run(_ => { started.Set(); return 0; });
        Assert.Equal(Environment.ProcessorCount > 1, started.Wait(Environment.ProcessorCount > 1 ? 60_000 : 50));
    }

    /// <summary>The seed reached the eigensolver alone; now the estimated errors of the integration and the random vectors of C10 follow it too, and the
    /// operators do not.</summary>
    [Fact]
    public void TheSeedReachedOneOfFiveRandomThings()
    {
        var run = Run();
        ReservoirAnalysis a = Analyze.Reservoir(run, TestRuns.Options), b = Analyze.Reservoir(run, TestRuns.Options with { Seed = 7 }),
            again = Analyze.Reservoir(run, TestRuns.Options with { Seed = 7 });
        Assert.NotEqual(a.Claim("C10").RelativeError, b.Claim("C10").RelativeError);
        Assert.NotEqual(a.Claim("C10").Budget, b.Claim("C10").Budget);
        Assert.Equal(again.Claim("C10").RelativeError, b.Claim("C10").RelativeError);
        Assert.Equal(a.Claims.Select(c => (c.Id, c.Verdict)), b.Claims.Select(c => (c.Id, c.Verdict)));
        Check.Small(Math.Abs(a.Spectrum.Eigenvalues[0] - b.Spectrum.Eigenvalues[0]), 32 * Check.Eps * a.Spectrum.Eigenvalues[0], "λ_1 under another seed");
    }

    /// <summary>Help and documentation allowed 1e-2, the check 1e-3.</summary>
    [Fact]
    public void TheToleranceHadTwoUpperLimits()
    {
        Assert.Equal(1e-3, AnalysisOptions.LoosestTolerance);
        Assert.Throws<ArgumentException>(() => Analyze.Reservoir(Run(), TestRuns.Options with { RelativeTolerance = 1.01 * AnalysisOptions.LoosestTolerance }));
        Assert.Equal(AnalysisOptions.LoosestTolerance, Analyze.Reservoir(Run(), TestRuns.Options with { RelativeTolerance = AnalysisOptions.LoosestTolerance })
            .Options.RelativeTolerance);
    }

    /// <summary>Whether a method keeps the energy identity was read off its name: the exponential midpoint keeps it and was allowed its integration error on
    /// top.</summary>
    [Fact]
    public void TheEnergyIdentityWentByTheNameOfTheMethod()
    {
        OperatorCheck Energy(string method) => Analyze.Reservoir(Run(), TestRuns.Options with { Method = method, RelativeTolerance = 1e-4 })
            .Inclusion.OperatorChecks.Single(c => c.Name == "energy identity");
        double gauss = Energy("gauss-4").Limit;
        var (exponential, magnus) = (Energy("exponential-midpoint"), Energy("magnus-4"));
        Assert.True(exponential.Passed, FormattableString.Invariant($"defect {exponential.Defect:g3}, limit {exponential.Limit:g3}"));
        Check.Between(exponential.Limit, 0.5 * gauss, 2 * gauss, "limit with the exponential midpoint against gauss-4");
        Check.Between(magnus.Limit, 100 * gauss, double.MaxValue, "limit with a method that does not keep it");
    }
}
