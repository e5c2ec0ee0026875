using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace KernelFlow.Cli;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    /// <summary>Builds the tree; actions write to the terminal given here.</summary>
    public static RootCommand Build(CliTerminal terminal)
    {
        var root =
            new RootCommand("Kernel-flow operators of recorded training runs: which directions of the training signal reach the test outputs, with error "
                + "budgets and verdicts.")
        {
            DemoCommand.Build(terminal),
            RecordCommand.Build(terminal),
            InspectCommand.Build(terminal),
            AnalyzeCommand.Build(terminal),
            CompareCommand.Build(terminal),
            ReportCommand.Build(terminal),
            KernelsCommand.Build(terminal),
            ValidateCommand.Build(terminal),
            DoctorCommand.Build(terminal),
            CompletionCommand.Build(terminal),
        };
        foreach (var option in root.Options)
        {
            if (option is VersionOption version) version.Action = new PrintVersion(terminal);
            if (option is HelpOption { Action: HelpAction help }) option.Action = new HelpWithExamples(help, terminal);
        }
        Examples.Add(root,
            "kernelflow demo",
            "kernelflow inspect RUN",
            "kernelflow analyze RUN --out report");
        return root;
    }

    private sealed class PrintVersion(CliTerminal terminal) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            terminal.Out.WriteLine($"kernelflow {ToolInfo.Current.Version}");
            return ExitCodes.Done;
        }
    }

    private sealed class HelpWithExamples(HelpAction help, CliTerminal terminal) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            int code = help.Invoke(parseResult);
            foreach (string line in Examples.Of(parseResult.CommandResult.Command)) terminal.Out.WriteLine(line);
            return code;
        }
    }
}
