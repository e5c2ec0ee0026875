namespace KernelFlow;

/// <summary>How training went: loss and accuracy at each checkpoint, from what was recorded.</summary>
public sealed record TrainingCurves
{
    /// <summary>Flow time of each checkpoint.</summary>
    public required IReadOnlyList<double> Times { get; init; }

    /// <summary>Training loss per example: the recorded loss, otherwise that of the recorded outputs.</summary>
    public required Known<IReadOnlyList<double>> TrainLoss { get; init; }

    /// <summary>The same loss of the recorded test outputs and y_Q, per example.</summary>
    public required Known<IReadOnlyList<double>> TestLoss { get; init; }

    /// <summary>Share of training examples whose output is nearest to their own target, among the targets of all classes.</summary>
    public required Known<IReadOnlyList<double>> TrainAccuracy { get; init; }

    /// <summary>The same share of the test examples.</summary>
    public required Known<IReadOnlyList<double>> TestAccuracy { get; init; }
}
