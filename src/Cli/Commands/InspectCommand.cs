using System.CommandLine;
using KernelFlow.Cli.Doctor;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow inspect RUN</c>.</summary>
internal static class InspectCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var folder = Folders.Argument("RUN", "Folder of a recorded run.");
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command =
            new Command("inspect",
            "Say what a recorded run holds, whether it is sound, whether its checkpoints are dense enough and what an analysis will cost.") { folder, backend,
            threads };
        CommonOptions.AddVerbosity(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var dense = Backends.Resolve(parsed.GetValue(backend), parsed.GetValue(threads));
            using var run = RecordedRun.Open(parsed.GetRequiredValue(folder));
            var intervals = await ProgressDisplay.RunAsync(terminal, CommonOptions.VerbosityOf(parsed), progress =>
                RunScan.Run(run.Checkpoints, dense, share => progress.Report(new StageProgress("reading", share)), cancellation),
                cancellation).ConfigureAwait(false);
            var consistency = RecordingChecks.Run(run.Checkpoints, dense, cancellation);
            double rate = ProductRate.Measure(dense, order: 256, tries: 6, cancellation);
            InspectionText.Write(terminal.Out, run, intervals, consistency, CostEstimate.Of(run.Checkpoints, rate, InspectionText.FileBytes(run)), dense);
            return ExitCodes.Done;
        });
        Examples.Add(command, "kernelflow inspect runs/digits");
        return command;
    }
}
