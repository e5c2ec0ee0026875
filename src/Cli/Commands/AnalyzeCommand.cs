using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow analyze RUN --out DIR</c>.</summary>
internal static class AnalyzeCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var run = Folders.Argument("RUN", "Folder of a recorded run.");
        var output = Folders.Option("--out", "Folder for report.html, report.md, results.json and tables/*.csv.");
        var json = new Option<bool>("--json") { Description = "Print results.json to standard output." };
        var summary = new Option<bool>("--summary") { Description = "Print one line to standard output: the verdicts and the worst claim." };
        var save = new Option<bool>("--save-operators") { Description = "Also write P, W_S, G_Q, G_S and the eigenpairs to operators.safetensors." };
        var strict = new Option<bool>("--strict") { Description = "Exit with 1 when a claim is violated, else with 4 when one is undecided." };
        var options = new AnalysisOptionSet(claimsOnly: true, kernelRows: true);
        var intervals = new IntervalOptions();
        var overwrite = CommonOptions.Overwrite();
        var open = CommonOptions.Open();
        var command =
            new Command("analyze", "Integrate the gradient propagator of a recorded run, check the claims of the theory and write the report.") { run, output,
            json, summary, save, strict, overwrite, open };
        options.AddTo(command);
        intervals.AddTo(command);
        CommonOptions.AddVerbosity(command);
        CommandChecks.Add(command, parsed =>
        [
            .. parsed.GetValue(output) is null && !parsed.GetValue(json) && !parsed.GetValue(summary)
                ? (string[])["--out FOLDER is missing (or --json, to print results.json instead, or --summary, to print a line)."] : [],
            .. parsed.GetValue(json) && parsed.GetValue(summary) ? (string[])["--json and --summary exclude each other: both print to standard output."] : [],
            .. parsed.GetValue(output) is null && parsed.GetValue(save) ? (string[])["--save-operators needs --out FOLDER."] : [],
            .. parsed.GetValue(output) is null && parsed.GetValue(open) ? (string[])["--open needs --out FOLDER."] : [],
            .. intervals.Contradictions(parsed, parsed.GetValue(output)),
            .. options.Contradictions(parsed, [save, .. intervals.All]),
        ]);
        command.SetAction(async (parsed, cancellation) =>
        {
            string? folder = parsed.GetValue(output);
            var verbosity = CommonOptions.VerbosityOf(parsed);
            var browser = CommonOptions.BrowserOf(parsed, open);
            using var held = folder is null ? null : ReportFolder.Take("--out", folder, parsed.GetValue(overwrite));
            var asked = intervals.Of(parsed, options.Of(parsed, terminal), terminal);
            int threads = 0;
            AnalysisOptions Asked(CheckpointSequence recorded)
            {
                var dense = asked.Backend ?? options.BackendFor(parsed, terminal, recorded);
                threads = dense.Threads;
                return asked with { Backend = dense, Windows = intervals.WindowsOf(parsed, recorded) };
            }
            var analysis = await RunAsync(terminal, verbosity, parsed.GetRequiredValue(run), (asked.From, asked.To), Asked, cancellation).ConfigureAwait(false);
            if (folder is not null)
                analysis.WriteFolder(folder, new ReportOptions { Lock = held, Operators = parsed.GetValue(save) ? analysis.WriteOperators : null,
                    OneThread = threads == 1 });
            if (parsed.GetValue(json)) terminal.Out.Write(ReservoirReports.Json(analysis));
            if (parsed.GetValue(summary)) terminal.Out.WriteLine(SummaryLine.Of(analysis));
            else if (verbosity != Verbosity.Quiet) Summary.Write(terminal.ErrorText, analysis, folder);
            browser?.Show(Path.Combine(folder!, ReservoirReports.HtmlFile));
            return parsed.GetValue(strict) ? StrictCode([analysis.InclusionVerdict, .. analysis.Claims.Select(c => c.Verdict)],
                analysis.OutsideTheory is not null) : ExitCodes.Done;
        });
        Examples.Add(command,
            "kernelflow analyze runs/digits --out report",
            "kernelflow analyze runs/digits --out report --from 0 --to 12.5 --threshold 1e-4 --strict",
            "kernelflow analyze runs/digits --out report --claims-only",
            "kernelflow analyze runs/digits --summary --quiet",
            "kernelflow analyze runs/digits --json --quiet | jq .inclusion.verdict");
        return command;
    }

    /// <summary>Opens and analyses a run with progress.</summary>
    /// <param name="terminal">Where progress and warnings go.</param>
    /// <param name="verbosity">How much of them.</param>
    /// <param name="run">Folder of the run.</param>
    /// <param name="window">Where the analysis begins and ends.</param>
    /// <param name="optionsFor">The options for the run that was opened: its size decides about the backend.</param>
    /// <param name="cancellation">Ends it.</param>
    public static Task<ReservoirAnalysis> RunAsync(CliTerminal terminal, Verbosity verbosity, string run, (double? From, double? To) window,
        Func<CheckpointSequence, AnalysisOptions> optionsFor, CancellationToken cancellation) =>
        ProgressDisplay.RunAsync(terminal, verbosity, progress =>
        {
            // Opening the window alone leaves later checkpoints untouched: one that was cut off in writing does not matter then.
            using var recorded = RecordedRun.Open(run, window.From, window.To);
            var options = optionsFor(recorded.Checkpoints);
            if (verbosity == Verbosity.Verbose && options.Backend is { } dense)
                terminal.Error.WriteLine($"backend: {dense.Name}, core {dense.Core}, threads {dense.Threads}");
            if (options.Backend is { } fast) progress.Expect(() => AnalysisForecast.Of(recorded.Checkpoints, options, fast, cancellation));
            var analysis = Analyze.Reservoir(recorded.Checkpoints, options, new Forward(progress), cancellation);
            return analysis.Run.InputHash is null ? analysis with { Run = analysis.Run with { InputHash = recorded.InputHash(cancellation) } } : analysis;
        }, cancellation);

    /// <summary>--strict: 1 goes before 4. A training outside the setting of the theory leaves everything about its data open, as an undecided
    /// claim does.</summary>
    public static int StrictCode(IReadOnlyCollection<Verdict> verdicts, bool outsideTheory = false) =>
        verdicts.Contains(Verdict.Violated) ? ExitCodes.Violated
        : outsideTheory || verdicts.Contains(Verdict.Undecided) ? ExitCodes.Undecided : ExitCodes.Done;

    // IProgress<T>.Report of Progress<T> posts to a context; the display wants the call itself, in order.
    private sealed class Forward(IProgress<StageProgress> inner) : IProgress<AnalysisProgress>
    {
        public void Report(AnalysisProgress value) => inner.Report(new StageProgress(value.Stage, value.Fraction));
    }
}
