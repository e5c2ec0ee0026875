using System.Diagnostics;

namespace KernelFlow.Cli.Tests;

/// <summary>The program as a process of its own: streams, signals, exit codes.</summary>
public sealed class ProcessTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Host => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>Whether this process was started with Ctrl-C ignored, as by <c>command &amp;</c> in a script: its children inherit that, and are right not
    /// to end then.</summary>
    private static bool InterruptIsIgnored()
    {
        const string Status = "/proc/self/status", Field = "SigIgn:";
        string? found = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal)) : null;
        return found is not null && (ulong.Parse(found.AsSpan(Field.Length).Trim(), System.Globalization.NumberStyles.HexNumber, null) & 1UL << 1) != 0;
    }

    private Process Start(params string[] args)
    {
        string[] command = [Host, Path.Combine(AppContext.BaseDirectory, "kernelflow.dll"), .. args];
        if (InterruptIsIgnored()) command = ["env", "--default-signal=INT", .. command];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path,
        };
        start.Environment["LC_ALL"] = "de_DE.UTF-8";
        return Process.Start(start)!;
    }

    private (int ExitCode, string Out, string Error) Run(params string[] args)
    {
        using var process = Start(args);
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    [Fact]
    public void ExitCodesReachTheCaller()
    {
        var version = Run("--version");
        Assert.True(version.ExitCode == 0, version.ToString());
        Assert.StartsWith("kernelflow ", version.Out);
        var bad = Run("analyze", "nothing-here", "--json");
        Assert.True(bad.ExitCode == 2, bad.ToString());
        Assert.Equal("error: nothing-here: run folder not found.", bad.Error.TrimEnd());
        Assert.Empty(bad.Out);
    }

    /// <summary>Regression: on a Linux system without ICU every command aborted with a stack trace. Nothing depends on a culture, so none is loaded.</summary>
    [Fact]
    public void TheProgramNeedsNoIcu() => Assert.Matches(@"""System\.Globalization\.Invariant"": true",
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "kernelflow.runtimeconfig.json")));

    [Fact]
    public void RedirectedStreamsHaveNoEscapeCodesAndNoProgress()
    {
        var result = Run("record", "run", "--train", "5", "--test", "2", "--layers", "2", "--steps", "20", "--checkpoints", "4");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Empty(result.Out);
        Assert.Equal("Recorded 4 checkpoints in run. Next: kernelflow analyze run --out REPORT", result.Error.TrimEnd());
    }

    /// <summary>A limit on the size of files stands for a full disk: one message that names the file, and the earlier report as it was.</summary>
    [Fact]
    public void AFileThatDoesNotFitLeavesTheEarlierReport()
    {
        if (!OperatingSystem.IsLinux()) return;
        var recorded = Run("record", "run", "--train", "5", "--test", "2", "--layers", "2", "--steps", "20", "--checkpoints", "4");
        Assert.True(recorded.ExitCode == 0, recorded.ToString());
        Assert.Equal(0, Run("analyze", "run", "--out", "report", "--quiet").ExitCode);
        var before = Directory.EnumerateFiles(_folder.Of("report"), "*", SearchOption.AllDirectories).ToDictionary(f => f, File.ReadAllBytes);
        string dotnet = Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";
        string command = $"ulimit -f 16; exec '{dotnet}' '{Path.Combine(AppContext.BaseDirectory, "kernelflow.dll")}' "
            + "analyze run --out report --quiet --threshold 0.25";
        var start = new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardError = true, WorkingDirectory = _folder.Path };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // With it the runtime itself needs a large file.
        using var process = Process.Start(start)!;
        string error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 2, $"exit {process.ExitCode}: {error}");
        Assert.Matches(@"\Aerror: .*/report/[a-z/-]+\.[a-z]+: cannot be written: the file would be larger than the system allows\.\n\z", error);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(_folder.Of("report"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));
        foreach (var (file, bytes) in before) Assert.True(bytes.SequenceEqual(File.ReadAllBytes(file)), $"{file} changed");
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path, "*.part"));
    }

    /// <summary>The shell that stands in the folder would be left in the old one: there the files are replaced one by one.</summary>
    [Fact]
    public void AReportIntoTheCurrentFolderStaysInIt()
    {
        string results = _folder.Of("results.json");
        var sample = Run("record", Path.Combine("..", Path.GetFileName(_folder.Path), "run"), "--train", "5", "--test", "2", "--layers", "2", "--steps", "20",
            "--checkpoints", "4");
        Assert.True(sample.ExitCode == 0, sample.ToString());
        foreach (string threshold in (string[])["1e-3", "0.25"])
        {
            var analyzed = Run("analyze", "run", "--out", ".", "--overwrite", "--quiet", "--threshold", threshold);
            Assert.True(analyzed.ExitCode == 0, analyzed.ToString());
            ResultsFile.Read(_folder.Path);
        }
        Assert.True(Directory.Exists(_folder.Of("run")), "the run beside the report is gone");
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path, "*.part"));
        Assert.Equal(0.25, ResultsFile.Read(results).Options.Threshold);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task SignalsEndTheWorkAndLeaveARunThatOpens(string signal, int expected)
    {
        if (OperatingSystem.IsWindows()) return; // It has neither signal; Ctrl-C takes the same path through the same handler.
        string run = _folder.Of("run");
        using var process = Start("record", run, "--train", "6", "--test", "3", "--layers", "3", "--steps", "2000000000", "--checkpoints", "400");
        var reading = process.StandardError.ReadToEndAsync();
        var clock = Stopwatch.StartNew();
        while (!File.Exists(Path.Combine(run, "checkpoint-000003.safetensors")))
        {
            Assert.False(process.HasExited, process.HasExited ? await reading : "");
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), "the recording did not start");
            await Task.Delay(20);
        }
        await Stop(process, signal);
        string error = await reading;
        Assert.True(process.ExitCode == expected, $"exit {process.ExitCode}: {error}");
        Assert.Equal("cancelled", error.Trim());
        using var recorded = RecordedRun.Open(run);
        Assert.True(recorded.Checkpoints.Count >= 3, $"{recorded.Checkpoints.Count} checkpoints");
        Assert.Empty(Directory.GetFiles(run, "*.part"));
    }

    /// <summary>A native library may be in the middle of a product when the process ends: its exit handlers must not turn the exit code into a
    /// crash.</summary>
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task SignalsDuringAProductGiveTheirExitCode(string signal, int expected)
    {
        if (OperatingSystem.IsWindows()) return;
        using var process = Start("doctor", "--full", "--verbose");
        string error = "";
        while (!error.Contains("all threads", StringComparison.Ordinal) && await process.StandardError.ReadLineAsync() is { } line) error += line + "\n";
        await Task.Delay(700); // into the large products
        await Stop(process, signal);
        Assert.True(process.ExitCode == expected, $"exit {process.ExitCode}: {error}{await process.StandardError.ReadToEndAsync()}");
        Assert.Empty(await process.StandardOutput.ReadToEndAsync());
    }

    /// <summary>The number of a stream that the caller closed goes to whatever is opened first: text for it went into a pipe of the runtime,
    /// which aborted.</summary>
    [Theory]
    [InlineData("analyze nothing-here --json 2>&-", 2)]
    [InlineData("record run --train 5 --test 2 --layers 2 --steps 20 --checkpoints 4 2>&-", 0)]
    [InlineData("record run --train 5 --test 2 --layers 2 --steps 20 --checkpoints 4 1>&- 2>&- 0>&-", 0)]
    [InlineData("record run --train 5 --test 2 --layers 2 --steps 20 --checkpoints 4 2>/dev/full", 0)]
    [InlineData("--version 1>&-", 2)]
    public async Task StreamsThatAreClosedOrFullEndNoWork(string command, int expected)
    {
        if (OperatingSystem.IsWindows() || (command.Contains("/dev/full", StringComparison.Ordinal) && !File.Exists("/dev/full"))) return;
        string program = $"'{Host}' '{Path.Combine(AppContext.BaseDirectory, "kernelflow.dll")}'";
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"{program} {command}"])
        {
            WorkingDirectory = _folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var reading = shell.StandardError.ReadToEndAsync();
        string output = await shell.StandardOutput.ReadToEndAsync(), error = await reading;
        Assert.True(shell.WaitForExit(TimeSpan.FromSeconds(60)), "still running");
        Assert.True(shell.ExitCode == expected, $"exit {shell.ExitCode}: {output}{error}");
        if (command.StartsWith("--version", StringComparison.Ordinal))
            Assert.Equal("error: standard output cannot be written: it is closed", error.TrimEnd());
        if (!command.StartsWith("record", StringComparison.Ordinal)) return;
        using var run = RecordedRun.Open(Path.Combine(_folder.Path, "run"));
        Assert.Equal(4, run.Checkpoints.Count);
    }

    private static async Task Stop(Process process, string signal)
    {
        // The shell has the command; a small system has no program of that name.
        string command = $"kill -{signal} {process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        using (var kill = Process.Start("sh", ["-c", command])) await kill.WaitForExitAsync();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)), "still running 20 s after the signal");
    }
}
