using System.CommandLine;
using KernelFlow.Files;
using KernelFlow.Reporting;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow import FOLDER --map MAP --out RUN</c>.</summary>
internal static class ImportCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var source = Folders.Argument("FOLDER", "Folder with the files of a training: weights, or recorded tensors.");
        var map = new Option<string>("--map") { Description = "File that says what they mean (docs/import.md).", HelpName = "file", Required = true };
        var output = Folders.Option("--out", "Folder for the run.");
        var dryRun = new Option<bool>("--dry-run") { Description = "Look at every checkpoint and say what would be written; write nothing." };
        var overwrite = CommonOptions.Overwrite();
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command = new Command("import", "Make a run of weights that a training saved, or of tensors recorded under other names.") { source };
        foreach (Option option in (Option[])[map, output, dryRun, overwrite, backend, threads]) command.Add(option);
        CommonOptions.AddVerbosity(command);
        CommandChecks.Add(command, parsed => parsed.GetValue(dryRun) || parsed.GetValue(output) is not null ? []
            : ["--out is missing, expected a folder for the run, or --dry-run."]);
        command.SetAction(async (parsed, cancellation) =>
        {
            string from = parsed.GetRequiredValue(source);
            string? folder = parsed.GetValue(output);
            var verbosity = CommonOptions.VerbosityOf(parsed);
            using var import = RunImport.Open(from, parsed.GetRequiredValue(map));
            if (parsed.GetValue(dryRun))
            {
                foreach (string line in import.Plan) terminal.Out.WriteLine(PrintableText.Line(line));
                return ExitCodes.Done;
            }
            if (Directory.Exists(folder) && OutputFolder.IsSame(from, folder))
                throw new UsageException($"--out: {folder} is the folder itself; choose another folder.");
            var dense = Backends.Resolve(terminal, parsed, backend, threads);
            await ProgressDisplay.RunAsync(terminal, verbosity, progress =>
            {
                import.Write(folder!, dense, parsed.GetValue(overwrite), new Forward(progress, import.Count), cancellation);
                return import.Count;
            }, cancellation).ConfigureAwait(false);
            if (verbosity != Verbosity.Quiet)
                terminal.Error.WriteLine($"Imported {NumberText.Count(import.Count)} checkpoints into {folder}. "
                    + $"Next: kernelflow analyze {folder} --out REPORT");
            return ExitCodes.Done;
        });
        Examples.Add(command,
            "kernelflow import weights --map map.json --dry-run",
            "kernelflow import weights --map map.json --out runs/mine");
        return command;
    }

    private sealed class Forward(IProgress<StageProgress> inner, int checkpoints) : IProgress<int>
    {
        public void Report(int value) => inner.Report(new StageProgress("importing", (double)value / checkpoints));
    }
}
