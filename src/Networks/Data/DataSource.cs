namespace KernelFlow.Networks;

/// <summary>Where examples come from: draws distinct examples with clean targets, and false targets for label noise.</summary>
internal abstract class DataSource(int inputSize, int outputs)
{
    public int InputSize { get; } = inputSize;

    public int Outputs { get; } = outputs;

    /// <summary>How many distinct examples there are and what they are called; null where they never run out.</summary>
    public virtual (long Count, string Name)? Limit => null;

    /// <summary>The source that <paramref name="options"/> name.</summary>
    public static DataSource Create(RecordingOptions options) => options.Data switch
    {
        DataKind.Digits => new DigitsData(options),
        DataKind.ModularAddition or DataKind.ModularDivision => new ModularData(options),
        DataKind.TeacherStudent => new TeacherData(options),
        _ => throw new ArgumentOutOfRangeException(nameof(options), options.Data, "Not a data set."),
    };

    /// <summary>The first <paramref name="count"/> examples, at most <see cref="Limit"/>, in a random order: inputs [count, InputSize] and targets
    /// [count, p], row-major.</summary>
    public abstract (double[] X, double[] Y) Draw(int count, RandomStream random);

    /// <summary>Replaces the target of one example: one output changes sign, a class is drawn uniformly (perhaps the same).</summary>
    public virtual void Corrupt(Span<double> y, RandomStream random)
    {
        if (y.Length == 1)
        {
            y[0] = -y[0];
            return;
        }
        y.Clear();
        y[random.NextInteger(y.Length)] = 1;
    }
}
