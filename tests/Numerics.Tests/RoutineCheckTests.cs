using KernelFlow.Numerics.Native;
using Fault = KernelFlow.Numerics.Tests.FaultyLibrary.Fault;

namespace KernelFlow.Numerics.Tests;

/// <summary>Regression: a library that had every symbol and computed nothing was used, and made a false verdict. Every routine that is used proves
/// itself.</summary>
public class RoutineCheckTests
{
    private static BackendException Refused(string routine, Fault fault, int threads = 1) =>
        Assert.Throws<BackendException>(() => new ProvenLibrary(FaultyLibrary.With(routine, fault)).Proven(threads));

    [Fact]
    public void ALibraryThatComputesRightlyPassesEveryCheck()
    {
        var library = new ProvenLibrary(FaultyLibrary.With("none", Fault.None)).Proven(threads: 2);
        Assert.All(library.Checks, check => Assert.True(check.Passed, check.ToString()));
        Assert.Equal([3, 17, 130], library.Checks.Select(check => check.Order).Distinct());
        foreach (string routine in FaultyLibrary.Routines)
            Assert.True(library.Checks.Count(check => check.Routine.Contains(routine, StringComparison.Ordinal)) >= 3, $"{routine} is not checked");
    }

    [Fact]
    public void EveryFaultInEveryRoutineIsFoundAndTheRoutineNamed()
    {
        Fault[] faults = [Fault.WritesNothing, Fault.LastElementOff, Fault.SinglePrecision, Fault.WritesBeside, Fault.NotANumber, Fault.LargeOrdersOff];
        foreach (string routine in FaultyLibrary.Routines)
        {
            foreach (var fault in faults)
            {
                var refused = Refused(routine, fault);
                var failed = refused.Checks[^1];
                Assert.True(failed.Routine.Contains(routine, StringComparison.Ordinal), $"{routine}, {fault}: {refused.Message}");
                Assert.Equal(fault == Fault.LargeOrdersOff ? 130 : 3, failed.Order);
                Assert.True(refused.Found && refused.Checks.SkipLast(1).All(check => check.Passed), refused.Message);
                Assert.Contains(failed.ToString(), refused.Message);
            }
        }
    }

    [Theory]
    [InlineData("dgemm", Fault.TakesNanTimesZero)]
    [InlineData("dgemm", Fault.IgnoresTransposes)]
    [InlineData("dgetrs", Fault.IgnoresTransposes)]
    [InlineData("dpotrf", Fault.NeverSaysThatThereIsNoFactor)]
    [InlineData("dgetrf", Fault.NeverSaysThatThereIsNoFactor)]
    public void FaultsOfOneRoutine(string routine, Fault fault) => Assert.Equal(routine, Refused(routine, fault).Checks[^1].Routine);

    [Fact]
    public void ARoutineThatDoesNotComeBackIsNotWaitedFor()
    {
        var library = new ProvenLibrary(FaultyLibrary.With("dsyevd", Fault.DoesNotComeBack), TimeSpan.FromSeconds(1));
        var refused = Assert.Throws<BackendException>(() => library.Proven(1));
        Assert.Contains("timed out, not back after 1 s", refused.Message);
        Assert.Contains("The next command tries again", refused.Message);
        // It may compute rightly on a machine that is less busy.
        Assert.DoesNotContain("computes something else", refused.Message);
        Assert.True(refused.Checks[^1].TimedOut, refused.Checks[^1].ToString());
        Assert.False(Refused("dsyevd", Fault.WritesNothing).Checks[^1].TimedOut, "a wrong result is no time-out");
    }

    [Fact]
    public void ALibraryThatFailedOnceIsRefusedAgainWithoutBeingAsked()
    {
        var library = new ProvenLibrary(FaultyLibrary.With("dsyrk", Fault.WritesNothing));
        string first = Assert.Throws<BackendException>(() => library.Proven(1)).Message;
        FaultyLibrary.With("none", Fault.None);
        Assert.Equal(first, Assert.Throws<BackendException>(() => library.Proven(2)).Message);
    }

    /// <summary>The libraries of this machine, checked again in a warm process.</summary>
    [Fact]
    public void TheLibrariesOfThisMachinePass()
    {
        foreach (string name in Backend.Available().Where(b => b.Usable && LibraryNames.Native.Contains(b.Name)).Select(b => b.Name))
        {
            var library = LibraryLoader.Load(name, 2);
            Assert.All(library.Checks, check => Assert.True(check.Passed, $"{name}: {check}"));
        }
    }
}
