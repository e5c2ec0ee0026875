namespace KernelFlow.Cli;

/// <summary>What each shell runs to complete a line: it asks <c>kernelflow [suggest:N] LINE</c> for the words at character N of the line, and takes the
/// names of files where there are none.</summary>
internal static class CompletionScripts
{
    /// <summary>The shells by name.</summary>
    public static IReadOnlyList<string> Shells { get; } = ["bash", "zsh", "fish", "powershell"];

    /// <summary>The script of a shell.</summary>
    public static string Of(string shell) => shell switch { "bash" => Bash, "zsh" => Zsh, "fish" => Fish, _ => PowerShell };

    // Bash takes the word after = for a word of its own, so what was suggested loses the part before it.
    private const string Bash = """
        # kernelflow completion for bash:  source <(kernelflow completion bash)
        _kernelflow() {
            local IFS=$'\n'
            COMPREPLY=($("${COMP_WORDS[0]/#\~/$HOME}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null))
            if [[ ${COMP_WORDS[COMP_CWORD]} == = || ${COMP_WORDS[COMP_CWORD-1]} == = ]]; then
                COMPREPLY=("${COMPREPLY[@]#*=}")
            fi
        }
        complete -o default -F _kernelflow kernelflow
        """;

    private const string Zsh = """
        # kernelflow completion for zsh:  source <(kernelflow completion zsh)   (after compinit)
        _kernelflow() {
            local -a found
            local line="${(j: :)words[1,CURRENT-1]} $PREFIX"
            found=(${(f)"$("${words[1]/#\~/$HOME}" "[suggest:${#line}]" "$line" 2>/dev/null)"})
            if (( ${#found} )); then compadd -- $found; else _files; fi
        }
        compdef _kernelflow kernelflow
        """;

    private const string Fish = """
        # kernelflow completion for fish:  kernelflow completion fish | source
        function __kernelflow_complete
            set -l line (commandline -cp | string collect)
            set -l words (commandline -cpo)
            set -l program (string replace -r '^~' $HOME -- $words[1])
            set -l found ($program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            if test (count $found) -gt 0
                printf '%s\n' $found
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c kernelflow -f -a "(__kernelflow_complete)"
        """;

    // The position counts from the beginning of the input, which may hold commands before this one, and the text of the command has no blank at its end.
    private const string PowerShell = """
        # kernelflow completion for PowerShell:  kernelflow completion powershell | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName kernelflow -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $position = $cursorPosition - $commandAst.Extent.StartOffset
            $line = $commandAst.Extent.Text.PadRight($position)
            & $commandAst.GetCommandName() "[suggest:$position]" $line 2>$null |
                ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;
}
