using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace KernelFlow.Cli;

/// <summary>All commands.</summary>
internal static class CommandTree
{
    private static readonly (string Name, Func<CliTerminal, Command> Build)[] s_commands =
    [
        ("demo", DemoCommand.Build),
        ("record", RecordCommand.Build),
        ("inspect", InspectCommand.Build),
        ("analyze", AnalyzeCommand.Build),
        ("job", JobCommand.Build),
        ("compare", CompareCommand.Build),
        ("report", ReportCommand.Build),
        ("kernels", KernelsCommand.Build),
        ("import", ImportCommand.Build),
        ("sketch", SketchCommand.Build),
        ("validate", terminal => ValidateCommand.Build(terminal)),
        ("doctor", DoctorCommand.Build),
        ("completion", CompletionCommand.Build),
    ];

    /// <summary>Builds the tree; actions write to the terminal given here.</summary>
    /// <param name="terminal">Where text goes.</param>
    /// <param name="first">The first argument. Where it names a command, the options of the others are not built: that is a fifth of the time that a
    /// small command takes.</param>
    public static RootCommand Build(CliTerminal terminal, string? first = null)
    {
        var root = new RootCommand(
            "Kernel-flow operators of recorded training runs: which directions of the training signal reach "
            + "the test outputs, with error budgets and verdicts.");
        bool named = s_commands.Any(command => command.Name == first);
        foreach (var (name, build) in s_commands)
            if (!named || name == first) root.Add(WithoutEmptyValues(build(terminal)));
        foreach (var suggest in root.Directives.OfType<SuggestDirective>()) suggest.Action = new Suggestions(suggest, terminal);
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

    // A script whose variable is not set passes an empty text: it means nothing to any option.
    private static Command WithoutEmptyValues(Command command)
    {
        foreach (var part in command.Subcommands) WithoutEmptyValues(part);
        foreach (var option in command.Options.Where(o => o.ValueType == typeof(string) || o.ValueType == typeof(string[])))
            option.Validators.Add(result =>
            {
                if (result.Tokens.Any(t => t.Value.Length == 0)) result.AddError($"{option.Name}: the value is empty.");
            });
        return command;
    }

    private sealed class PrintVersion(CliTerminal terminal) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult) => VersionText.Print(terminal);
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
