using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow completion SHELL</c>: a script that completes commands, options and their values.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # kernelflow completion for bash:  source <(kernelflow completion bash)
        _kernelflow() {
            local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}"
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _kernelflow kernelflow
        """;

    private const string Zsh = """
        # kernelflow completion for zsh:  source <(kernelflow completion zsh)
        _kernelflow() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            compadd -- ${found:#} || _files
        }
        compdef _kernelflow kernelflow
        """;

    private const string Fish = """
        # kernelflow completion for fish:  kernelflow completion fish | source
        function __kernelflow_complete
            kernelflow "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null
        end
        complete -c kernelflow -a "(__kernelflow_complete)"
        """;

    private const string PowerShell = """
        # kernelflow completion for PowerShell:  kernelflow completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName kernelflow -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            kernelflow "[suggest:$cursorPosition]" "$commandAst" | Where-Object { $_ -like "$wordToComplete*" } |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or powershell." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish", "powershell");
        var command = new Command("completion", "Print a script that makes a shell complete kernelflow's commands and options.") { shell };
        command.SetAction(parsed =>
        {
            terminal.Out.Write((parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => PowerShell }) + "\n");
            return ExitCodes.Done;
        });
        Examples.Add(command, "source <(kernelflow completion bash)", "kernelflow completion powershell | Out-String | Invoke-Expression");
        return command;
    }
}
