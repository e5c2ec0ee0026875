using KernelFlow.Numerics;

namespace KernelFlow.Networks.Tests;

public sealed class KernelBlocksTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-kernels-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(OptimizerKind.GradientDescent)]
    [InlineData(OptimizerKind.Adam)]
    public void Blocks_are_the_products_of_the_Jacobians(OptimizerKind optimizer)
    {
        var options = new RecordingOptions
        {
            Train = 9, Test = 5, Outputs = 2, Layers = [LayerSpec.Dense(6)], Steps = 4, Schedule = CheckpointSchedule.EveryStep,
                Midpoints = true, Optimizer = optimizer,
            LearningRate = 0.01, Noise = 0.3,
        };
        var run = Recorder.InMemory(options, Backends.Managed);
        KernelBlocks.Convert(run, _folder, Backends.Managed);
        using var converted = RecordedRun.Open(_folder);
        Assert.Equal(run.Count, converted.Checkpoints.Count);
        Assert.Equal(run.Optimizer, converted.Checkpoints.Optimizer);
        for (int k = 0; k < run.Count; k++)
        {
            var (jacobians, blocks) = (run[k], converted.Checkpoints[k]);
            var next = k + 1 < run.Count ? run[k + 1] : null;
            Assert.Equal((jacobians.Time, jacobians.Step), (blocks.Time, blocks.Step));
            AssertProduct(blocks, "K_SS", (jacobians, "J_S", jacobians), (jacobians, "J_S", jacobians));
            AssertProduct(blocks, "K_QS", (jacobians, "J_Q", jacobians), (jacobians, "J_S", jacobians));
            AssertProduct(blocks, "K_QQ", (jacobians, "J_Q", jacobians), (jacobians, "J_Q", jacobians));
            if (next is null)
            {
                Assert.DoesNotContain(blocks.Tensors.Keys, name => name.EndsWith("_next", StringComparison.Ordinal)
                    || name.EndsWith("_mid", StringComparison.Ordinal));
                continue;
            }
            AssertProduct(blocks, "K_SS_next", (next, "J_S", next), (jacobians, "J_S", jacobians));
            AssertProduct(blocks, "K_QS_next", (next, "J_Q", next), (jacobians, "J_S", jacobians));
            AssertProduct(blocks, "K_SQ_next", (next, "J_S", next), (jacobians, "J_Q", jacobians));
            AssertProduct(blocks, "K_QQ_next", (next, "J_Q", next), (jacobians, "J_Q", jacobians));
            AssertProduct(blocks, "K_SS_mid", (jacobians, "J_S_mid", jacobians), (jacobians, "J_S", jacobians));
            AssertProduct(blocks, "K_QS_mid", (jacobians, "J_Q_mid", jacobians), (jacobians, "J_S", jacobians));
        }
        Assert.Equal(run.RunTensors["clean_S"].ReadAll(), converted.Checkpoints.RunTensors["clean_S"].ReadAll());
        Assert.Equal(run.RunTensors["noise_mask_S"].ReadAll(), converted.Checkpoints.RunTensors["noise_mask_S"].ReadAll());
    }

    [Fact]
    public void Recording_kernels_writes_what_converting_the_run_writes()
    {
        var options = new RecordingOptions { Train = 9, Test = 5, Layers = [LayerSpec.Dense(6)], Steps = 40, Checkpoints = 5, DType = StorageType.Float64 };
        string jacobians = Path.Combine(_folder, "j"), kernels = Path.Combine(_folder, "k"), converted = Path.Combine(_folder, "c");
        Recorder.Record(options, jacobians, Backends.Managed);
        Recorder.Record(options with { Kernels = true }, kernels, Backends.Managed);
        using (var run = RecordedRun.Open(jacobians)) KernelBlocks.Convert(run.Checkpoints, converted, Backends.Managed, run.Metadata);
        foreach (string file in Directory.GetFiles(kernels, "checkpoint-*").Append("targets.safetensors"))
            Assert.Equal(File.ReadAllBytes(Path.Combine(kernels, Path.GetFileName(file))), File.ReadAllBytes(Path.Combine(converted, Path.GetFileName(file))));
    }

    // More parameters than one column block holds.
    [Fact]
    public void Column_blocks_add_up()
    {
        var random = new RandomStream(1, RandomStream.Purpose.Inputs);
        const int Wide = 10_000;
        MemoryTensor Normal(string name, int rows) => new(name, Enumerable.Range(0, rows * Wide).Select(_ => random.NextNormal()).ToArray(), rows, Wide);
        Checkpoint Make(double t) =>
            new(t, (long)t, Normal("J_S", 3), Normal("J_Q", 2), new MemoryTensor("U_S", new double[3], 3, 1), new MemoryTensor("U_Q", new double[2], 2, 1));
        Checkpoint first = Make(0), second = Make(1);
        var blocks = KernelBlocks.Convert([first, second], Backends.Managed).First();
        AssertProduct(blocks, "K_SS", (first, "J_S", first), (first, "J_S", first));
        AssertProduct(blocks, "K_SQ_next", (second, "J_S", second), (first, "J_Q", first));
    }

    [Fact]
    public void A_run_of_kernel_blocks_is_refused()
    {
        var blocks = Recorder.InMemory(new RecordingOptions { Train = 5, Test = 3, Steps = 2, Checkpoints = 2, Kernels = true }, Backends.Managed);
        Assert.Contains("expected Jacobians", Assert.Throws<InvalidRunException>(() => KernelBlocks.Convert(blocks, _folder, Backends.Managed)).Message);
    }

    private static void AssertProduct(Checkpoint blocks, string name, (Checkpoint C, string Name, Checkpoint M) left,
        (Checkpoint C, string Name, Checkpoint M) right)
    {
        double[] a = left.C[left.Name].ReadAll(), b = right.C[right.Name].ReadAll(), actual = blocks[name].ReadAll();
        double[]? ma = left.M.Find("preconditioner")?.ReadAll(), mb = right.M.Find("preconditioner")?.ReadAll();
        int D = (int)left.C[left.Name].Shape[^1], rows = a.Length / D, columns = b.Length / D;
        Assert.Equal(StorageType.Float64, blocks[name].Type);
        Assert.Equal([rows, columns], blocks[name].Shape);
        double scale = actual.Max(Math.Abs);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < D; k++) sum += a[i * D + k] * b[j * D + k] * (ma is null ? 1 : Math.Sqrt(ma[k]) * Math.Sqrt(mb![k]));
                Check.Small(Math.Abs(actual[i * columns + j] - sum) / scale, 1e-13, $"{name}[{i}, {j}]: error relative to the largest entry");
            }
    }
}
