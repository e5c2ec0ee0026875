using System.CommandLine;
using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow job plan|run|merge</c>: an analysis in pieces, on any number of machines.</summary>
internal static class JobCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var command = new Command("job", "Divide an analysis into tasks for many machines, compute one of them, or put their results together.")
        {
            JobPlanCommand.Build(terminal), BuildRun(terminal), BuildMerge(terminal),
        };
        Examples.Add(command,
            "kernelflow job plan runs/digits --out jobs/digits --mode flow",
            "bash jobs/digits/submit.sh",
            "kernelflow job run jobs/digits --task 7",
            "kernelflow job merge jobs/digits");
        return command;
    }

    private static Command BuildRun(CliTerminal terminal)
    {
        var folder = Folders.Argument("JOB", "Folder of the job.");
        var task = Numbers.Whole("--task", "Which task, from 1.", 1);
        task.Required = true;
        var run = MovedRun();
        var command = new Command("run", "Compute what is missing of a task; what is there and sound stays.") { folder, task, run };
        CommonOptions.AddVerbosity(command);
        command.SetAction((parsed, cancellation) => JobFolder.RunAsync(terminal, CommonOptions.VerbosityOf(parsed), parsed.GetRequiredValue(folder),
            parsed.GetValue(run), (job, recorded, options, progress) =>
            {
                int number = parsed.GetValue(task)!.Value;
                long started = System.Diagnostics.Stopwatch.GetTimestamp();
                if (number <= job.Tasks.Count)
                {
                    var planned = job.Tasks[number - 1];
                    progress.Expect(() => WorkPlan.Forecast([(planned.Stage == JobStage.Kernels ? "kernels" : "intervals", planned.Seconds)]));
                }
                var done = job.Compute(number, recorded, options, new JobFolder.Forward(progress), cancellation);
                if (CommonOptions.VerbosityOf(parsed) == Verbosity.Quiet) return ExitCodes.Done;
                foreach (string damaged in done.Again) terminal.Error.WriteLine($"warning: {damaged}; it was computed again.");
                double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
                terminal.Error.WriteLine($"task {NumberText.Count(number)} of {NumberText.Count(job.Tasks.Count)}: {NumberText.Count(done.Computed)} pieces "
                    + $"computed in {NumberText.Short(seconds)} s, {NumberText.Count(done.Found)} were there.");
                return ExitCodes.Done;
            }, cancellation));
        Examples.Add(command, "kernelflow job run jobs/digits --task 7");
        return command;
    }

    private static Command BuildMerge(CliTerminal terminal)
    {
        var folder = Folders.Argument("JOB", "Folder of the job.");
        var output = Folders.Option("--out", "Folder for the report. Default: report in the folder of the job.");
        var run = MovedRun();
        var overwrite = CommonOptions.Overwrite();
        var command = new Command("merge", "Put together what the tasks computed: the analysis and its report.") { folder, output, run, overwrite };
        CommonOptions.AddVerbosity(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var verbosity = CommonOptions.VerbosityOf(parsed);
            string job = parsed.GetRequiredValue(folder);
            // What is wrong with the job is said before a folder is made in it.
            _ = AnalysisJob.Open(job);
            string report = parsed.GetValue(output) ?? Path.Combine(job, JobScripts.ReportFolder);
            using var held = ReportFolder.Take("--out", report, parsed.GetValue(overwrite));
            return await JobFolder.RunAsync(terminal, verbosity, job, parsed.GetValue(run), (opened, recorded, options, progress) =>
            {
                var analysis = opened.Merge(recorded, options, new JobFolder.Forward(progress), cancellation);
                analysis.WriteFolder(report, new ReportOptions { Lock = held, OneThread = options.Backend!.Threads == 1 });
                if (verbosity != Verbosity.Quiet) Summary.Write(terminal.ErrorText, analysis, report);
                return ExitCodes.Done;
            }, cancellation).ConfigureAwait(false);
        });
        Examples.Add(command,
            "kernelflow job merge jobs/digits",
            "kernelflow job merge jobs/digits --out reports/digits");
        return command;
    }

    private static Option<string?> MovedRun() => Folders.Option("--run", "Where the run is now, when it is not where the job was planned.");
}
