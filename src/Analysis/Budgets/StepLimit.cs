namespace KernelFlow.Analysis.Budgets;

/// <summary>How many recorded steps are carried out again one by one. Step numbers are what a file says: a counter of samples or tokens may name billions, and
/// nothing may loop over them without this bound.</summary>
internal static class StepLimit
{
    private const double MostWork = 1e12; // multiplications: some minutes

    /// <summary>However small the matrices are, a step takes about two microseconds, so that these take some 20 seconds.</summary>
    private const double MostSteps = 1e7;

    /// <summary>Why the steps of a window are not carried out one by one; null when they can be.</summary>
    /// <param name="checkpoints">The window.</param>
    /// <param name="workPerStep">Multiplications of one step.</param>
    public static string? Obstacle(CheckpointSequence checkpoints, double workPerStep)
    {
        double steps = (double)checkpoints[^1].Step - checkpoints[0].Step, work = steps * workPerStep;
        if (work > MostWork) return FormattableString.Invariant($"replaying {steps} steps would take {work:G2} multiplications");
        return steps > MostSteps
            ? FormattableString.Invariant($"replaying {steps} steps would take too long; are steps counted in samples?")
            : null;
    }
}
