using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>What <c>inspect</c> found out about a run.</summary>
/// <param name="Run">The run, open.</param>
/// <param name="Sums">The files that were summed.</param>
/// <param name="Intervals">The intervals between checkpoints.</param>
/// <param name="Consistency">The claims about the recording that are checked without an analysis.</param>
/// <param name="Cost">What an analysis will cost.</param>
/// <param name="Backend">The dense linear algebra that it would use.</param>
internal sealed record Inspection(RecordedRun Run, IReadOnlyList<FileSum> Sums, IReadOnlyList<IntervalCheck> Intervals,
    IReadOnlyList<ClaimResult> Consistency, CostForecast Cost, Backend Backend)
{
    // As the analysis takes it where no ceiling is given.
    private const double ShareOfMachine = 0.75;

    /// <summary>What each way to analyse the run takes.</summary>
    public required IReadOnlyList<RouteForecast> Routes { get; init; }

    /// <summary>The ceiling that was given; null for that of the machine.</summary>
    public required MemoryCeiling? Memory { get; init; }

    /// <summary>Bytes that an analysis may hold.</summary>
    public double Ceiling => CeilingOf(Memory);

    /// <summary>The way that analyze takes by itself with this ceiling.</summary>
    public string Advice
    {
        get
        {
            string memory = Memory is { } given ? $" --memory {given}" : "", ceiling = $"the ceiling is {new MemoryCeiling((long)Ceiling)}";
            if (Analyze.WithoutMatrices(Checkpoints, new AnalysisOptions { Memory = Memory }) is not null)
                return $"kernelflow analyze{memory} goes without matrices: dense does not fit, {ceiling}"
                    + (Routes.Single(r => r.Name == "matrix-free").Fits(Ceiling) ? "" : ", and what it holds itself may be more");
            if (Routes.Single(r => r.Name == "dense").Fits(Ceiling)) return $"kernelflow analyze{memory} goes dense, which fits: {ceiling}";
            string refused = Memory is null ? "would take more than the machine should give" : "is refused: dense does not fit";
            return $"kernelflow analyze{memory} {refused}, {ceiling}; "
                + "without matrices: --solver matrix-free --mode flow, the flow and not the recorded steps";
        }
    }

    private static double CeilingOf(MemoryCeiling? memory) => memory?.Bytes ?? ShareOfMachine * GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Estimated relative interpolation error of J above which an interval is called sparse.</summary>
    public const double SparseAbove = 0.05;

    /// <summary>The checkpoints of the run.</summary>
    public CheckpointSequence Checkpoints => Run.Checkpoints;

    /// <summary>How many intervals are sparse; null where two checkpoints tell nothing about it.</summary>
    public int? Sparse => Intervals[0].Curvature is null ? null : Intervals.Count(i => i.Curvature > SparseAbove);

    /// <summary>The mode that an analysis will take by itself.</summary>
    public AnalysisMode Mode => Operators.DescentSupport.Check(Checkpoints).Possible ? AnalysisMode.Descent : AnalysisMode.Flow;

    /// <summary>Reads the run.</summary>
    /// <param name="run">The run, which stays open.</param>
    /// <param name="backend">The dense linear algebra.</param>
    /// <param name="sumAll">Whether to sum files also where the manifest states no sum.</param>
    /// <param name="progress">Receives stages and fractions.</param>
    /// <param name="cancellation">Checked per piece of a file.</param>
    /// <param name="memory">The ceiling that was given.</param>
    /// <param name="nodes">Machines of a job.</param>
    /// <exception cref="InvalidRunException">The run is not sound.</exception>
    public static Inspection Of(RecordedRun run, Backend backend, bool sumAll, IStageDisplay progress, CancellationToken cancellation,
        MemoryCeiling? memory = null, int nodes = RouteForecasts.Nodes)
    {
        void Report(string stage, double share) => progress.Report(new StageProgress(stage, share));
        progress.Expect(() => WorkPlan.Of(("reading", 1), ("verifying", 0.5)));
        // First what can say where a file is wrong, then what can only say that it is.
        var intervals = RunScan.Run(run.Checkpoints, backend, share => Report("reading", share), cancellation);
        var sums = RunSums.Of(run, sumAll, share => Report("verifying", share), cancellation);
        bool checkable = run.Checkpoints.HasJacobians || DenseLimit.Obstacle(run.Checkpoints) is null;
        var consistency = checkable ? RecordingChecks.Run(run.Checkpoints, backend, cancellation) : [];
        var sizes = RunSizes.Of(run.Checkpoints, intervals);
        var rates = WorkRates.Of(backend, (int)Math.Min(sizes.Train + sizes.Test, 1e6), cancellation);
        var cost = CostForecast.Of(sizes, rates);
        return new Inspection(run, sums, intervals, consistency, cost, backend)
        {
            Memory = memory, Routes = RouteForecasts.Of(run.Checkpoints, sizes, cost, rates, CeilingOf(memory), nodes),
        };
    }
}
