namespace KernelFlow.Recording.Tests;

/// <summary>Tensors read in single precision.</summary>
public sealed class SinglesTests
{
    private const int Count = 40_000; // more than one piece

    [Fact]
    public void SinglesAreTheRoundedNumbers()
    {
        var random = new Random(1);
        double[] values = [.. Enumerable.Range(0, Count).Select(_ => random.NextDouble() - 0.5)];
        float[] expected = Array.ConvertAll(values, v => (float)v), found = new float[Count - 7];
        TensorSource[] tensors = [new MemoryTensor("x", values, Count), new MemoryTensor("x", expected, Count), new Plain(values)];
        foreach (var tensor in tensors)
        {
            tensor.ReadSingles(5, found);
            Assert.Equal(expected[5..^2], found);
        }
    }

    [Fact]
    public void NumbersThatAreNotFiniteAndRangesOutsideAreRefused()
    {
        var tensor = new MemoryTensor("x", [0f, 1f, float.NaN, 2f], 2, 2);
        var error = Assert.Throws<InvalidRunException>(() => tensor.ReadSingles(1, new float[3]));
        Assert.Contains("x: found NaN at index [1, 0]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => tensor.ReadSingles(2, new float[3]));
    }

    // A source that knows of no other precision.
    private sealed class Plain(double[] values) : TensorSource("x", "memory", [values.Length], StorageType.Float64)
    {
        protected override void ReadCore(long first, Span<double> destination) => values.AsSpan((int)first, destination.Length).CopyTo(destination);
    }
}
