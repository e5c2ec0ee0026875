using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary>Opens the folder of a job with its run, and the options as the plan has them.</summary>
internal static class JobFolder
{
    /// <summary>Does something with a job and its run.</summary>
    /// <param name="terminal">Where progress and warnings go.</param>
    /// <param name="verbosity">How much of them.</param>
    /// <param name="folder">The job's folder.</param>
    /// <param name="run">Where the run is now; null for where the plan says.</param>
    /// <param name="work">What is to be done; returns the exit code.</param>
    /// <param name="cancellation">Ends it.</param>
    public static Task<int> RunAsync(CliTerminal terminal, Verbosity verbosity, string folder, string? run,
        Func<AnalysisJob, RecordedRun, AnalysisOptions, IStageDisplay, int> work, CancellationToken cancellation) =>
        ProgressDisplay.RunAsync(terminal, verbosity, progress =>
        {
            var job = AnalysisJob.Open(folder);
            var (options, windows) = Options(job.Arguments, terminal);
            using var recorded = RecordedRun.Open(run ?? job.FindRun(), options.From, options.To);
            return work(job, recorded, options with { Windows = windows(recorded.Checkpoints) }, progress);
        }, cancellation);

    /// <summary>The options of a plan, and the windows that they mean in a run.</summary>
    /// <param name="arguments">The arguments that it has.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <exception cref="InvalidJobException">They are not options of this version.</exception>
    public static (AnalysisOptions Options, Func<CheckpointSequence, IReadOnlyList<TimeWindow>> Windows) Options(IReadOnlyList<string> arguments,
        CliTerminal terminal)
    {
        var (set, intervals) = (new AnalysisOptionSet(claimsOnly: true, kernelRows: true), new IntervalOptions());
        var command = new Command("analyze");
        set.AddTo(command);
        intervals.AddTo(command);
        // Whatever was given to the command that reads them was checked when the job was planned.
        var parsed = command.Parse([.. arguments], new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            throw new InvalidJobException($"The plan has options that this version does not know: {parsed.Errors[0].Message}");
        return (intervals.Of(parsed, set.Of(parsed, terminal), terminal), run => intervals.WindowsOf(parsed, run));
    }

    /// <summary>Passes stages on.</summary>
    internal sealed class Forward(IProgress<StageProgress> inner) : IProgress<AnalysisProgress>
    {
        public void Report(AnalysisProgress value) => inner.Report(new StageProgress(value.Stage, value.Fraction));
    }
}
