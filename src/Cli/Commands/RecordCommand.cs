using System.CommandLine;
using KernelFlow.Reporting;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow record OUT</c>.</summary>
internal static class RecordCommand
{
    private const string Stage = "training and recording";

    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var output = Folders.Argument("OUT", "Folder for the recorded run.");
        var options = new RecordingOptionSet();
        var overwrite = CommonOptions.Overwrite();
        var resume = new Option<bool>("--resume") { Description = "Continue an interrupted recording; the other options must be those it was started with." };
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command = new Command("record", "Train a built-in network and record it as a run: outputs and Jacobians at every checkpoint.") { output };
        options.AddTo(command);
        foreach (Option option in (Option[])[overwrite, resume, backend, threads]) command.Add(option);
        CommonOptions.AddVerbosity(command);
        CommandChecks.Add(command, parsed => parsed.GetValue(resume) && parsed.GetValue(overwrite) ? ["--resume and --overwrite exclude each other."] : []);
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = parsed.GetRequiredValue(output);
            var verbosity = CommonOptions.VerbosityOf(parsed);
            var recording = options.Of(parsed);
            var mode = parsed.GetValue(resume) ? ExistingRun.Resume : parsed.GetValue(overwrite) ? ExistingRun.Overwrite : ExistingRun.New;
            var dense = Backends.Resolve(terminal, parsed, backend, threads);
            int recorded;
            try
            {
                recorded = await RunAsync(terminal, verbosity, folder, recording, mode, dense, cancellation).ConfigureAwait(false);
            }
            catch (ArgumentException e)
            {
                // What a data set does not have is found out when it is asked for examples.
                throw RecordingOptionSet.Named(e);
            }
            if (verbosity != Verbosity.Quiet)
            {
                var text = terminal.ErrorText;
                foreach (string line in RecordingText.Of(recording, recorded, options.IsGiven(parsed, "--checkpoints"), folder)) text.WriteLine(line);
            }
            return ExitCodes.Done;
        });
        Examples.Add(command,
            "kernelflow record runs/parity --train 100 --test 60 --layers 24,24 --steps 3000 --noise 0.2",
            "kernelflow record runs/adaptive --schedule adaptive --max-checkpoints 40",
            "kernelflow record runs/classes --outputs 10 --loss softmax-cross-entropy --schedule uniform --checkpoints 40");
        return command;
    }

    /// <summary>Trains and records with progress.</summary>
    public static Task<int> RunAsync(CliTerminal terminal, Verbosity verbosity, string folder, RecordingOptions options, ExistingRun mode, Backend backend,
        CancellationToken cancellation) =>
        ProgressDisplay.RunAsync(terminal, verbosity, progress =>
        {
            progress.Expect(() => WorkPlan.Of((Stage, 1)));
            return Recorder.Record(options, folder, backend, mode, new Forward(progress), cancellation);
        }, cancellation);

    private sealed class Forward(IProgress<StageProgress> inner) : IProgress<RecordingProgress>
    {
        public void Report(RecordingProgress value) => inner.Report(new StageProgress(Stage, (double)value.Step / value.Steps));
    }
}
