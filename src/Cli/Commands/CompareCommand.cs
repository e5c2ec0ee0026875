using KernelFlow.Files;
using System.CommandLine;
using KernelFlow.Reporting;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow compare RUN... --out DIR</c>.</summary>
internal static class CompareCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var runs = Folders.Arguments("RUN", "Folders of recorded runs, or of reports (results.json).");
        var output = Folders.Option("--out", "Folder for compare.html, compare.md, compare.json, compare.csv and figures/*.svg.");
        var json = new Option<bool>("--json") { Description = "Print compare.json to standard output." };
        var strict = new Option<bool>("--strict") { Description = "Exit with 1 when a claim of any run is violated, else with 4 when one is undecided." };
        var windows =
            TimeRanges.Option("--window", "A window of each run, FROM:TO in flow times of checkpoints; either may be left out. Give it once per window.");
        var every = new Option<int?[]>("--every")
        {
            Description = "Keep every k-th checkpoint, and the last. Give it once per density.", HelpName = "k", Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.Select(t => Numbers.Whole(result, "--every", t.Value, 1))],
        };
        var options = new AnalysisOptionSet(window: false);
        var overwrite = CommonOptions.Overwrite();
        var open = CommonOptions.Open();
        var command = new Command("compare", "Put several runs, windows or densities of checkpoints side by side.") { runs, output, json, strict, windows,
            every, overwrite, open };
        options.AddTo(command);
        CommonOptions.AddVerbosity(command);
        CommandChecks.Add(command, parsed => parsed.GetValue(output) is null && !parsed.GetValue(json)
            ? ["--out FOLDER is missing (or --json, to print compare.json instead)."]
            : parsed.GetValue(output) is null && parsed.GetValue(open) ? ["--open needs --out FOLDER."] : []);
        command.SetAction(async (parsed, cancellation) =>
        {
            string? folder = parsed.GetValue(output);
            var verbosity = CommonOptions.VerbosityOf(parsed);
            var browser = CommonOptions.BrowserOf(parsed, open);
            using var held = folder is null ? null : ReportFolder.TakeComparison("--out", folder, parsed.GetValue(overwrite));
            var analysis = options.Of(parsed, terminal);
            var asked = new CompareOptions
            {
                Analysis = analysis with { Backend = analysis.Backend ?? options.BackendFor(parsed, terminal, run: null) },
                Windows = [.. (parsed.GetValue(windows) ?? []).OfType<CompareWindow>()],
                Every = [.. (parsed.GetValue(every) ?? []).OfType<int>()],
            };
            string[] folders = parsed.GetRequiredValue(runs);
            var comparison = await ProgressDisplay.RunAsync(terminal, verbosity, progress => Compare.Runs(folders, asked, new Forward(progress), cancellation),
                cancellation).ConfigureAwait(false);
            if (folder is not null) comparison.WriteFolder(folder, held);
            if (parsed.GetValue(json)) terminal.Out.Write(ComparisonReports.Json(comparison));
            if (verbosity != Verbosity.Quiet) Summarise(terminal.ErrorText, comparison, folder);
            browser?.Show(Path.Combine(folder!, ComparisonReports.HtmlFile));
            return parsed.GetValue(strict)
                ? AnalyzeCommand.StrictCode([.. comparison.Runs.SelectMany(r => r.Claims.Select(c => c.Verdict).Append(r.Inclusion))],
                    comparison.Runs.Any(r => r.OutsideTheory is not null)) : ExitCodes.Done;
        });
        Examples.Add(command,
            "kernelflow compare runs/width-16 runs/width-64 runs/width-256 --out widths",
            "kernelflow compare runs/digits --window :12.5 --window 12.5: --out windows",
            "kernelflow compare runs/digits --every 1 --every 2 --every 4 --out densities",
            "kernelflow compare report-a report-b --out both");
        return command;
    }

    private static void Summarise(TextWriter writer, RunComparison comparison, string? folder)
    {
        foreach (var run in comparison.Runs)
            writer.WriteLine($"{run.Label}: {string.Join(", ", Headline.Of(run).Lines.Select(l => $"{l.Topic} {l.Answer}"))}"
                + (run.Options.Extent != AnalysisExtent.Whole ? "" : $"; {Narrative.Count(run.Spectrum.SignalDimension)} signal, "
                    + $"{Narrative.Count(run.Spectrum.ReservoirDimension)} reservoir modes; drift {NumberText.Short(run.KernelEvolution.PeakDrift)}")
                + (run.Claim(WellKnownClaims.TestTransfer) is { } c4 && c4.RelativeError.TryGet(out double error)
                    ? $"; {c4.Id} {Narrative.Word(c4.Verdict)}, relative error {NumberText.Short(error)} ({Narrative.Sum(c4.Budget)})" : ""));
        foreach (string note in comparison.Notes) writer.WriteLine($"Note: {note}");
        if (folder is not null) writer.WriteLine($"Comparison: {Path.Combine(folder, ComparisonReports.HtmlFile)}");
    }

    private sealed class Forward(IProgress<StageProgress> inner) : IProgress<AnalysisProgress>
    {
        public void Report(AnalysisProgress value) => inner.Report(new StageProgress(value.Stage, value.Fraction));
    }
}
