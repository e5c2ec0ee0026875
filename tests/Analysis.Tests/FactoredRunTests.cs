using System.Text.Json;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Reporting;

namespace KernelFlow.Analysis.Tests;

/// <summary>One training, recorded with its Jacobians and with their factors, is one analysis.</summary>
public sealed class FactoredRunTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-factors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RecordingOptions Training(string name)
    {
        var small = new RecordingOptions
        {
            Train = 14, Test = 7, Layers = LayerSpec.ParseList("7,6"), Steps = 60, LearningRate = 0.1, Checkpoints = 9, DType = StorageType.Float64,
        };
        var steps = small with { Steps = 12, Schedule = CheckpointSchedule.EveryStep, Midpoints = true };
        return name switch
        {
            "midpoints" => steps with { Outputs = 2 },
            "adam" => steps with { Optimizer = OptimizerKind.Adam, LearningRate = 0.01, Batch = 7 },
            "convolution" => small with { Layers = LayerSpec.ParseList("conv:3:3:2,8"), Loss = LossKind.SoftmaxCrossEntropy, Outputs = 10, Steps = 30 },
            _ => small,
        };
    }

    private (JsonElement Json, ReservoirAnalysis Analysis) Analysed(string name, FactorRecording how)
    {
        var options = TestRuns.Options with
        {
            Interpolation = name == "cubic" ? Interpolation.Cubic : Interpolation.Linear,
            Solver = name == "golub-kahan" ? EigenSolver.GolubKahan : EigenSolver.Auto,
        };
        string run = Path.Combine(_folder, how.ToString(), "run"), report = Path.Combine(_folder, how.ToString(), "report");
        Recorder.Record(Training(name) with { Factors = how }, run, TestRuns.Managed);
        using var recorded = RecordedRun.Open(run);
        Assert.Equal(how == FactorRecording.Always, recorded.Checkpoints[0]["J_S"] is FactoredJacobian);
        var analysis = Analyze.Reservoir(recorded.Checkpoints, options);
        analysis.WriteFolder(report);
        return (JsonDocument.Parse(File.ReadAllBytes(Path.Combine(report, "results.json"))).RootElement, analysis);
    }

    // With a preconditioner rows are expanded, as the recorder multiplies them: nothing is different.
    [Fact]
    public void WithAPreconditionerEveryNumberIsThatOfThePlainRecording()
    {
        int compared = 0;
        Compare(Analysed("adam", FactorRecording.Never).Json, Analysed("adam", FactorRecording.Always).Json, "", ref compared);
        Assert.True(compared > 500, $"{compared} numbers compared");
    }

    // Kernels formed from factors have another rounding, so numbers agree norm by norm: single ones may be rounding themselves.
    [Theory]
    [InlineData("flow")]
    [InlineData("cubic")]
    [InlineData("midpoints")]
    [InlineData("convolution")]
    [InlineData("golub-kahan")]
    public void OperatorsAndClaimsAreThoseOfThePlainRecording(string name)
    {
        ReservoirAnalysis expected = Analysed(name, FactorRecording.Never).Analysis, found = Analysed(name, FactorRecording.Always).Analysis;
        foreach (var (plain, factored) in TestRuns.Named(expected.Operators.Value).Zip(TestRuns.Named(found.Operators.Value)))
            Check.Small(TestRuns.Relative(factored.Value, plain.Value), 1e-12, $"{name}: {plain.Name}");
        for (int j = 0; j < expected.Spectrum.Eigenvalues.Count; j++)
            Check.Small(Math.Abs(expected.Spectrum.Eigenvalues[j] - found.Spectrum.Eigenvalues[j]), 1e-12 * expected.Spectrum.Eigenvalues[0],
                $"{name}: eigenvalue {j + 1}");
        Assert.Equal(expected.Claims.Select(c => (c.Id, c.Verdict)), found.Claims.Select(c => (c.Id, c.Verdict)));
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
            Check.Small(Math.Abs(expected.Claim(id).RelativeError.Value - found.Claim(id).RelativeError.Value), 1e-12, $"{name}: {id}");
        Assert.Equal(expected.Inclusion.Verdict, found.Inclusion.Verdict);
    }

    private static void Compare(JsonElement plain, JsonElement factored, string path, ref int compared)
    {
        if (path is ".reportId" or ".performance" or ".run.inputHash" or ".run.name" or ".run.metadata.options") return;
        Assert.Equal(plain.ValueKind, factored.ValueKind);
        switch (plain.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in plain.EnumerateObject())
                {
                    Assert.True(factored.TryGetProperty(property.Name, out var other), $"{path}.{property.Name} is missing");
                    Compare(property.Value, other, $"{path}.{property.Name}", ref compared);
                }
                break;
            case JsonValueKind.Array:
                Assert.Equal(plain.GetArrayLength(), factored.GetArrayLength());
                foreach (var (a, b) in plain.EnumerateArray().Zip(factored.EnumerateArray())) Compare(a, b, path + "[]", ref compared);
                break;
            case JsonValueKind.Number:
                compared++;
                double x = plain.GetDouble(), y = factored.GetDouble();
                Assert.True(Math.Abs(x - y) <= 1e-12 * Math.Abs(x), $"{path}: {x} from Jacobians, {y} from factors");
                break;
            default:
                Assert.Equal((path, plain.GetRawText()), (path, factored.GetRawText()));
                break;
        }
    }
}
