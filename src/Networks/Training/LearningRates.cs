namespace KernelFlow.Networks;

/// <summary>η_k of every step.</summary>
internal static class LearningRates
{
    public static double At(RecordingOptions o, int step)
    {
        double rate = o.LearningRateSchedule switch
        {
            LearningRateSchedule.Constant => o.LearningRate,
            LearningRateSchedule.StepDecay => o.LearningRate * Math.Pow(o.DecayFactor, step / o.DecayEvery),
            LearningRateSchedule.Cosine => o.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * step / o.Steps)),
            _ => throw new ArgumentOutOfRangeException(nameof(o), o.LearningRateSchedule, "Not a learning-rate schedule."),
        };
        return step < o.WarmupSteps ? rate * (step + 1) / o.WarmupSteps : rate;
    }
}
