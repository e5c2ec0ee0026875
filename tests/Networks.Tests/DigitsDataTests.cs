namespace KernelFlow.Networks.Tests;

public class DigitsDataTests
{
    // Class sizes of the data set as published.
    [Fact]
    public void All_images_are_there_with_the_published_class_sizes()
    {
        var (inputs, labels) = DigitsData.All;
        Assert.Equal(1797 * 64, inputs.Length);
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], Enumerable.Range(0, 10).Select(c => labels.Count(l => l == c)));
    }

    // Pixels of the first two images, typed from the source file; differences do not see the subtracted mean.
    [Fact]
    public void Pixels_are_sixteenths_with_every_column_mean_removed()
    {
        var (inputs, _) = DigitsData.All;
        int[] first = [0, 0, 5, 13, 9, 1, 0, 0], second = [0, 0, 0, 12, 13, 5, 0, 0];
        for (int j = 0; j < 8; j++) Check.Small(Math.Abs(inputs[j] - inputs[64 + j] - (first[j] - second[j]) / 16.0), 1e-15, $"difference of pixel {j}");
        for (int j = 0; j < 64; j++)
        {
            double mean = Enumerable.Range(0, 1797).Average(i => inputs[i * 64 + j]);
            Check.Small(Math.Abs(mean), 1e-14, $"mean of column {j}");
        }
    }

    [Fact]
    public void Parity_targets_and_class_targets_follow_the_labels()
    {
        var parity = TrainingData.Create(new RecordingOptions { Train = 1000, Test = 797, Seed = 5 });
        var classes = TrainingData.Create(new RecordingOptions { Train = 1000, Test = 797, Outputs = 10, Loss = LossKind.SoftmaxCrossEntropy, Seed = 5 });
        Assert.Equal(parity.X_S, classes.X_S); // the split does not depend on the targets
        for (int i = 0; i < 1000; i++)
        {
            int label = Array.IndexOf(classes.Y_S, 1.0, i * 10, 10) - i * 10;
            Assert.Equal(1, classes.Y_S.AsSpan(i * 10, 10).ToArray().Sum());
            Assert.Equal(label % 2 == 0 ? 1 : -1, parity.Y_S[i]);
        }
        // Train and test together are all images, each once.
        var (inputs, _) = DigitsData.All;
        static IEnumerable<string> Rows(double[] x) =>
            x.Chunk(64).Select(r => string.Join(",", r.Select(v => v.ToString("R", System.Globalization.CultureInfo.InvariantCulture))));
        Assert.Equal(Rows(inputs).Order(StringComparer.Ordinal), Rows(parity.X_S).Concat(Rows(parity.X_Q)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Noise_changes_the_masked_targets_only(int p)
    {
        var data = TrainingData.Create(new RecordingOptions { Train = 1500, Test = 10, Outputs = p, Noise = 0.3, Seed = 2 });
        double share = data.NoiseMask_S.Average(m => m ? 1.0 : 0.0);
        Check.Small(Math.Abs(share - 0.3), 5 * Math.Sqrt(0.3 * 0.7 / 1500), "deviation of the share of noisy labels from 0.3");
        int changed = 0;
        for (int i = 0; i < 1500; i++)
        {
            var noisy = data.Y_S.AsSpan(i * p, p);
            var clean = data.Clean_S.AsSpan(i * p, p);
            if (!data.NoiseMask_S[i]) Assert.Equal(clean, noisy);
            else if (!noisy.SequenceEqual(clean)) changed++;
            if (p > 1) Assert.Equal(1, noisy.ToArray().Sum());
        }
        // A class drawn uniformly is another one with probability 1 − 1/p; a sign always changes.
        double expected = p == 1 ? 1 : 1 - 1.0 / p, actual = changed / (share * 1500);
        Check.Small(Math.Abs(actual - expected), 5 * Math.Sqrt(expected * (1 - expected) / 450),
            $"five standard deviations; deviation of the changed share of the masked from {expected}");
    }

    [Fact]
    public void Too_much_data_is_refused_by_name()
    {
        var error = Assert.Throws<ArgumentException>(() => TrainingData.Create(new RecordingOptions { Train = 1700, Test = 98 }));
        Assert.Contains("1798 distinct examples are needed", error.Message);
        Assert.Contains("the digits are only 1797", error.Message);
    }
}
