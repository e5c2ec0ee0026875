using KernelFlow.Files;
using System.CommandLine;
using KernelFlow.Reporting;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow kernels RUN --out RUN2</c>.</summary>
internal static class KernelsCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var source = Folders.Argument("RUN", "Folder of a recorded run with Jacobians.");
        var output = Folders.Required("--out", "Folder for the run with kernel blocks.");
        var window = new WindowOptions();
        var overwrite = CommonOptions.Overwrite();
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command = new Command("kernels", "Turn a run with Jacobians into one with kernel blocks and cross blocks: no parameters, same analysis.") { source,
            output };
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
                KernelBlocks.Convert(run.Checkpoints, folder, dense, run.Metadata, parsed.GetValue(overwrite),
                    new Forward(progress, run.Checkpoints.Count), cancellation);
                return run.Checkpoints.Count;
            }, cancellation).ConfigureAwait(false);
            if (verbosity != Verbosity.Quiet)
                terminal.Error.WriteLine($"Wrote {NumberText.Count(count)} checkpoints with kernel blocks to {folder}. "
                    + $"Next: kernelflow analyze {folder} --out REPORT");
            return ExitCodes.Done;
        });
        Examples.Add(command,
            "kernelflow kernels runs/digits --out runs/digits-kernels",
            "kernelflow kernels runs/digits --out runs/early --to 12.5");
        return command;
    }

    private sealed class Forward(IProgress<StageProgress> inner, int checkpoints) : IProgress<int>
    {
        public void Report(int value) => inner.Report(new StageProgress("forming kernel blocks", (double)value / checkpoints));
    }
}
