using System.Text.Json;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Reporting;

namespace KernelFlow.Analysis.Tests;

/// <summary>One training, recorded with its Jacobians and with their factors, is one analysis: every number of results.json agrees.</summary>
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

    [Theory]
    [InlineData("flow")]
    [InlineData("cubic")]
    [InlineData("midpoints")]
    [InlineData("adam")]
    [InlineData("convolution")]
    [InlineData("golub-kahan")]
    public void EveryNumberIsThatOfThePlainRecording(string name)
    {
        var options = TestRuns.Options with
        {
            Interpolation = name == "cubic" ? Interpolation.Cubic : Interpolation.Linear,
            Solver = name == "golub-kahan" ? EigenSolver.GolubKahan : EigenSolver.Auto,
        };
        JsonElement Analysed(FactorRecording how)
        {
            string run = Path.Combine(_folder, how.ToString(), "run"), report = Path.Combine(_folder, how.ToString(), "report");
            Recorder.Record(Training(name) with { Factors = how }, run, TestRuns.Managed);
            using var recorded = RecordedRun.Open(run);
            Assert.Equal(how == FactorRecording.Always, recorded.Checkpoints[0]["J_S"] is FactoredJacobian);
            Analyze.Reservoir(recorded.Checkpoints, options).WriteFolder(report);
            return JsonDocument.Parse(File.ReadAllBytes(Path.Combine(report, "results.json"))).RootElement;
        }
        int compared = 0;
        Compare(Analysed(FactorRecording.Never), Analysed(FactorRecording.Always), "", ref compared);
        Assert.True(compared > 500, $"{compared} numbers compared");
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
