namespace KernelFlow.Numerics.Tests;

/// <summary>Products with interleaved vectors and widened vectors against plain loops.</summary>
public sealed class InterleavedProductsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(28)]
    public void ProductsAreThoseOfPlainLoops(int vectors)
    {
        var random = new Random(1);
        foreach (var (inner, outer) in ((int, int)[])[(1, 1), (3, 13), (10, 16), (17, 8), (0, 5)])
            foreach (var (innerStride, outerStride) in ((int, int)[])[(outer + 2, 1), (1, inner + 3), (2, 2 * inner + 1)])
                foreach (bool add in (bool[])[false, true])
                {
                    double[] x = Vector(random, inner * vectors), b = Vector(random, (inner + 2) * (outer + 2) * 4), y = Vector(random, outer * vectors);
                    var expected = new double[y.Length];
                    for (int i = 0; i < outer; i++)
                        for (int j = 0; j < vectors; j++)
                        {
                            double sum = add ? y[i * vectors + j] : 0;
                            for (int k = 0; k < inner; k++) sum += b[k * innerStride + i * outerStride] * x[k * vectors + j];
                            expected[i * vectors + j] = sum;
                        }
                    InterleavedProducts.Multiply(vectors, x, inner, b, innerStride, outerStride, outer, y, add);
                    double error = VectorRoutines.Distance(expected, y), limit = 1e-14 * (1 + inner) * Math.Sqrt(y.Length);
                    Assert.True(error <= limit, $"{vectors} vectors, {inner} by {outer}: off by {error}, limit {limit}");
                }
    }

    [Fact]
    public void OtherNumbersOfVectorsAndShortSpansAreRefused()
    {
        double[] few = new double[8];
        Assert.Throws<ArgumentException>(() => InterleavedProducts.Multiply(3, few, 1, few, 1, 1, 1, few, true));
        Assert.Throws<ArgumentException>(() => InterleavedProducts.Multiply(8, few, 2, few, 1, 1, 1, few, true));
        Assert.Throws<ArgumentException>(() => InterleavedProducts.Multiply(1, few, 2, few, 8, 1, 1, few, true));
    }

    [Fact]
    public void SinglesAreWidenedExactly()
    {
        var random = new Random(2);
        foreach (int length in (int[])[0, 1, 7, 8, 21])
        {
            float[] x = Array.ConvertAll(Vector(random, 3 * length + 40), v => (float)v), y = Array.ConvertAll(Vector(random, 3 * length + 40), v => (float)v);
            double[] z = Vector(random, length), expected = [.. z];
            SingleRoutines.Scale(1, x.AsSpan(0, length), z);
            Assert.Equal(x.Take(length).Select(v => (double)v), z);
            expected.CopyTo(z.AsSpan());
            for (int i = 0; i < length; i++) expected[i] = double.MultiplyAddEstimate(0.3, x[i], expected[i]);
            SingleRoutines.Axpy(0.3, x.AsSpan(0, length), z);
            Assert.Equal(expected, z);
            // Rows at a distance, to the last bit as one after the other.
            double[] rows = new double[2 * length], alone = new double[2 * length];
            SingleRoutines.CombineRows(0.7, x, 0.4, y, 2, length + 3, length, rows);
            for (int r = 0; r < 2; r++)
            {
                SingleRoutines.Scale(0.7, x.AsSpan(r * (length + 3), length), alone.AsSpan(r * length, length));
                SingleRoutines.Axpy(0.4, y.AsSpan(r * (length + 3), length), alone.AsSpan(r * length, length));
            }
            Assert.Equal(alone, rows);
            SingleRoutines.CombineRows([0.7, 0.4, -0.3, 1.1], x, y, y.AsSpan(1), x.AsSpan(1), 2, length + 3, length, rows);
            for (int r = 0; r < 2; r++)
            {
                SingleRoutines.Axpy(-0.3, y.AsSpan(1 + r * (length + 3), length), alone.AsSpan(r * length, length));
                SingleRoutines.Axpy(1.1, x.AsSpan(1 + r * (length + 3), length), alone.AsSpan(r * length, length));
            }
            Assert.Equal(alone, rows);
        }
        Assert.Throws<ArgumentException>(() => SingleRoutines.Scale(1, new float[2], new double[3]));
        Assert.Throws<ArgumentException>(() => SingleRoutines.CombineRows(1, new float[5], 1, new float[5], 2, 3, 3, new double[6]));
        float[] five = new float[5], six = new float[6];
        Assert.Throws<ArgumentException>(() => SingleRoutines.CombineRows([1, 1, 1, 1], six, six, six, five, 2, 3, 3, new double[6]));
        Assert.Throws<ArgumentException>(() => SingleRoutines.CombineRows([1, 1, 1], six, six, six, six, 2, 3, 3, new double[6]));
    }

    [Fact]
    public void SinglesAreRoundedAndJudged()
    {
        var random = new Random(3);
        foreach (int length in (int[])[0, 1, 7, 8, 21])
        {
            double[] x = Vector(random, length);
            var narrow = new float[length];
            SingleRoutines.Narrow(x, narrow);
            Assert.Equal(Array.ConvertAll(x, v => (float)v), narrow);
            Assert.True(SingleRoutines.AllFinite(narrow));
            for (int i = 0; i < length; i++)
                foreach (float bad in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
                {
                    float[] spoilt = [.. narrow];
                    spoilt[i] = bad;
                    Assert.False(SingleRoutines.AllFinite(spoilt), $"{bad} at {i} of {length} was taken for finite");
                }
            Assert.True(SingleRoutines.AllFinite([.. Enumerable.Repeat(float.MaxValue, length)]));
        }
    }

    private static double[] Vector(Random random, int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
}
