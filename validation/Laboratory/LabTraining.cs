using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Laboratory;

/// <summary>A small training by gradient descent that an experiment makes from many seeds.</summary>
/// <param name="Name">What it is, in words; the rows' group.</param>
/// <param name="Options">Data, network, loss, steps and checkpoints; seed and learning rate are set by <see cref="Record"/>.</param>
/// <param name="Z">η λ_max(B K) at the start.</param>
internal sealed record LabTraining(string Name, RecordingOptions Options, double Z)
{
    private const int Halvings = 6;

    /// <summary>Principal components of the digits that are the inputs; 0 for the inputs as they are.</summary>
    public int Components { get; init; }

    /// <summary>Whether the clean labels are exchanged among all examples: nothing is left that could be learnt.</summary>
    public bool ShuffledLabels { get; init; }

    /// <summary>Test examples whose Jacobians are recorded; 0 for all of them.</summary>
    public int RecordedTest { get; init; }

    /// <summary>A number that sets it apart within the experiment: a width, a fraction.</summary>
    public double Place { get; init; }

    /// <summary>The examples of a seed.</summary>
    public TrainingData Data(long seed)
    {
        var data = TrainingData.Create(Options with { Seed = seed });
        if (ShuffledLabels) data = Shuffled(data, seed);
        return Components > 0 ? DigitComponents.Of(data, Components) : data;
    }

    /// <summary>Trains from a seed and records. Where it diverges the learning rate is halved, and the number of steps stays.</summary>
    /// <exception cref="NumericalException">It diverges at every learning rate.</exception>
    public LabRun Record(long seed, Backend backend, CancellationToken cancellation)
    {
        var data = Data(seed);
        var network = FeedForwardNetwork.Create(data.InputSize, Options.Layers, Options.Activation, data.Outputs, Options.Parametrisation);
        var run = new LabRun(this, data, network, network.Initialise(seed, Options.Scale), backend);
        double rate = Z / run.StartSharpness();
        for (int halving = 0; ; halving++, rate /= 2)
        {
            try
            {
                run.Record(rate, cancellation);
                return run;
            }
            catch (NumericalException) when (halving < Halvings)
            {
                // It diverged: a smaller rate.
            }
        }
    }

    // The noise is drawn with the labels, so a changed label stays one: clean' = π(clean), y' = π(clean) with the same examples changed.
    private static TrainingData Shuffled(TrainingData data, long seed)
    {
        int n = data.Train, m = data.Test, p = data.Outputs;
        int[] order = new StudyDraws(seed, 977).Permutation(n + m);
        double[] all = [.. data.Clean_S, .. data.Y_Q];
        double[] Labels(int from, int count) => [.. Enumerable.Range(from, count).SelectMany(i => all[(order[i] * p)..((order[i] + 1) * p)])];
        double[] clean = Labels(0, n), y = (double[])clean.Clone();
        for (int i = 0; i < n; i++)
            if (data.NoiseMask_S[i])
                for (int c = 0; c < p; c++) y[i * p + c] = p == 1 ? -clean[i] : clean[i * p + (c + 1) % p];
        return data with { Clean_S = clean, Y_S = y, Y_Q = Labels(n, m) };
    }
}
