using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow inspect RUN</c>.</summary>
internal static class InspectCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var folder = Folders.Argument("RUN", "Folder of a recorded run.");
        var verify = new Option<bool>("--verify") { Description = "Also print the SHA-256 sum of every file and whether it is the one that run.json states." };
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command =
            new Command("inspect",
            "Say what a recorded run holds, whether it is sound, whether its checkpoints are dense enough and what an analysis will cost.") { folder, verify,
            backend, threads };
        CommonOptions.AddVerbosity(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var named = Backends.IfNamed(terminal, parsed, backend, threads);
            using var run = RecordedRun.Open(parsed.GetRequiredValue(folder));
            var dense = named ?? Backends.Resolve(terminal, parsed, backend, threads, run.Checkpoints);
            bool all = parsed.GetValue(verify);
            var scan = await ProgressDisplay.RunAsync(terminal, CommonOptions.VerbosityOf(parsed), progress =>
            {
                void Report(string stage, double share) => progress.Report(new StageProgress(stage, share));
                // First what can say where a file is wrong, then what can only say that it is.
                var scanned = RunScan.Run(run.Checkpoints, dense, share => Report("reading", share), cancellation);
                return new Scan(RunSums.Of(run, all, share => Report("verifying", share), cancellation), scanned);
            }, cancellation).ConfigureAwait(false);
            bool checkable = run.Checkpoints.HasJacobians || DenseLimit.Obstacle(run.Checkpoints) is null;
            var consistency = checkable ? RecordingChecks.Run(run.Checkpoints, dense, cancellation) : [];
            var sizes = RunSizes.Of(run.Checkpoints, scan.Intervals);
            var cost = CostForecast.Of(sizes, WorkRates.Of(dense, (int)Math.Min(sizes.Train + sizes.Test, 1e6), cancellation));
            InspectionText.Write(terminal.Out, run, scan.Sums, scan.Intervals, consistency, cost, dense);
            if (CommonOptions.VerbosityOf(parsed) == Verbosity.Verbose) InspectionText.WriteParts(terminal.Error, cost);
            if (all) RunSums.Write(terminal.Out, scan.Sums);
            return ExitCodes.Done;
        });
        Examples.Add(command, "kernelflow inspect runs/digits", "kernelflow inspect runs/digits --verify");
        return command;
    }

    // A class and not a pair: what waits for one is compiled ahead, and for every kind of pair when it is used.
    private sealed record Scan(IReadOnlyList<FileSum> Sums, IReadOnlyList<IntervalCheck> Intervals);
}
