using KernelFlow.Numerics;
using KernelFlow.Networks;

namespace KernelFlow;

/// <summary>Inputs and targets of a training run, flat and row-major.</summary>
/// <param name="InputSize">Values per input.</param>
/// <param name="Outputs">p, the outputs per example.</param>
/// <param name="X_S">Training inputs [n, inputs].</param>
/// <param name="X_Q">Test inputs [m, inputs].</param>
/// <param name="Y_S">Training targets [n, p], noise included.</param>
/// <param name="Y_Q">Test targets [m, p], without noise.</param>
/// <param name="Clean_S">Training targets before noise [n, p].</param>
/// <param name="NoiseMask_S">Which training examples had their target replaced [n].</param>
public sealed record TrainingData(int InputSize, int Outputs, double[] X_S, double[] X_Q, double[] Y_S, double[] Y_Q, double[] Clean_S, bool[] NoiseMask_S)
{
    /// <summary>n, the number of training examples.</summary>
    public int Train => X_S.Length / InputSize;

    /// <summary>m, the number of test examples.</summary>
    public int Test => X_Q.Length / InputSize;

    /// <summary>The data that <paramref name="options"/> ask for; the same for the same seed.</summary>
    /// <exception cref="ArgumentException">The data set cannot give what is asked; the message names the option and the limit.</exception>
    public static TrainingData Create(RecordingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var source = DataSource.Create(options);
        int d = source.InputSize, p = source.Outputs, n = options.Train, distinct = n - options.Duplicates * (options.Copies - 1);
        long needed = (long)distinct + options.Test;
        if (source.Limit is { } limit && needed > limit.Count)
            throw new ArgumentException($"Train is {n} and Test {options.Test}, so {needed} distinct examples are needed, but {limit.Name} are only "
                + $"{limit.Count}.");
        var (x, y) = source.Draw(checked((int)needed), new RandomStream(options.Seed, RandomStream.Purpose.Split));

        // Duplicates come last: occurrence after occurrence of the first inputs.
        double[] x_S = new double[ArraySize.Of(n, d)], clean_S = new double[ArraySize.Of(n, p)];
        for (int i = 0; i < n; i++)
        {
            int from = i < distinct ? i : (i - distinct) % options.Duplicates;
            x.AsSpan(from * d, d).CopyTo(x_S.AsSpan(i * d));
            y.AsSpan(from * p, p).CopyTo(clean_S.AsSpan(i * p));
        }

        var random = new RandomStream(options.Seed, RandomStream.Purpose.Noise);
        var y_S = (double[])clean_S.Clone();
        var mask = new bool[n];
        // All of the mask first: who is chosen does not depend on the targets.
        for (int i = 0; i < n; i++) mask[i] = random.NextUniform() < options.Noise;
        for (int i = 0; i < n; i++)
            if (mask[i]) source.Corrupt(y_S.AsSpan(i * p, p), random);
        return new TrainingData(d, p, x_S, x[(distinct * d)..], y_S, y[(distinct * p)..], clean_S, mask);
    }
}
