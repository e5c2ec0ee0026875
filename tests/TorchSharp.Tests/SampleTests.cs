using System.Diagnostics;

namespace KernelFlow.Recording.Tests;

/// <summary>samples/TorchSharpDigits as a user starts it, and what it says where libtorch does not load.</summary>
public sealed class SampleTests
{
    private const string Name = "KernelFlow.TorchSharpDigits";

    private static string Built { get; } = Path.Combine([SourceTree.PathOf("samples", "TorchSharpDigits"),
        .. Path.GetRelativePath(SourceTree.PathOf("tests", "TorchSharp.Tests"), AppContext.BaseDirectory).Split(Path.DirectorySeparatorChar)]);

    private static (int ExitCode, string Output, string Error) Run(string program, string folder)
    {
        // The host that runs these tests: the one whose C++ runtime is known.
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["exec", program, folder]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [TorchFact]
    public void TrainsRecordsAnalysesAndReports()
    {
        using var folder = new RunFolder();
        string target = Path.Combine(folder.Path, "out");
        var (code, output, error) = Run(Path.Combine(Built, Name + ".dll"), target);
        Assert.True(code == 0 && error.Length == 0, $"{code}\n{output}\n{error}");
        string report = Path.Combine(target, "report", "report.html");
        Assert.EndsWith($"Report: {report}\n", output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.True(new FileInfo(report).Length > 100_000, report);
        Assert.Contains("The reservoir leaves the test outputs alone: Holds", output, StringComparison.Ordinal);
        foreach (string claim in (string[])["C2 transport: Holds", "C4 test transfer: Holds"]) Assert.Contains(claim, output, StringComparison.Ordinal);
        using var run = RecordedRun.Open(Path.Combine(target, "run"));
        Assert.Equal((0, 400), (run.Checkpoints[0].Step, run.Checkpoints[^1].Step));
    }

    /// <summary>The program without its native libraries.</summary>
    [Fact]
    public void OneMessageWhereTheNativeLibraryIsMissing()
    {
        using var folder = new RunFolder();
        foreach (string file in Directory.GetFiles(Built).Where(f => Path.GetExtension(f) is ".dll" or ".json"))
            File.Copy(file, Path.Combine(folder.Path, Path.GetFileName(file)));
        string target = Path.Combine(folder.Path, "out");
        var (code, output, error) = Run(Path.Combine(folder.Path, Name + ".dll"), target);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith("error: The native library torch_cpu was not found: a program that uses TorchSharp brings the libtorch of its platform", error,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.TrimEnd());
        Assert.False(Directory.Exists(target));
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "cpu")), "TorchSharp copied its libraries");
    }

    /// <summary>Where libtorch is there and does not load, the C++ runtime is the reason; the message says what to do, in one line.</summary>
    [Fact]
    public void AnOldRuntimeIsNamedWithWhatToDo()
    {
        if (TorchRuntime.Obstacle is not { } obstacle)
        {
            using var one = TorchSharp.torch.ones(1);
            Assert.Equal(1, one.numel());
            return;
        }
        foreach (string part in (string[])["GLIBCXX_3.4.32", "Debian 13 and Ubuntu 24.04", ".ci/torch-host DIR", "docs/recording-torchsharp.md"])
            Assert.Contains(part, obstacle, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', obstacle);
        var (code, output, error) = Run(Path.Combine(Built, Name + ".dll"), "unused");
        Assert.Equal((2, "", $"error: {obstacle}"), (code, output, error.TrimEnd()));
    }
}
