namespace KernelFlow.Networks.Tests;

/// <summary>Recordings of built-in networks as factors.</summary>
public sealed class FactorRecordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-factors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RecordingOptions Small(string layers) => new()
    {
        Train = 9, Test = 5, Outputs = 2, Layers = LayerSpec.ParseList(layers), Steps = 4, Schedule = CheckpointSchedule.EveryStep, Midpoints = true,
        DType = StorageType.Float64, Factors = FactorRecording.Always,
    };

    [Theory]
    [InlineData("6", Parametrisation.Standard)]
    [InlineData("6,5", Parametrisation.Ntk)]
    [InlineData("conv:3:3:2,conv:2:2:1,4", Parametrisation.Ntk)]
    public void FactorsMultiplyToTheJacobian(string layers, Parametrisation parametrisation)
    {
        var options = Small(layers) with { Parametrisation = parametrisation };
        var factored = Recorder.InMemory(options, Backends.Managed);
        var plain = Recorder.InMemory(options with { Factors = FactorRecording.Never }, Backends.Managed);
        for (int k = 0; k < plain.Count; k++)
            foreach (string name in plain[k].Tensors.Keys)
            {
                double[] expected = plain[k][name].ReadAll(), found = factored[k][name].ReadAll();
                double worst = expected.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second)), size = expected.Max(Math.Abs);
                Assert.True(worst <= 4e-16 * 20 * size, $"{name} of checkpoint {k}: off by {worst} of {size}");
                Assert.Equal(name.StartsWith('J'), factored[k][name] is FactoredJacobian);
            }
    }

    [Fact]
    public void AutoTakesWhatIsSmaller()
    {
        string Version(RecordingOptions options, string name)
        {
            Recorder.Record(options with { Factors = FactorRecording.Auto, Midpoints = false }, Path.Combine(_folder, name), Backends.Managed);
            return File.ReadAllText(Path.Combine(_folder, name, "run.json"));
        }
        Assert.Contains("\"version\": 2", Version(Small("6"), "dense"));
        // Patches of 36 positions with 9 numbers each are more than 30 columns.
        Assert.Contains("\"version\": 1", Version(Small("conv:1:3:1"), "patches"));
        Assert.Contains("\"version\": 1", Version(Small("6") with { Kernels = true }, "blocks"));
    }

    [Fact]
    public void AnInterruptedRecordingOfFactorsIsResumedToTheSameFiles()
    {
        string whole = Path.Combine(_folder, "whole"), part = Path.Combine(_folder, "part");
        Recorder.Record(Small("6"), whole, Backends.Managed);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => Recorder.Record(Small("6"), part, Backends.Managed,
            progress: new Stop(stop), cancellation: stop.Token));
        Recorder.Record(Small("6"), part, Backends.Managed, ExistingRun.Resume);
        foreach (string file in Directory.GetFiles(whole, "*.safetensors").Append(Path.Combine(whole, "run.json")))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(part, Path.GetFileName(file))));
    }

    [Fact]
    public void KernelBlocksOfFactorsAreThoseOfTheJacobians()
    {
        foreach (var how in (FactorRecording[])[FactorRecording.Always, FactorRecording.Never])
        {
            string run = Path.Combine(_folder, $"{how}");
            Recorder.Record(Small("6,5") with { Factors = how }, run, Backends.Managed);
            using var recorded = RecordedRun.Open(run);
            KernelBlocks.Convert(recorded.Checkpoints, run + "-blocks", Backends.Managed);
        }
        using RecordedRun factored = RecordedRun.Open(Path.Combine(_folder, "Always-blocks")), plain = RecordedRun.Open(Path.Combine(_folder, "Never-blocks"));
        for (int k = 0; k < plain.Checkpoints.Count; k++)
        {
            Assert.Equal(plain.Checkpoints[k].Tensors.Keys.Order(), factored.Checkpoints[k].Tensors.Keys.Order());
            foreach (string name in plain.Checkpoints[k].Tensors.Keys)
            {
                double[] expected = plain.Checkpoints[k][name].ReadAll(), found = factored.Checkpoints[k][name].ReadAll();
                double worst = expected.Zip(found).Max(pair => Math.Abs(pair.First - pair.Second)), size = expected.Max(Math.Abs);
                Assert.True(worst <= 1e-14 * size, $"{name} of checkpoint {k}: off by {worst} of {size}");
            }
        }
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<RecordingProgress>
    {
        public void Report(RecordingProgress value)
        {
            if (value.Step == 2) source.Cancel();
        }
    }
}
