using System.CommandLine;
using KernelFlow.Files;
using KernelFlow.Reporting;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow validate</c>.</summary>
internal static class ValidateCommand
{
    /// <summary>Builds the command.</summary>
    /// <param name="terminal">Where text goes.</param>
    /// <param name="experiments">What can be run; null for <see cref="Experiments.All"/>.</param>
    public static Command Build(CliTerminal terminal, IReadOnlyList<Experiment>? experiments = null)
    {
        var all = experiments ?? Experiments.All;
        var output = Folders.WithDefault("--out", "Folder for the reports, one folder in it per experiment.", "kernelflow-validation");
        var list = new Option<bool>("--list") { Description = "Only say which experiments there are." };
        var only =
            new Option<string[]>("--only") { Description =
            $"Run this experiment (may be given several times). Default: all. One of: {string.Join(", ", all.Select(e => e.Id))}.", HelpName = "id" };
        only.CompletionSources.Add(_ => all.Select(e => e.Id));
        var quick = new Option<bool>("--quick") { Description = "The small version of each experiment: all of them in less than five minutes." };
        var keep = Folders.Option("--keep", "Keep recorded runs in this folder, one folder in it per experiment.");
        var strict = new Option<bool>("--strict") { Description = "Exit with 1 when a claim is violated, else with 4 when one is undecided." };
        var seed = Numbers.Seed("--seed", "Seed of everything random; the first of a study's seeds. Default: 0, for a study the seeds it is published with.");
        var cells = new Option<string[]>("--cells") { Description = "Only the cells of a study whose id contains this text (may be given several times).",
            HelpName = "text" };
        var runs = Numbers.Whole("--runs", "Trainings per cell of a study.", 1);
        var overwrite = CommonOptions.Overwrite();
        var resume = new Option<bool>("--resume") { Description = "Continue an interrupted validation: keep the finished reports of this version that "
            + "were made "
            + "with the same options, and run the other experiments." };
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command =
            new Command("validate",
            "Run the experiments that test the theory on trainings of their own, beside controls that must fail, and write their reports.")
            { output, list, only, quick, cells, runs, keep, strict, seed, overwrite, resume, backend, threads };
        CommonOptions.AddVerbosity(command);
        CommandChecks.Add(command, parsed => parsed.GetValue(resume) && parsed.GetValue(overwrite) ? ["--resume and --overwrite exclude each other."] : []);
        only.Validators.Add(result =>
        {
            foreach (string id in result.Tokens.Select(t => t.Value))
                if (all.All(e => e.Id != id)) result.AddError($"--only: {id} is not an experiment; use {string.Join(", ", all.Select(e => e.Id))}.");
        });
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(list))
            {
                int width = all.Max(e => e.Id.Length);
                foreach (var experiment in all) terminal.Out.WriteLine($"{experiment.Id.PadRight(width)} {experiment.Title}");
                return ExitCodes.Done;
            }
            string folder = parsed.GetRequiredValue(output);
            string[] asked = parsed.GetValue(only) ?? [];
            Experiment[] chosen = [.. all.Where(e => asked.Length == 0 || asked.Contains(e.Id))];
            var verbosity = CommonOptions.VerbosityOf(parsed);
            // Whoever writes one of the folders already, and what cannot be written, is known before the first training.
            using var held = new Held(chosen, folder, parsed.GetValue(overwrite));
            var options = new ExperimentOptions { Quick = parsed.GetValue(quick), Seed = parsed.GetValue(seed) ?? 0,
                Cells = parsed.GetValue(cells) ?? [], Runs = parsed.GetValue(runs), WorkFolder = folder,
                Backend = Backends.Resolve(terminal, parsed, backend, threads) };
            var verdicts = new List<Verdict>();
            foreach (var experiment in chosen)
            {
                string place = Path.Combine(folder, experiment.Id);
                if (parsed.GetValue(resume) && ExperimentReports.Finished(experiment, options, place) is { } known)
                {
                    verdicts.Add(known);
                    if (verbosity != Verbosity.Quiet) terminal.Out.WriteLine($"{experiment.Id}: {Narrative.Word(known)} (kept: {place})");
                    continue;
                }
                var own = parsed.GetValue(keep) is { } runs ? options with { KeepFolder = Path.Combine(runs, experiment.Id) } : options;
                var report = await ProgressDisplay.RunAsync(terminal, verbosity, progress =>
                {
                    progress.Expect(() => WorkPlan.Of((experiment.Id, 1)));
                    return experiment.Run(own, new Forward(experiment.Id, progress), cancellation);
                }, cancellation).ConfigureAwait(false);
                report.WriteFolder(place, held.Of(experiment));
                verdicts.Add(report.Verdict);
                if (verbosity != Verbosity.Quiet) Summarise(terminal.Out, report, place);
            }
            return parsed.GetValue(strict) ? AnalyzeCommand.StrictCode(verdicts) : ExitCodes.Done;
        });
        Examples.Add(command,
            "kernelflow validate --list",
            "kernelflow validate --quick --out reports --strict",
            "kernelflow validate --out reports --resume",
            $"kernelflow validate --only {all[0].Id} --out reports --keep runs");
        return command;
    }

    private static void Summarise(TextWriter writer, ExperimentReport report, string folder)
    {
        writer.WriteLine($"{report.Id}: {Narrative.Word(report.Verdict)}");
        writer.WriteLine($"  {report.Conclusion}");
        foreach (var criterion in report.Criteria)
            writer.WriteLine($"  {(criterion.Met ? "met:    " : "NOT met:")} {criterion.Condition} ({criterion.Finding})");
        writer.WriteLine($"Report: {Path.Combine(folder, ExperimentReports.HtmlFile)}");
    }

    // Each experiment reports as one stage, because the display would otherwise keep a bar for each training.
    private sealed class Forward(string id, IProgress<StageProgress> inner) : IProgress<ExperimentProgress>
    {
        public void Report(ExperimentProgress value) => inner.Report(new StageProgress(id, value.Fraction));
    }

    // The locks of the folders of all experiments.
    private sealed class Held : IDisposable
    {
        private readonly List<(Experiment Experiment, FolderLock Lock)> _locks = [];

        public Held(IEnumerable<Experiment> experiments, string folder, bool overwrite)
        {
            try
            {
                foreach (var experiment in experiments)
                    _locks.Add((experiment, ReportFolder.TakeExperiment("--out", Path.Combine(folder, experiment.Id), overwrite)));
            }
            catch
            {
                Dispose();
                throw;
            }
        }

        public FolderLock Of(Experiment experiment) => _locks.First(l => l.Experiment == experiment).Lock;

        // The parent that was made for the first one goes last.
        public void Dispose()
        {
            foreach (var (_, one) in Enumerable.Reverse(_locks)) one.Dispose();
        }
    }
}
