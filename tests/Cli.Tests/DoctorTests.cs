using KernelFlow.Cli.Doctor;
using KernelFlow.Numerics;

namespace KernelFlow.Cli.Tests;

public sealed class DoctorTests
{
    [Fact]
    public void DoctorNamesTheBackendAndMeasuresIt()
    {
        var result = Cli.Run("doctor", "--backend", "managed", "--threads", "1");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches(@"(?m)^backend +managed.*1 thread", result.Out);
        Assert.Matches(@"(?m)^peak +[\d.]+ Gflop/s", result.Out);
        Assert.Matches(@"(?m)^product +[\d.]+ Gflop/s", result.Out);
        Assert.Matches(@"(?m)^found +managed: ", result.Out);
        Assert.DoesNotMatch(@"(?m)^found +(mkl|openblas|system): (?!.*\d+ checks of its routines passed$)", result.Out);
        Assert.Matches(@"(?m)^advice +\S", result.Out);
    }
}
