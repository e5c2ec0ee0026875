using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow report RESULTS --out DIR</c>.</summary>
internal static class ReportCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var results = Folders.Argument("RESULTS", "results.json of an earlier analysis, or the report folder that holds it.");
        var output = Folders.Required("--out", "Folder for report.html, report.md, results.json, figures/*.svg and tables/*.csv.");
        var overwrite = CommonOptions.Overwrite();
        var open = CommonOptions.Open();
        var command = new Command("report", "Render the report of an earlier analysis again from its results.json; nothing is computed.") { results, output,
            overwrite, open };
        CommonOptions.AddVerbosity(command);
        command.SetAction((parsed, cancellation) => Task.Run(() =>
        {
            string folder = parsed.GetRequiredValue(output);
            var verbosity = CommonOptions.VerbosityOf(parsed);
            // What cannot be read must not cost an earlier report its folder.
            var analysis = ResultsFile.Read(parsed.GetRequiredValue(results));
            cancellation.ThrowIfCancellationRequested();
            var browser = CommonOptions.BrowserOf(parsed, open);
            using var held = ReportFolder.Take("--out", folder, parsed.GetValue(overwrite));
            analysis.WriteFolder(folder, new ReportOptions { Lock = held });
            if (verbosity != Verbosity.Quiet) Summary.Write(terminal.Error, analysis, folder);
            browser?.Show(Path.Combine(folder, ReservoirReports.HtmlFile));
            return ExitCodes.Done;
        }, cancellation));
        Examples.Add(command,
            "kernelflow report report/results.json --out again",
            "kernelflow report old-report --out new-report --quiet");
        return command;
    }
}
