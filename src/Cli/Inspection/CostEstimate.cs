namespace KernelFlow.Cli;

/// <summary>What an analysis will need, predicted from sizes alone.</summary>
/// <param name="Bytes">Largest working set; files are read piece by piece and take no part in it.</param>
/// <param name="Seconds">Wall time; rough, since the number of integration steps is not known beforehand.</param>
/// <remarks>Calibrated on five recorded runs of N = 24 to 240: time within a factor of two above a second, memory within a third.</remarks>
internal sealed record CostEstimate(double Bytes, double Seconds)
{
    /// <summary>Integration steps an interval between checkpoints takes (seen: 1 to 4).</summary>
    private const double StepsPerInterval = 3;

    /// <summary>Order-N³ operations of a step with its error control, in units of N³, and the passes that the error budget adds.</summary>
    private const double OperationsPerStep = 110, Passes = 5;

    /// <summary>The process without a run, and what garbage collection leaves lying, in units of live data.</summary>
    private const double EmptyProcess = 75e6, Slack = 3, StartSeconds = 0.2;

    /// <summary>The replay of recorded steps: how often, what a step takes however small it is, and from where on it is left out.</summary>
    private const double Replays = 3, SecondsPerStep = 2e-6, MostReplayed = 1e7, MostReplayWork = 1e12;

    /// <summary>How often every number is read, and what reading one and making a float64 of it takes.</summary>
    private const double Readings = 2, SecondsPerNumber = 1e-8;

    /// <summary>Predicts the cost.</summary>
    /// <param name="run">The run to analyse.</param>
    /// <param name="operationsPerSecond">Floating-point operations per second of a matrix product.</param>
    public static CostEstimate Of(CheckpointSequence run, double operationsPerSecond)
    {
        double n = run.TrainSize, m = run.TestSize, k = run.Count, d = run.Parameters ?? 0;
        // Kernels are formed of every checkpoint, of neighbours, and of neighbours on the grid of every second checkpoint.
        double pairs = 2.5 * k, term = (n + m) * n + m * m;
        double live = 8 * (pairs * term + 20 * n * n + 8 * (n + m) * n + 9 * n * n);
        double operations = 2 * pairs * term * d + Passes * (k - 1) * StepsPerInterval * OperationsPerStep * n * n * (n + m);
        // The recorded steps of gradient descent are replayed on the interpolant and on its two thinned grids, unless there are too many.
        double steps = (double)run[^1].Step - run[0].Step, replay = n * (n + m);
        double replays = run.Optimizer is { IsPlainDescent: true } && steps <= MostReplayed && steps * replay <= MostReplayWork ? Replays * steps : 0;
        double numbers = run.Sum(c => c.Tensors.Values.Sum(t => (double)t.Count));
        return new CostEstimate(EmptyProcess + Slack * live,
            StartSeconds + Readings * SecondsPerNumber * numbers + (operations + 2 * replays * replay) / operationsPerSecond + replays * SecondsPerStep);
    }
}
