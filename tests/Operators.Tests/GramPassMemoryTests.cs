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
}
