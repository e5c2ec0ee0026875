using System.CommandLine;
using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow demo</c>: train, record, analyse, report.</summary>
internal static class DemoCommand
{
    private const string RunFolder = "run", ReportFolderName = "report";

    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var output = Folders.WithDefault("--out", "Folder for the run and the report.", "kernelflow-demo");
        var overwrite = CommonOptions.Overwrite();
        var open = CommonOptions.Open();
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command = new Command("demo",
            "Train a small network on noisy labels, record it, and show where the noise goes and whether the test outputs see it.")
        {
            output, overwrite, open, backend, threads,
        };
        CommonOptions.AddVerbosity(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = parsed.GetRequiredValue(output), run = Path.Combine(folder, RunFolder), report = Path.Combine(folder, ReportFolderName);
            var verbosity = CommonOptions.VerbosityOf(parsed);
            bool replace = parsed.GetValue(overwrite);
            var browser = CommonOptions.BrowserOf(parsed, open);
            RequireOwn(folder, replace);
            using var held = ReportFolder.Take("--out", report, replace);
            // Products this small take no less time on two threads, and on a busy machine much more.
            var dense = Backends.Resolve(terminal, parsed, backend, threads, usual: 1);
            await RecordCommand.RunAsync(terminal, verbosity, run, DemoRun.Options, replace ? ExistingRun.Overwrite : ExistingRun.New, dense,
                cancellation).ConfigureAwait(false);
            var analysis = await AnalyzeCommand.RunAsync(terminal, verbosity, run, (null, null),
                _ => new AnalysisOptions { Backend = dense, Threshold = DemoRun.Threshold }, cancellation).ConfigureAwait(false);
            analysis.WriteFolder(report, new ReportOptions { Lock = held, OneThread = dense.Threads == 1 });
            if (verbosity != Verbosity.Quiet) DemoText.Write(terminal.OutText(), analysis, run, report);
            browser?.Show(Path.Combine(report, ReservoirReports.HtmlFile));
            return ExitCodes.Done;
        });
        Examples.Add(command, "kernelflow demo", "kernelflow demo --out /tmp/first-look");
        return command;
    }

    private static void RequireOwn(string folder, bool overwrite)
    {
        if (File.Exists(folder)) throw new UsageException($"--out: {folder} is a file, expected a folder.");
        if (overwrite || !Directory.Exists(folder)) return;
        string? foreign = Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal)
            .FirstOrDefault(n => n is not (RunFolder or ReportFolderName) && !OwnFolder.IsIgnored(n) && !TemporaryFile.IsOurs(n));
        if (foreign is not null)
            throw new UsageException($"--out: {folder} holds {foreign}, which this tool did not write; choose another folder or add --overwrite.");
    }
}
