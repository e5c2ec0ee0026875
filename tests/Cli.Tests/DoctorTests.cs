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
        Assert.Matches(@"(?m)^advice +\S", result.Out);
    }

    [Fact]
    public void AProductIsNotFasterThanThePeak()
    {
        double peak = PeakRate.Measure(CancellationToken.None), product = ProductRate.Measure(Backend.Managed(1), 256, 6, CancellationToken.None);
        Assert.True(peak > 1e8, $"peak {peak:e1}");
        // A clock that changes between the two measurements may move them by some tens of percent.
        Assert.True(product < 1.6 * peak, $"product {product:e2}, peak {peak:e2}");
    }
}
