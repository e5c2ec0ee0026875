namespace KernelFlow.Operators.Tests;

/// <summary>A Jacobian larger than memory must work: how much is asked for at a time, how often, and what is held meanwhile.</summary>
public class GramPassMemoryTests
{
    /// <summary>A tensor made up as it is read; remembers how it was read.</summary>
    private sealed class Recorded(string name, params long[] shape) : TensorSource(name, "made up", shape, StorageType.Float64)
    {
        public long Largest { get; private set; }

        public long Total { get; private set; }

        protected override void ReadCore(long first, Span<double> destination)
        {
            Largest = Math.Max(Largest, destination.Length);
            Total += destination.Length;
            for (int i = 0; i < destination.Length; i++) destination[i] = Value(first + i);
        }

        private static double Value(long index) => (index * 7919 % 1009 - 504) / 504.0;
    }

    [Fact]
    public void EveryNumberIsReadOnceInSpansFarBelowTheWhole()
    {
        const int n = 3, m = 2, D = 2_000_003, count = 4;
        Recorded[] S = Tensors("J_S", n), Q = Tensors("J_Q", m);
        Recorded[] Tensors(string name, int rows) => Enumerable.Range(0, count).Select(_ => new Recorded(name, rows, D)).ToArray();
        var run = new CheckpointSequence(Enumerable.Range(0, count).Select(k =>
            new Checkpoint(k, k, S[k], Q[k], new MemoryTensor("U_S", new double[n], n), new MemoryTensor("U_Q", new double[m], m))),
            LossModel.Squared(new double[n], 1));
        var outputs = OutputRecord.Read(run);
        long before = GC.GetAllocatedBytesForCurrentThread();
        TrajectoryBuilder.Read(run, outputs, Backends.Managed);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        foreach (var tensor in S.Concat(Q))
        {
            Assert.Equal(tensor.Count, tensor.Total);
            Check.Small(tensor.Largest, D / 8.0, $"{tensor.Name}: largest span read of {D} columns");
        }
        // Three checkpoints are within reach of the every-second grid: three blocks of 8 MB and one for their sums. The Jacobians are 320 MB.
        Check.Small(allocated, 40e6, "bytes allocated");
        Assert.True(allocated > 8e6, $"only {allocated} bytes allocated: this test no longer measures the blocks");
    }

    /// <summary>Factors made up as they are read.</summary>
    private sealed class Filled(string name, params long[] shape) : TensorSource(name, "made up", shape, StorageType.Float64)
    {
        public long Largest { get; private set; }

        protected override void ReadCore(long first, Span<double> destination)
        {
            Largest = Math.Max(Largest, destination.Length);
            destination.Fill(first % 7 - 3.0);
        }
    }

    private static CheckpointSequence Factored(JacobianLayer layer, int n, int m, List<Filled> made, bool preconditioned = false)
    {
        FactoredJacobian Jacobian(TensorName name, int examples) => new(name, "made up", examples, 1, [LayerFactors.Of(name, layer, examples, 1, factor =>
        {
            long size = factor[0] == 'A' ? layer.Inputs : layer.Outputs;
            made.Add(new Filled(factor, factor[0] == 'A' ? [examples, size] : [examples, 1, size]));
            return made[^1];
        })]);
        return new CheckpointSequence(Enumerable.Range(0, 2).Select(k =>
        {
            List<TensorSource> tensors = [Jacobian(TensorName.J_S, n), Jacobian(TensorName.J_Q, m), new MemoryTensor("U_S", new double[n], n),
                new MemoryTensor("U_Q", new double[m], m)];
            if (preconditioned) tensors.Add(new Ones("preconditioner", layer.Columns));
            return new Checkpoint(k, k, [.. tensors]);
        }), LossModel.Squared(new double[n], 1));
    }

    /// <summary>A preconditioner of ones.</summary>
    private sealed class Ones(string name, params long[] shape) : TensorSource(name, "made up", shape, StorageType.Float64)
    {
        protected override void ReadCore(long first, Span<double> destination) => destination.Fill(1);
    }

    // Factors of 51 MB, 1.6 MB an example: two tiles of five examples at both checkpoints are 32 MB.
    [Fact]
    public void FactorsLargerThanTheLimitAreHeldInTiles()
    {
        const int n = 12, m = 4, size = 100_000;
        var made = new List<Filled>();
        var run = Factored(JacobianLayer.Dense("wide", size, size, bias: true), n, m, made);
        long before = GC.GetAllocatedBytesForCurrentThread();
        GramPass.Form(run, [(0, 1)], _ => true, Backends.Managed);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Check.Small(allocated, 36e6, "bytes allocated");
        Assert.True(allocated > 16e6, $"only {allocated} bytes allocated: this test no longer measures the tiles");
        Check.Small(made.Max(t => t.Largest), 5 * size, "largest span of factors read");
    }

    // Rows of 64 MB: a block of 4 MB for each checkpoint and for their product, the roots of 32,768 parameters, and pieces of factors.
    [Fact]
    public void WithAPreconditionerRowsAreExpandedInBlocks()
    {
        const int n = 12, m = 4, size = 500;
        var made = new List<Filled>();
        var run = Factored(JacobianLayer.Dense("wide", size, size, bias: true), n, m, made, preconditioned: true);
        long before = GC.GetAllocatedBytesForCurrentThread();
        GramPass.Form(run, [(0, 1)], _ => true, Backends.Managed);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before, rows = 8L * 2 * (n + m) * run.Parameters!.Value;
        Check.Small(allocated, rows / 3.0, "bytes allocated");
    }
}
