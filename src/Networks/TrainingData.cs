using KernelFlow.Networks;

namespace KernelFlow;

/// <summary>Inputs and targets of a training run, flat and row-major.</summary>
/// <param name="InputSize">Values per input.</param>
/// <param name="Outputs">p.</param>
/// <param name="X_S">Training inputs [n, inputs].</param>
/// <param name="X_Q">Test inputs [m, inputs].</param>
/// <param name="Y_S">Training targets [n, p], noise included.</param>
/// <param name="Y_Q">Test targets [m, p], without noise.</param>
/// <param name="Clean_S">Training targets before noise [n, p].</param>
/// <param name="NoiseMask_S">Which training examples had their target replaced [n].</param>
public sealed record TrainingData(int InputSize, int Outputs, double[] X_S, double[] X_Q, double[] Y_S, double[] Y_Q, double[] Clean_S, bool[] NoiseMask_S)
{
    /// <summary>n.</summary>
    public int Train => X_S.Length / InputSize;

    /// <summary>m.</summary>
    public int Test => X_Q.Length / InputSize;

    /// <summary>The data that <paramref name="options"/> ask for; the same for the same seed.</summary>
    /// <exception cref="ArgumentException">The data set cannot give what is asked; the message names the option and the limit.</exception>
    public static TrainingData Create(RecordingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Data switch
        {
            DataKind.Digits => DigitsData.Create(options),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Data, "Not a data set."),
        };
    }
}
