using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace KernelFlow.Documentation.Tests;

/// <summary>Every C# sample of the pages compiles against the libraries as they are.</summary>
public sealed class SampleTests
{
    /// <summary>What a sample may take for granted: the reader has it from the lines around the sample.</summary>
    private const string Given = """
        public static CheckpointSequence checkpoints = default!;
        public static ReservoirAnalysis analysis = default!;
        public static Backend backend = default!;
        public static double[] targets = default!;
        public static string[] folders = default!;
        public static LinearOperator W_S = default!;
        public static torch.nn.Module<torch.Tensor, torch.Tensor> model = default!;
        public static Func<torch.Tensor, torch.Tensor, torch.Tensor> loss = default!;
        public static torch.optim.Optimizer optimizer = default!;
        public static torch.Tensor x_S = default!, y_S = default!, x_Q = default!, y_Q = default!;
        public static JacobianRecorderOptions options = default!;
        """;

    private const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        global using KernelFlow;
        """;

    // Where the lines above a sample on its page name the namespaces.
    private const string PageUsings = """
        using KernelFlow.Integrators;
        using KernelFlow.Numerics;
        using KernelFlow.Operators;
        using KernelFlow.Recording;
        using KernelFlow.Reporting;
        using KernelFlow.Spectral;
        using KernelFlow.Validation;
        using MathNet.Numerics.LinearAlgebra;
        using Microsoft.Data.Analysis;
        using TorchSharp;
        using TorchSharp.Modules;
        """;

    private static readonly MetadataReference[] s_references =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Those of docs/extending.md are shortened by "…" and are lines of files that tests/Extension.Tests compiles and compares.</summary>
    private static IEnumerable<Block> Samples() => Pages.All.Where(page => page != "docs/extending.md").SelectMany(page => Pages.Fenced(page, "csharp"));

    [Fact]
    public void EverySampleCompiles()
    {
        var samples = Samples().ToArray();
        Assert.True(samples.Length >= 12, $"only {samples.Length} samples were found");
        string[] wrong = [.. samples.SelectMany(sample => Errors(Wrapped(sample.Text)).Select(error => $"{sample}: {error}"))];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void TheProgramThatInstallsPackagesCompiles()
    {
        string[] wrong = [.. Errors(File.ReadAllText(SourceTree.PathOf("examples", "package", "Program.cs")), OutputKind.ConsoleApplication)];
        Assert.True(wrong.Length == 0, string.Join("\n", wrong));
    }

    [Theory]
    [InlineData("ReservoirAnalysis a = Analyze.Reservoir(checkpoints, new AnalysisOptions { NoSuchOption = 1 });", "NoSuchOption")]
    [InlineData("double error = analysis.Claim(\"C4\");", "ClaimResult")]
    public void ASampleThatDoesNotCompileIsFound(string sample, string named) => Assert.Contains(Errors(Wrapped(sample)), e => e.Contains(named));

    // Statements become the body of a method; a sample that declares types stands as it is.
    private static string Wrapped(string sample)
    {
        var root = CSharpSyntaxTree.ParseText(sample).GetCompilationUnitRoot();
        string usings = string.Concat(root.Usings.Select(u => u.ToFullString()));
        string body = sample[root.Usings.FullSpan.Length..];
        return root.Members.Any(m => m is GlobalStatementSyntax)
            ? $"{PageUsings}\n{usings}\n#line default\npublic static class Sample\n{{\n{Given}\npublic static async Task Run()\n{{\nawait Task.Yield();\n"
                + $"#line 1\n{body}\n}}\n}}"
            : $"{PageUsings}\n{sample}";
    }

    private static IEnumerable<string> Errors(string source, OutputKind kind = OutputKind.DynamicallyLinkedLibrary)
    {
        var parse = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
        var trees = new[] { Usings, source }.Select(text => CSharpSyntaxTree.ParseText(text, parse));
        var options = new CSharpCompilationOptions(kind, nullableContextOptions: NullableContextOptions.Enable);
        return CSharpCompilation.Create("Sample", trees, s_references, options).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error)
            .Select(d => $"line {d.Location.GetMappedLineSpan().StartLinePosition.Line + 1}: {d.GetMessage(CultureInfo.InvariantCulture)}");
    }
}
