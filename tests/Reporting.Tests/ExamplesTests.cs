using KernelFlow.Tests.Samples;
using System.Text.Json;
using System.Text.RegularExpressions;
using KernelFlow.Reporting.Tests.Support;

namespace KernelFlow.Reporting.Tests;

/// <summary>What the examples read is what reports have: no other language is needed to know it.</summary>
public sealed class ExamplesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-examples-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Example(string name) => File.ReadAllText(SourceTree.PathOf("examples", name));

    /// <summary>Every key that the Python reader asks for is in results.json, every tensor in operators.safetensors, in the type and layout that it
    /// assumes.</summary>
    [Fact]
    public void ThePythonReaderAsksForWhatIsThere()
    {
        string python = Example("read_results.py");
        TestRuns.DigitsTinyAnalysis.WriteAll(_folder);
        var results = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_folder, "results.json"))).RootElement;
        string[][] paths = [.. Regex.Matches(python, @"results((?:\[""\w+""\])+)").Select(m =>
            Regex.Matches(m.Groups[1].Value, @"\w+").Select(k => k.Value).ToArray())];
        Assert.True(paths.Length >= 4, $"{paths.Length} keys");
        foreach (string[] path in paths)
        {
            var element = results;
            foreach (string key in path) Assert.True(element.TryGetProperty(key, out element), string.Join('.', path));
        }
        foreach (Match m in Regex.Matches(python, @"claim\[""(\w+)""\]"))
            foreach (var claim in results.GetProperty("claims").EnumerateArray()) Assert.True(claim.TryGetProperty(m.Groups[1].Value, out _), m.Value);

        byte[] bytes = File.ReadAllBytes(Path.Combine(_folder, "operators.safetensors"));
        int length = (int)BitConverter.ToInt64(bytes);
        var header = JsonDocument.Parse(bytes.AsMemory(8, length)).RootElement;
        string[] tensors = [.. Regex.Matches(python, @"operators\[""(\w+)""\]").Select(m => m.Groups[1].Value)];
        Assert.Equal(4, tensors.Length);
        foreach (string tensor in tensors)
        {
            var entry = header.GetProperty(tensor);
            Assert.Equal("F64", entry.GetProperty("dtype").GetString());
            Assert.Equal(8 * entry.GetProperty("shape").EnumerateArray().Aggregate(1L, (n, s) => n * s.GetInt64()),
                entry.GetProperty("data_offsets")[1].GetInt64() - entry.GetProperty("data_offsets")[0].GetInt64());
        }

        // Its check, ‖W_S ψ − λψ‖, with the numbers at the places where it looks for them.
        double[] Read(string name)
        {
            int from = 8 + length + header.GetProperty(name).GetProperty("data_offsets")[0].GetInt32(),
                count = header.GetProperty(name).GetProperty("shape").EnumerateArray().Aggregate(1, (n, s) => n * s.GetInt32());
            return [.. Enumerable.Range(0, count).Select(i => BitConverter.ToDouble(bytes, from + 8 * i))];
        }
        double[] w = Read("W_S"), values = Read("eigenvalues"), modes = Read("eigenvectors");
        int N = values.Length;
        double worst = 0;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                worst = Math.Max(worst, Math.Abs(Enumerable.Range(0, N).Sum(k => w[i * N + k] * modes[k * N + j]) - values[j] * modes[i * N + j]));
        Check.Small(worst, N * 1e-15 * values[0], "largest |W_S ψ − λψ|");
    }

    /// <summary>The notebook is one (nbformat 4), has no outputs that could be out of date, and uses public members that exist.</summary>
    [Fact]
    public void TheNotebookIsWellFormedAndUsesWhatIsThere()
    {
        var notebook = JsonDocument.Parse(Example("explore.ipynb")).RootElement;
        Assert.Equal(4, notebook.GetProperty("nbformat").GetInt32());
        var cells = notebook.GetProperty("cells").EnumerateArray().ToArray();
        Assert.Equal(cells.Length, cells.Select(c => c.GetProperty("id").GetString()).Distinct().Count());
        var code = cells.Where(c => c.GetProperty("cell_type").GetString() == "code").ToArray();
        Assert.All(code, c => Assert.Equal(0, c.GetProperty("outputs").GetArrayLength()));
        string source = string.Concat(code.SelectMany(c => c.GetProperty("source").EnumerateArray()).Select(l => l.GetString()));
        UsesWhatIsThere(source, 12);
        foreach (Match m in Regex.Matches(source, @"#r ""[^""]*/([\w.]+)\.dll"""))
            Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, m.Groups[1].Value + ".dll")), m.Value);
    }

    [Fact]
    public void TheFSharpScriptUsesWhatIsThere()
    {
        string source = Example("explore.fsx");
        UsesWhatIsThere(source, 12);
        foreach (Match m in Regex.Matches(source, @"#r ""([\w.]+)\.dll"""))
            Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, m.Groups[1].Value + ".dll")), m.Value);
    }

    // Members of results by name: a renamed one would leave an example behind.
    private static void UsesWhatIsThere(string source, int least)
    {
        Type[] types = [typeof(ReservoirAnalysis), typeof(InclusionResult), typeof(SpectrumResult), typeof(ClaimResult), typeof(ErrorBudget),
            typeof(OperatorSet), typeof(RunComparison), typeof(ComparedRun), typeof(CompareOptions),
            typeof(KernelEvolution), typeof(ModeVisibility), typeof(RecordedRun), typeof(CheckpointSequence), typeof(Checkpoint), typeof(Analyze),
                typeof(KernelFlow.Compare), typeof(ReservoirReports)];
        var members = types.SelectMany(t => t.GetMembers()).Select(m => m.Name).ToHashSet();
        string[] used = [.. Regex.Matches(source,
            @"\b(?:analysis|claim|budget|half|halves|run|Analyze|Compare|operators|Inclusion|Spectrum|KernelEvolution|Checkpoints|RecordedRun)\.([A-Z]\w*)")
            .Select(m => m.Groups[1].Value).Distinct()];
        Assert.True(used.Length >= least, $"{used.Length} members: {string.Join(", ", used)}");
        foreach (string name in used) Assert.True(members.Contains(name), $"{name} is not a member of any result");
    }
}
