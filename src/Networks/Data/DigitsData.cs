using KernelFlow.Numerics;
using System.Globalization;
using System.IO.Compression;

namespace KernelFlow.Networks;

/// <summary>The embedded digits: pixels / 16 minus the mean of each pixel over all 1797 images, and the class.</summary>
internal sealed class DigitsData : DataSource
{
    public const int Pixels = 64;

    private static readonly Lazy<(double[] Inputs, int[] Labels)> s_all = new(Load);

    public DigitsData(RecordingOptions options) : base(Pixels, options.Outputs ?? (options.Loss == LossKind.SoftmaxCrossEntropy ? 10 : 1))
    {
        if (Outputs > 10) throw new ArgumentException($"Outputs is {Outputs}, but the digits have only 10 classes.");
    }

    /// <summary>All images in file order: inputs [1797, 64], labels [1797]. Shared: do not write.</summary>
    public static (double[] Inputs, int[] Labels) All => s_all.Value;

    public override (long Count, string Name)? Limit => (All.Labels.Length, "the digits");

    public override (double[] X, double[] Y) Draw(int count, RandomStream random)
    {
        var (inputs, labels) = All;
        var order = random.NextPermutation(labels.Length);
        var x = new double[ArraySize.Of(count, Pixels)];
        var y = new double[ArraySize.Of(count, Outputs)];
        for (int i = 0; i < count; i++)
        {
            inputs.AsSpan(order[i] * Pixels, Pixels).CopyTo(x.AsSpan(i * Pixels));
            int label = labels[order[i]];
            if (Outputs == 1) y[i] = label % 2 == 0 ? 1 : -1;
            else y[i * Outputs + label % Outputs] = 1;
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
            for (int j = 0; j < Pixels; j++) inputs.Add(int.Parse(fields[j], CultureInfo.InvariantCulture) / 16.0);
            labels.Add(int.Parse(fields[Pixels], CultureInfo.InvariantCulture));
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
