using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace KernelFlow.Hardening.Writers;

/// <summary>What a process of the program wrote and returned.</summary>
internal sealed record Ended(int ExitCode, string Out, string Error)
{
    /// <summary>The first line of the error, for reports.</summary>
    public string Message => Error.Split('\n').FirstOrDefault(l => l.StartsWith("error:", StringComparison.Ordinal)) ?? Error.Trim();
}

/// <summary>The program under attack, as processes of its own.</summary>
/// <param name="path">The program; null for the one that was built with this project.</param>
internal sealed partial class Tool(string? path = null)
{
    private const int Stop = 19, Continue = 18;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(2);

    /// <summary>Starts it.</summary>
    /// <param name="folder">Its current folder.</param>
    /// <param name="words">Its arguments.</param>
    /// <param name="temporary">Folder of its temporary files; null for "tmp" in the current one.</param>
    /// <param name="largestFile">Limit of the size of a file it may write, in bytes; null for none.</param>
    public Running Start(string folder, IReadOnlyList<string> words, string? temporary = null, long? largestFile = null)
    {
        string[] command = path is not null ? [path] : [Host(), Path.Combine(AppContext.BaseDirectory, "kernelflow.dll")];
        // The signal that a file has become too large is ignored, so that writing fails as it does on a full disk.
        if (largestFile is { } limit)
            command = ["bash", "-c", "trap '' XFSZ; exec prlimit --fsize=" + limit.ToString(CultureInfo.InvariantCulture) + " \"$@\"", "bash", .. command];
        var start = new ProcessStartInfo(command[0], [.. command[1..], .. words])
            { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        start.Environment["TMPDIR"] = Directory.CreateDirectory(temporary ?? Path.Combine(folder, "tmp")).FullName;
        // Its sockets in the folder of temporary files outlive a killed process, and are not this program's.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        // The runtime maps its code from a file of its own in memory, which is larger than any such limit.
        if (largestFile is not null) start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        return new Running(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public Ended Run(string folder, IReadOnlyList<string> words)
    {
        using var running = Start(folder, words);
        return running.Wait();
    }

    /// <summary>Runs it and expects success: what a study prepares.</summary>
    public void Require(string folder, IReadOnlyList<string> words)
    {
        var ended = Run(folder, words);
        if (ended.ExitCode != 0) throw new InvalidOperationException($"kernelflow {string.Join(' ', words)}: exit {ended.ExitCode}: {ended.Error}");
    }

    private static string Host() => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    /// <summary>A process of it.</summary>
    internal sealed class Running(Process process) : IDisposable
    {
        private readonly Task<string> _output = process.StandardOutput.ReadToEndAsync(), _error = process.StandardError.ReadToEndAsync();

        /// <summary>Its number.</summary>
        public int Id => process.Id;

        /// <summary>Whether it is over.</summary>
        public bool HasEnded => process.HasExited;

        /// <summary>kill -9.</summary>
        public void Kill() => process.Kill();

        /// <summary>Lets it stand still.</summary>
        public void Freeze() => Signal(process.Id, Stop);

        /// <summary>Lets it go on.</summary>
        public void Thaw() => Signal(process.Id, Continue);

        /// <summary>Waits for its end; a process that takes minutes is killed and counts as one that hung.</summary>
        public Ended Wait()
        {
            if (!process.WaitForExit(s_longest))
            {
                process.Kill();
                process.WaitForExit();
                return new Ended(-1, _output.Result, "error: still running after two minutes");
            }
            process.WaitForExit();
            return new Ended(process.ExitCode, _output.Result, _error.Result);
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
    }
}
