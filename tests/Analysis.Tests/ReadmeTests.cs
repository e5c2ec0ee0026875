using System.Text.RegularExpressions;
using KernelFlow.Numerics;

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
            // The demo's own training, smaller: the example shall have a reservoir here, too.
            Recorder.Record(DemoRun.Options with { Train = 40, Test = 20, Layers = [LayerSpec.Dense(24)], Steps = 1000, Checkpoints = 30 },
                Path.Combine(folder.FullName, "kernelflow-demo", "run"), Backend.Resolve("managed", 1));
            Environment.CurrentDirectory = folder.FullName;
            Console.SetOut(output);
            ReadmeExample.Run();
            Assert.Contains("<h1>Kernel-flow report: run</h1>", File.ReadAllText(Path.Combine(folder.FullName, "report.html")));
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
            folder.Delete(recursive: true);
        }
        Assert.Matches(@"^inclusion: Holds, \d+ signal modes, [1-9]\d* in the reservoir\r?\ntest transfer: \w+, relative error ", output.ToString());
    }
}
