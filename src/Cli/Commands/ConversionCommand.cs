using System.CommandLine;
using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>What a command makes of a run that was opened and compared with its sums.</summary>
/// <param name="Run">The run, or the window of it.</param>
/// <param name="Folder">Where the new run goes.</param>
/// <param name="Backend">The dense linear algebra to use.</param>
/// <param name="Overwrite">Whether the folder may hold other files.</param>
/// <param name="Progress">Told the number of checkpoints written.</param>
/// <param name="Parsed">The command's own options.</param>
internal sealed record Conversion(RecordedRun Run, string Folder, Backend Backend, bool Overwrite, IProgress<int> Progress, ParseResult Parsed);

/// <summary>Commands that turn one run into another, checkpoint by checkpoint: <c>kernelflow NAME RUN --out RUN2</c>.</summary>
internal static class ConversionCommand
{
    /// <summary>Builds one of them.</summary>
    /// <param name="terminal">Where text goes.</param>
    /// <param name="name">The command.</param>
    /// <param name="description">What it does.</param>
    /// <param name="made">What the new run has: "kernel blocks".</param>
    /// <param name="options">Options of its own.</param>
    /// <param name="convert">Makes the new run.</param>
    public static Command Build(CliTerminal terminal, string name, string description, string made, IReadOnlyList<Option> options,
        Action<Conversion, CancellationToken> convert)
    {
        var source = Folders.Argument("RUN", "Folder of a recorded run with Jacobians.");
        var output = Folders.Required("--out", $"Folder for the run with {made}.");
        var window = new WindowOptions();
        var overwrite = CommonOptions.Overwrite();
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command = new Command(name, description) { source, output };
        foreach (var option in options) command.Add(option);
        window.AddTo(command);
        foreach (Option option in (Option[])[overwrite, backend, threads]) command.Add(option);
        CommonOptions.AddVerbosity(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = parsed.GetRequiredValue(output);
            var verbosity = CommonOptions.VerbosityOf(parsed);
            var dense = Backends.Resolve(terminal, parsed, backend, threads);
            var (from, to) = window.Of(parsed);
            int count = await ProgressDisplay.RunAsync(terminal, verbosity, progress =>
            {
                using var run = RecordedRun.Open(parsed.GetRequiredValue(source), from, to);
                // Writing starts by removing what an earlier run left in the folder.
                if (OutputFolder.IsSame(run.Folder, folder)) throw new UsageException($"--out: {folder} is the run itself; choose another folder.");
                foreach (var _ in run.Verify(cancellation)) { } // What was changed since it was recorded is not passed on under new sums.
                convert(new Conversion(run, folder, dense, parsed.GetValue(overwrite), new Forward(progress, $"forming {made}", run.Checkpoints.Count), parsed),
                    cancellation);
                return run.Checkpoints.Count;
            }, cancellation).ConfigureAwait(false);
            if (verbosity != Verbosity.Quiet)
                terminal.Error.WriteLine($"Wrote {NumberText.Count(count)} checkpoints with {made} to {folder}. "
                    + $"Next: kernelflow analyze {folder} --out REPORT");
            return ExitCodes.Done;
        });
        return command;
    }

    private sealed class Forward(IProgress<StageProgress> inner, string stage, int checkpoints) : IProgress<int>
    {
        public void Report(int value) => inner.Report(new StageProgress(stage, (double)value / checkpoints));
    }
}
