using System.Diagnostics;
using KernelFlow.Tests;

namespace KernelFlow.Cli.Tests;

/// <summary>A job through a real Slurm and GNU parallel: the script that .ci/run runs, for those who want it among the tests.</summary>
public sealed class SlurmTests
{
    [SlurmFact]
    public void TasksThatAreKilledAndRepeatedGiveTheResultsOfThePlainAnalysis()
    {
        var start = new ProcessStartInfo("bash", [SourceTree.PathOf(".ci", "jobs")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd() + error.GetAwaiter().GetResult();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
    }
}

/// <summary>A test that starts a Slurm of its own, as root; skipped with one message unless that is asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SlurmFactAttribute : FactAttribute
{
    public SlurmFactAttribute() => Skip = Environment.GetEnvironmentVariable("KERNELFLOW_SLURM") == "1" ? null
        : ".ci/jobs starts a Slurm and runs jobs through it, which .ci/run does; KERNELFLOW_SLURM=1 does it here";
}
