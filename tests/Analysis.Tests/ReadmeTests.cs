using System.Text.RegularExpressions;

namespace KernelFlow.Analysis.Tests;

/// <summary>The example changes the process's folder, so nothing may run beside it.</summary>
[CollectionDefinition(nameof(ReadmeTests), DisableParallelization = true)]
[Collection(nameof(ReadmeTests))]
public sealed class ReadmeTests
{
    [Fact]
    public void TheExampleInTheReadmeIsTheOneCompiledHere()
    {
        string readme = File.ReadAllText(SourceTree.PathOf("README.md")).ReplaceLineEndings("\n");
        string[] shown = Regex.Match(readme, "```csharp\n(.*?)```", RegexOptions.Singleline).Groups[1].Value.TrimEnd('\n').Split('\n');
        string[] source = File.ReadAllText(SourceTree.PathOf("tests", "Analysis.Tests", "ReadmeExample.cs")).ReplaceLineEndings("\n").Split('\n');
        int begin = Array.FindIndex(source, l => l.Trim() == "// begin example"), end = Array.FindIndex(source, l => l.Trim() == "// end example");
        Assert.Equal(["using KernelFlow;", "", .. source[(begin + 1)..end].Select(l => l.Length > 8 ? l[8..] : "")], shown);
    }

    [Fact]
    public void TheExampleRuns()
    {
        var folder = Directory.CreateTempSubdirectory("kernelflow-readme-");
        string before = Environment.CurrentDirectory;
        var console = Console.Out;
        using var output = new StringWriter();
        try
        {
            string run = Directory.CreateDirectory(Path.Combine(folder.FullName, "examples", "digits-tiny")).FullName;
            foreach (string file in Directory.EnumerateFiles(SourceTree.PathOf("examples", "digits-tiny"))) File.Copy(file,
                Path.Combine(run, Path.GetFileName(file)));
            Environment.CurrentDirectory = folder.FullName;
            Console.SetOut(output);
            ReadmeExample.Run();
            Assert.Contains("<h1>Kernel-flow report: digits-tiny</h1>", File.ReadAllText(Path.Combine(folder.FullName, "report.html")));
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
            folder.Delete(recursive: true);
        }
        Assert.Matches(@"^inclusion: (Holds|Vacuous|Undecided), \d+ signal modes\r?\ntest transfer: \w+, relative error ", output.ToString());
    }
}
