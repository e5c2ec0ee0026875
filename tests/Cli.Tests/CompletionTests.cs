using System.Diagnostics;

namespace KernelFlow.Cli.Tests;

/// <summary>What shells are told to complete, and the script of bash in bash.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string[] At(string line, int? position = null)
    {
        var result = Cli.Run($"[suggest:{position ?? line.Length}]", line);
        Assert.True(result.ExitCode == 0 && result.Error.Length == 0, result.ToString());
        return result.Out.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }

    [Theory]
    [InlineData("kernelflow ")]
    [InlineData("kernelflow -")]
    [InlineData("kernelflow analyze -")]
    [InlineData("kernelflow record --")]
    [InlineData("kernelflow completion ")]
    [InlineData("kernelflow analyze --method ")]
    public void EachWordComesOnceAndUnderOneName(string line)
    {
        string[] words = At(line);
        Assert.NotEmpty(words);
        Assert.Equal(words.Distinct(), words);
        Assert.DoesNotContain(words, w => w is "-h" or "-?" or "/h" or "/?");
    }

    [Theory]
    [InlineData("kernelflow inspect ", "")]
    [InlineData("kernelflow analyze runs/a ", "")]
    [InlineData("kernelflow analyze runs/a --out ", "")]
    [InlineData("kernelflow ana", "analyze")]
    [InlineData("/opt/bin/kernelflow ana", "analyze")]
    [InlineData("kernelflow analyze --method=ga", "--method=gauss-2 --method=gauss-4 --method=gauss-6")]
    [InlineData("kernelflow analyze --method=gauss-6 --m", "--memory --mode --modes")]
    [InlineData("kernelflow compare a b --ev", "--every")]
    [InlineData("kernelflow compare a b --every 2 --ev", "--every")]
    [InlineData("kernelflow analyze x --summary --s", "--save-operators --seed --solver --strict")]
    [InlineData("kernelflow analyze x --json ", "")]
    [InlineData("kernelflow analyze x --json --method g", "gauss-2 gauss-4 gauss-6")]
    [InlineData("ana", "analyze")]
    public void WordsAreThoseThatCanStandThere(string line, string expected) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), At(line));

    [Fact]
    public void AShellThatHasNoScriptIsRefusedInOneLine()
    {
        var result = Cli.Run("completion", "csh");
        Assert.Equal((2, "error: SHELL: 'csh' not recognized; use bash, zsh, fish or powershell."), (result.ExitCode, result.Error.Split('\n')[0].TrimEnd()));
    }

    [Fact]
    public void WhatStandsBehindTheCursorDoesNotMatter()
    {
        Assert.Equal(["analyze"], At("kernelflow an runs/a --json", "kernelflow an".Length));
        Assert.Equal(["analyze"], At("kernelflow an", 10_000));
        Assert.NotEmpty(At("kernelflow ", 0));
    }

    [BashFact]
    public void BashCompletesWithIt()
    {
        File.WriteAllText(_folder.Of("kernelflow"), $"#!/bin/bash\nexec '{Host}' '{Path.Combine(AppContext.BaseDirectory, "kernelflow.dll")}' \"$@\"\n");
        if (OperatingSystem.IsWindows()) return;
        File.SetUnixFileMode(_folder.Of("kernelflow"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(_folder.Of("try.sh"), CompletionScripts.Of("bash") + """

            complete_line() {
                COMP_LINE=$1; COMP_POINT=${#1}; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kernelflow; echo "${COMPREPLY[*]}"
            }
            IFS=' '
            complete_line "./kernelflow comp" ./kernelflow comp
            complete_line "./kernelflow analyze --method=ga" ./kernelflow analyze --method = ga
            complete_line "./kernelflow inspect " ./kernelflow inspect ""
            complete -p kernelflow
            """);
        using var bash = Process.Start(new ProcessStartInfo("bash", ["--norc", "try.sh"]) { WorkingDirectory = _folder.Path, RedirectStandardOutput = true })!;
        string[] lines = bash.StandardOutput.ReadToEnd().TrimEnd().Split('\n');
        bash.WaitForExit();
        Assert.Equal(["compare completion", "gauss-2 gauss-4 gauss-6", "", "complete -o default -F _kernelflow kernelflow"], lines);
    }

    private static string Host => Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet";

    /// <summary>A test that needs bash.</summary>
    private sealed class BashFactAttribute : FactAttribute
    {
        public BashFactAttribute() => Skip = File.Exists("/bin/bash") ? null : "There is no /bin/bash.";
    }
}
