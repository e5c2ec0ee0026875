using KernelFlow.Files;
using System.CommandLine;
using System.Globalization;
using KernelFlow.Reporting;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow sketch RUN --columns K --out RUN2</c>.</summary>
internal static class SketchCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var source = Folders.Argument("RUN", "Folder of a recorded run with Jacobians.");
        var output = Folders.Required("--out", "Folder for the run with sketched Jacobians.");
        var columns = new Option<int>("--columns") { Description = "Columns of the sketch, at least 16.", Required = true };
        columns.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out int k) && k < SketchedJacobians.FewestColumns)
                result.AddError($"--columns: found {NumberText.Count(k)}, expected at least {SketchedJacobians.FewestColumns}.");
        });
        var seed = new Option<long>("--seed") { Description = "Seed of the random matrix." };
        var window = new WindowOptions();
        var overwrite = CommonOptions.Overwrite();
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command = new Command("sketch", "Turn a run with Jacobians into one with sketched Jacobians: J R with a random R of few columns.") { source, output,
            columns, seed };
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
                if (OutputFolder.IsSame(run.Folder, folder)) throw new UsageException($"--out: {folder} is the run itself; choose another folder.");
                foreach (var _ in run.Verify(cancellation)) { } // What was changed since it was recorded is not passed on under new sums.
                SketchedJacobians.Convert(run.Checkpoints, folder, parsed.GetValue(columns), parsed.GetValue(seed), dense, run.Metadata,
                    parsed.GetValue(overwrite), new Forward(progress, run.Checkpoints.Count), cancellation);
                return run.Checkpoints.Count;
            }, cancellation).ConfigureAwait(false);
            if (verbosity != Verbosity.Quiet)
                terminal.Error.WriteLine($"Wrote {NumberText.Count(count)} checkpoints with sketched Jacobians to {folder}. "
                    + $"Next: kernelflow analyze {folder} --out REPORT");
            return ExitCodes.Done;
        });
        Examples.Add(command,
            "kernelflow sketch runs/digits --columns 1024 --out runs/digits-sketched",
            "kernelflow sketch runs/digits --columns 256 --seed 1 --out runs/early --to 12.5");
        return command;
    }

    private sealed class Forward(IProgress<StageProgress> inner, int checkpoints) : IProgress<int>
    {
        public void Report(int value) => inner.Report(new StageProgress("sketching", (double)value / checkpoints));
    }
}
