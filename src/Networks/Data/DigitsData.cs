using System.IO.Compression;

namespace KernelFlow.Networks;

/// <summary>The embedded digits: pixels / 16 minus the mean of each pixel over all 1797 images, and the class.</summary>
internal static class DigitsData
{
    public const int Pixels = 64;

    private static readonly Lazy<(double[] Inputs, int[] Labels)> s_all = new(Load);

    /// <summary>All images in file order: inputs [1797, 64], labels [1797]. Shared: do not write.</summary>
    public static (double[] Inputs, int[] Labels) All => s_all.Value;

    public static TrainingData Create(RecordingOptions options)
    {
        var (inputs, labels) = All;
        int n = options.Train, p = options.Outputs;
        if (n + options.Test > labels.Length) throw new ArgumentException($"Train + Test is {n + options.Test}, but the digits are only {labels.Length} examples.");
        if (p > 10) throw new ArgumentException($"Outputs is {p}, but the digits have only 10 classes.");
        var order = new RandomStream(options.Seed, RandomStream.Purpose.Split).NextPermutation(labels.Length);
        var (x_S, clean) = Take(inputs, labels, order.AsSpan(0, n), p);
        var (x_Q, y_Q) = Take(inputs, labels, order.AsSpan(n, options.Test), p);
        var (y_S, mask) = LabelNoise.Apply(clean, p, options.Noise, new RandomStream(options.Seed, RandomStream.Purpose.Noise));
        return new TrainingData(Pixels, p, x_S, x_Q, y_S, y_Q, clean, mask);
    }

    private static (double[] X, double[] Y) Take(double[] inputs, int[] labels, ReadOnlySpan<int> which, int p)
    {
        var x = new double[which.Length * Pixels];
        var y = new double[which.Length * p];
        for (int i = 0; i < which.Length; i++)
        {
            inputs.AsSpan(which[i] * Pixels, Pixels).CopyTo(x.AsSpan(i * Pixels));
            int label = labels[which[i]];
            if (p == 1) y[i] = label % 2 == 0 ? 1 : -1;
            else y[i * p + label % p] = 1;
        }
        return (x, y);
    }

    private static (double[] Inputs, int[] Labels) Load()
    {
        using var resource = typeof(DigitsData).Assembly.GetManifestResourceStream("digits.csv.gz")
            ?? throw new InvalidOperationException("The embedded digits are missing from the assembly.");
        using var reader = new StreamReader(new GZipStream(resource, CompressionMode.Decompress));
        var inputs = new List<double>();
        var labels = new List<int>();
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(',');
            for (int j = 0; j < Pixels; j++) inputs.Add(int.Parse(fields[j], System.Globalization.CultureInfo.InvariantCulture) / 16.0);
            labels.Add(int.Parse(fields[Pixels], System.Globalization.CultureInfo.InvariantCulture));
        }
        var x = inputs.ToArray();
        for (int j = 0; j < Pixels; j++)
        {
            double mean = 0;
            for (int i = j; i < x.Length; i += Pixels) mean += x[i];
            mean /= labels.Count;
            for (int i = j; i < x.Length; i += Pixels) x[i] -= mean;
        }
        return (x, labels.ToArray());
    }
}
