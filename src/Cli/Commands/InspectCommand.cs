using System.CommandLine;
using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow inspect RUN...</c>.</summary>
internal static class InspectCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var folders = Folders.Arguments("RUN", "Folders of recorded runs. Of several, each has a line.");
        var verify = new Option<bool>("--verify") { Description = "Also print the SHA-256 sum of every file and whether it is the one that run.json states." };
        var json = new Option<bool>("--json") { Description = "Print what was found as JSON, with every checkpoint, tensor and interval." };
        var memory = CommonOptions.Memory();
        var nodes = Numbers.Whole("--nodes", "How many nodes the forecast of a job supposes. Default: 4.", 1);
        var backend = CommonOptions.Backend();
        var threads = CommonOptions.Threads();
        var command =
            new Command("inspect",
            "Say what recorded runs hold, whether they are sound, whether their checkpoints are dense enough and what an analysis will cost.") { folders,
            verify, json, memory, nodes, backend, threads };
        CommonOptions.AddVerbosity(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            string[] asked = parsed.GetRequiredValue(folders);
            var named = Backends.IfNamed(terminal, parsed, backend, threads);
            using var document = parsed.GetValue(json) ? new InspectionJson() : null;
            var table = document is null && asked.Length > 1 ? new InspectionTable() : null;
            var sums = new List<(string Folder, IReadOnlyList<FileSum> Sums)>();
            int code = ExitCodes.Done;
            foreach (string folder in asked)
            {
                try
                {
                    using var run = RecordedRun.Open(folder);
                    // A small run needs no library. One that was left out is not named again for the next run.
                    var dense = named ?? Backends.Resolve(terminal, parsed, backend, threads, run.Checkpoints);
                    if (dense.Refused.Count > 0) named = dense;
                    var found = await ProgressDisplay.RunAsync(terminal, CommonOptions.VerbosityOf(parsed),
                        progress => Inspection.Of(run, dense, parsed.GetValue(verify), progress, cancellation,
                            parsed.GetValue(memory), parsed.GetValue(nodes) ?? RouteForecasts.Nodes), cancellation).ConfigureAwait(false);
                    document?.Add(folder, found);
                    table?.Add(folder, found);
                    if (document is null && table is null) InspectionText.Write(terminal.OutText(InspectionText.Margin), found);
                    if (CommonOptions.VerbosityOf(parsed) == Verbosity.Verbose) InspectionText.WriteParts(terminal.Error, found.Cost);
                    if (parsed.GetValue(verify)) sums.Add((folder, found.Sums));
                }
                // What is wrong with one run says nothing about the next; of one alone there is nothing to show but the message.
                catch (Exception e) when ((document is not null || table is not null) && IsOfTheRun(e))
                {
                    var (message, exitCode, _) = Errors.Describe(e);
                    string where = message.Contains(folder, StringComparison.Ordinal) ? "" : $"{PrintableText.Name(folder)}: ";
                    terminal.Error.WriteLine($"error: {where}{message}");
                    document?.AddBad(folder, message);
                    table?.AddBad(folder);
                    // A run that is bad goes before one whose computation failed: its message is the one to act upon.
                    if (code != ExitCodes.BadInput) code = exitCode;
                }
            }
            table?.Write(terminal.Out);
            if (document is not null) terminal.Out.Write(document.End());
            else
                foreach (var (folder, files) in sums)
                {
                    if (table is not null) terminal.Out.WriteLine($"{folder}:");
                    RunSums.Write(terminal.Out, files);
                }
            return code;
        });
        Examples.Add(command, "kernelflow inspect runs/digits", "kernelflow inspect runs/digits --verify", "kernelflow inspect runs/*",
            "kernelflow inspect runs/digits --memory 8G --nodes 16",
            "kernelflow inspect runs/digits --json | jq .runs[0].forecast.seconds");
        return command;
    }

    private static bool IsOfTheRun(Exception e) => e is not (OperationCanceledException or BackendException) && Errors.Describe(e).Foreseen;
}
