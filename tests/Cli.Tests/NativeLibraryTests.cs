using System.Diagnostics;

namespace KernelFlow.Cli.Tests;

/// <summary>Libraries that are not what they seem, named by the user or found, seen from the command line.</summary>
public sealed class NativeLibraryTests(SmallRun small) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Regression: with this library the analysis ended with exit code 0 and claims that were Violated.</summary>
    [Fact]
    public void ANamedLibraryThatComputesNothingIsRefused()
    {
        if (!StubLibrary.Loads) return;
        string stub = StubLibrary.Write(_folder.Of("libstub.so"));
        var result = Cli.Run("analyze", small.Folder, "--backend", stub, "--json");
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Empty(result.Out);
        Assert.Matches($"^error: --backend: {stub} .*dgemm at order 3.*\n$", result.Error);
    }

    /// <summary>Regression: the process ended with a bus error.</summary>
    [Fact]
    public void ANamedLibraryThatWasCutOffIsRefused()
    {
        if (!OperatingSystem.IsLinux()) return;
        var result = Cli.Run("analyze", small.Folder, "--backend", StubLibrary.Write(_folder.Of("libcut.so"), 4100), "--json");
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("libcut.so' cannot be used", result.Error);
    }

    /// <summary>The first library that "auto" tries is the stub; a process of its own, since the loader reads its search path at the start. A small run is
    /// analysed without looking at any library.</summary>
    [Fact]
    public void AFoundLibraryThatFailsIsLeftOutWithAWarning()
    {
        if (!StubLibrary.Loads) return;
        StubLibrary.Write(_folder.Of("libmkl_rt.so.2"));
        string[] compare = ["compare", small.Folder, "--every", "1", "--every", "2", "--out", _folder.Of("comparison")];
        foreach (string[] command in (string[][])[compare, [.. compare, "--quiet"], ["analyze", small.Folder, "--out", _folder.Of("report")]])
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "kernelflow.dll"), .. command])
            {
                RedirectStandardError = true,
            };
            start.Environment["LD_LIBRARY_PATH"] = _folder.Path;
            start.Environment.Remove("KERNELFLOW_BLAS");
            using var process = Process.Start(start)!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, error);
            if (command[^1] == "--quiet") Assert.Empty(error);
            else if (command[0] == "compare") Assert.Matches("(?m)^warning: mkl is left out: libmkl_rt.so.2 .*computes something else", error);
            else Assert.DoesNotContain("warning:", error);
        }
        Assert.StartsWith("managed,", ResultsFile.Read(_folder.Of("report", "results.json")).Performance.Backend);
    }
}
