namespace KernelFlow.Networks.Tests;

public class RandomStreamTests
{
    // Published reference output of xoshiro256** from the state (1, 2, 3, 4).
    [Fact]
    public void Bits_are_those_of_the_reference_implementation()
    {
        var random = new RandomStream(1, 2, 3, 4);
        ulong[] expected = [11520, 0, 1509978240, 1215971899390074240, 1216172134540287360, 607988272756665600, 16172922978634559625,
            8476171486693032832, 10595114339597558777, 2904607092377533576];
        Assert.Equal(expected, expected.Select(_ => random.NextBits()));
    }

    // Published first outputs of SplitMix64 from state 0.
    [Fact]
    public void Seeding_is_SplitMix64()
    {
        ulong state = 0;
        Assert.Equal(0xE220A8397B1DCDAFUL, RandomStream.SplitMix(ref state));
        Assert.Equal(0x6E789E6AA1B965F4UL, RandomStream.SplitMix(ref state));
        Assert.Equal(0x06C45D188009454FUL, RandomStream.SplitMix(ref state));
    }

    [Fact]
    public void Normals_have_the_moments_of_a_standard_normal()
    {
        var random = new RandomStream(7, RandomStream.Purpose.Weights);
        const int Count = 200_000;
        double m1 = 0, m2 = 0, m4 = 0, lag = 0, previous = 0;
        for (int i = 0; i < Count; i++)
        {
            double z = random.NextNormal();
            m1 += z / Count;
            m2 += z * z / Count;
            m4 += z * z * z * z / Count;
            lag += z * previous / Count;
            previous = z;
        }
        // Five standard errors each: 1, √2, √96 and 1 over √Count.
        double unit = 5 / Math.Sqrt(Count);
        Check.Small(Math.Abs(m1), unit, "mean");
        Check.Small(Math.Abs(m2 - 1), unit * Math.Sqrt(2), "variance");
        Check.Small(Math.Abs(m4 - 3), unit * Math.Sqrt(96), "fourth moment");
        Check.Small(Math.Abs(lag), unit, "lag-one product");
    }

    [Fact]
    public void Integers_fill_their_range_evenly_and_permutations_are_permutations()
    {
        var random = new RandomStream(3, RandomStream.Purpose.Split);
        var counts = new int[10];
        for (int i = 0; i < 100_000; i++) counts[random.NextInteger(10)]++;
        Assert.All(counts, c => Check.Small(Math.Abs(c - 10_000), 475, "deviation of a count from the mean")); // five standard deviations
        Assert.Equal(Enumerable.Range(0, 50), random.NextPermutation(50).Order());
    }

    [Fact]
    public void Streams_of_one_seed_and_seeds_of_one_stream_differ()
    {
        ulong first = new RandomStream(0, RandomStream.Purpose.Split).NextBits();
        Assert.NotEqual(first, new RandomStream(0, RandomStream.Purpose.Noise).NextBits());
        Assert.NotEqual(first, new RandomStream(1, RandomStream.Purpose.Split).NextBits());
        Assert.Equal(first, new RandomStream(0, RandomStream.Purpose.Split).NextBits());
    }
}
