using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Power;

/// <summary>Wrong learning rates and times.</summary>
internal static class ClockCorruptions
{
    private const double Shift = 0.3;

    /// <summary>Learning rate and all times times a factor: they agree with each other, not with what was trained.</summary>
    public static CheckpointSequence LearningRate(PowerSubject s, double factor)
    {
        var honest = s.Honest;
        double rate = factor * s.Recording.Options.LearningRate;
        Optimizer optimizer = honest.Optimizer switch
        {
            Momentum momentum => new Momentum(rate, momentum.Coefficient),
            Adam adam => new Adam(rate, adam.Beta1, adam.Beta2, adam.Epsilon),
            _ => new GradientDescent(rate),
        };
        return honest.With(honest.Select(c => c with { Time = factor * c.Time }), optimizer: optimizer);
    }

    /// <summary>The time of the checkpoint in the middle moved by a part of the interval that it begins.</summary>
    public static CheckpointSequence OneTime(PowerSubject s)
    {
        var honest = s.Honest;
        int k = s.Middle;
        double moved = honest[k].Time + Shift * (honest[k + 1].Time - honest[k].Time);
        return honest.With(honest.Select((c, i) => i == k ? c with { Time = moved } : c));
    }
}
