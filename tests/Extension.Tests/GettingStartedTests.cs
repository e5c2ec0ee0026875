using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Extension.Tests;

/// <summary>The program of docs/getting-started.md, compiled and run as it stands there.</summary>
public sealed class GettingStartedTests : IDisposable
{
    // What a project with implicit usings has.
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-started-").FullName;

    // Beside the libraries, so that their paths need not be told.
    private readonly string _program = Path.Combine(AppContext.BaseDirectory, $"started-{Guid.NewGuid():N}.dll");

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        File.Delete(_program);
    }

    private static string[] Blocks()
    {
        string[] parts = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "getting-started.md")).Split("```");
        return [.. parts.Where((part, i) => i % 2 == 1 && part.StartsWith("csharp\n", StringComparison.Ordinal)).Select(part => part["csharp\n".Length..])];
    }

    private void Compile(string text)
    {
        string[] platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var compilation = CSharpCompilation.Create(Path.GetFileNameWithoutExtension(_program),
            [CSharpSyntaxTree.ParseText(Usings), CSharpSyntaxTree.ParseText(text)], platform.Select(path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        var result = compilation.Emit(_program);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning)));
        Assert.DoesNotContain(result.Diagnostics, d => d.Severity == DiagnosticSeverity.Warning);
    }

    private string Run()
    {
        string tests = Path.Combine(AppContext.BaseDirectory, Path.GetFileNameWithoutExtension(typeof(GettingStartedTests).Assembly.Location));
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host, ["exec", "--depsfile", tests + ".deps.json", "--runtimeconfig", tests + ".runtimeconfig.json", _program])
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"exit {process.ExitCode}\n{output}\n{error.Result}");
        return output;
    }

    [Fact]
    public void TheWholePageRunsAndDecides()
    {
        string[] blocks = Blocks();
        Assert.Equal(2, blocks.Length);
        Compile(string.Join("\n", blocks));
        string output = Run();
        Assert.Contains("Test transfer: Holds, inclusion: Holds", output);
        Assert.Contains("`Test transfer: Holds, inclusion: Holds`", File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "getting-started.md")));
        Assert.True(File.Exists(Path.Combine(_folder, "report", "report.html")), output);
        Assert.True(File.Exists(Path.Combine(_folder, "report", "operators.safetensors")), output);
    }

    /// <summary>What the page says of the optimizer: it is what the verdict hangs on.</summary>
    [Fact]
    public void WithoutTheOptimizerItIsUndecided()
    {
        string text = Blocks()[0], without = text.Replace(", new GradientDescent(Rate));", ");", StringComparison.Ordinal);
        Assert.NotEqual(text, without);
        Compile(without);
        Assert.Contains("Test transfer: Undecided", Run());
    }
}
