using System.Diagnostics;

namespace KernelFlow.Hardening.Writers;

/// <summary>A command that writes a folder, with two outputs that are known beforehand.</summary>
internal abstract class Writer
{
    /// <summary>Sets the program and the folder of inputs and of the two outputs.</summary>
    protected Writer(Tool tool, Inputs inputs) => (Tool, Inputs) = (tool, inputs);

    /// <summary>The command.</summary>
    public abstract string Name { get; }

    /// <summary>The program.</summary>
    public Tool Tool { get; }

    /// <summary>What it reads.</summary>
    protected Inputs Inputs { get; }

    /// <summary>How long the later output takes.</summary>
    public TimeSpan Duration { get; private set; }

    /// <summary>How long it goes on after the first sign of writing.</summary>
    public TimeSpan AfterFirst { get; private set; }

    /// <summary>How long it goes on after several files are there.</summary>
    public TimeSpan AfterSeveral { get; private set; }

    /// <summary>The arguments that write one of the outputs.</summary>
    public abstract string[] Arguments(Which which, string output);

    /// <summary>The same with other files in the folder allowed.</summary>
    public string[] Arguments(Which which, string output, bool overwrite) =>
        overwrite ? [.. Arguments(which, output), "--overwrite"] : Arguments(which, output);

    /// <summary>The arguments that go on where a killed process stopped; null for a command that begins anew.</summary>
    public virtual string[]? Resuming(string output) => null;

    /// <summary>What the folder holds.</summary>
    public abstract State Look(string output);

    /// <summary>The folder with one of the outputs.</summary>
    public string Reference(Which which) => Inputs.Of("outputs", Name, which.ToString());

    /// <summary>The bytes of an output.</summary>
    public long Bytes => Directory.EnumerateFiles(Reference(Which.Later), "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);

    /// <summary>Makes both outputs, and measures how long one takes.</summary>
    public void Prepare()
    {
        foreach (var which in Enum.GetValues<Which>())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Reference(which))!);
            Tool.Require(Inputs.Of(), Arguments(which, Reference(which)));
        }
        using var work = new WorkFolder();
        string output = work.Of("o");
        long started = Stopwatch.GetTimestamp();
        using var running = Tool.Start(work.Path, Arguments(Which.Later, output));
        WaitForWriting(work.Path, running, 1);
        var first = Stopwatch.GetElapsedTime(started);
        WaitForWriting(work.Path, running, Several);
        var several = Stopwatch.GetElapsedTime(started);
        if (running.Wait() is { ExitCode: not 0 } failed) throw new InvalidOperationException($"{Name}: {failed.Error}");
        Duration = Stopwatch.GetElapsedTime(started);
        (AfterFirst, AfterSeveral) = (Duration - first, Duration - several);
        if (Look(output) is { Condition: not Condition.Later } state)
            throw new InvalidOperationException($"{Name}: the same command gave {state.Condition} ({state.Defect} {state.Detail}): the study cannot judge it");
    }

    /// <summary>Files and folders that show that the results themselves are being written, and not the lock alone.</summary>
    public const int Several = 4;

    /// <summary>Waits until so many files or folders have come in a folder, or the process is over.</summary>
    /// <param name="folder">The folder of a case: what is written beside the output counts.</param>
    /// <param name="running">The process.</param>
    /// <param name="entries">How many.</param>
    public static void WaitForWriting(string folder, Tool.Running running, int entries)
    {
        int before = Entries(folder);
        while (!running.HasEnded && Entries(folder) < before + entries) Thread.Sleep(1);
    }

    private static int Entries(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Whether an entry is a lock or a temporary of this tool, which readers pass over.</summary>
    public static bool IsPassing(string name) =>
        Path.GetFileName(name) is var file && (file.StartsWith('.') || file.EndsWith(".part", StringComparison.Ordinal));
}
