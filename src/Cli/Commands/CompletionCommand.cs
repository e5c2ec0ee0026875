using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow completion SHELL</c>: a script that completes commands, options and their values.</summary>
internal static class CompletionCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or powershell." };
        shell.CompletionSources.Add(_ => CompletionScripts.Shells);
        shell.Validators.Add(result =>
        {
            foreach (var token in result.Tokens.Where(t => !CompletionScripts.Shells.Contains(t.Value)))
                result.AddError($"SHELL: '{token.Value}' not recognized; use bash, zsh, fish or powershell.");
        });
        var command = new Command("completion", "Print a script that makes a shell complete kernelflow's commands and options.") { shell };
        command.SetAction(parsed =>
        {
            terminal.Out.Write(CompletionScripts.Of(parsed.GetRequiredValue(shell)) + "\n");
            return ExitCodes.Done;
        });
        Examples.Add(command, "source <(kernelflow completion bash)", "kernelflow completion powershell | Out-String | Invoke-Expression");
        return command;
    }
}
