using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary>--from and --to: the window of a run that a command works on.</summary>
internal sealed class WindowOptions
{
    private readonly Option<double?> _from =
        Numbers.Real("--from", "Start of the window: the flow time of a checkpoint. Default: the first.", _ => true, "finite");

    private readonly Option<double?> _to =
        Numbers.Real("--to", "End of the window: the flow time of a checkpoint. Default: the last.", _ => true, "finite");

    /// <summary>Adds both to a command and refuses an empty window.</summary>
    public void AddTo(Command command)
    {
        command.Add(_from);
        command.Add(_to);
        CommandChecks.Add(command, parsed =>
            parsed.GetValue(_from) is { } from && parsed.GetValue(_to) is { } to && !(to > from) ? ["--to must be later than --from."] : []);
    }

    /// <summary>The window that was asked for; null where it is the run's end.</summary>
    public (double? From, double? To) Of(ParseResult parsed) => (parsed.GetValue(_from), parsed.GetValue(_to));
}
