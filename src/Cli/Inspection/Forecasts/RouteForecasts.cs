using KernelFlow.Files;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>The ways to analyse a run, each with its time and memory at the rates that were measured on this machine.</summary>
internal static class RouteForecasts
{
    /// <summary>Machines of a job where none were named.</summary>
    public const int Nodes = 4;

    // Directions of a reduced flow, as a share of N: which there are is known only once kernels were formed.
    private const double ReducedShare = 0.1;

    /// <summary>All of them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="sizes">What its cost depends on.</param>
    /// <param name="cost">The analysis by the default options, with matrices.</param>
    /// <param name="rates">The rates of this machine.</param>
    /// <param name="ceiling">Bytes that may be held.</param>
    /// <param name="nodes">Machines of a job.</param>
    public static IReadOnlyList<RouteForecast> Of(CheckpointSequence run, RunSizes sizes, CostForecast cost, WorkRates rates, double ceiling, int nodes)
    {
        double held = Analyze.DenseBytes(run);
        string? large = DenseLimit.Obstacle(run) is null ? null
            : $"N + M is more than the {NumberText.Count(DenseLimit.Order)} whose matrices fit into one array";
        var dense = large is null ? new RouteForecast("dense", cost.Seconds, held, $"in {sizes.Mode.Name()} mode") : RouteForecast.Closed("dense", large);
        return
        [
            dense, Reduced(sizes, cost, rates, held, large), MatrixFreeForecast.Of(run, sizes, rates, ceiling), Jobs(sizes, cost, rates, held, large, nodes),
        ];
    }

    private static double Seconds(CostForecast cost, params string[] stages) => cost.Stages.Where(s => stages.Contains(s.Name)).Sum(s => s.Seconds);

    // theory/factor.md, section 7: the range, projections and lifting, and then steps of r dimensions.
    private static RouteForecast Reduced(RunSizes s, CostForecast cost, WorkRates rates, double held, string? large)
    {
        const string name = "reduced";
        if (large is not null) return RouteForecast.Closed(name, large);
        if (s.Mode != AnalysisMode.Flow) return RouteForecast.Closed(name, "recorded steps do not follow the flow that is reduced");
        if (!s.HasBeta) return RouteForecast.Closed(name, "the bound needs B = βI");
        double n = s.Train, r = Math.Max(1, Math.Round(ReducedShare * n)), terms = 3.0 * s.Checkpoints;
        var range = new StageForecast(name, 1)
        {
            Spectra = 9 * n * n * n, Products = terms * (2 * n * n * r + 4 * n * r * r + 4 * s.Test * n * r) + 8 * n * n * r, Calls = 1000,
        };
        double steps = Seconds(cost, "integrating", "second integration and carry");
        return new RouteForecast(name, cost.Seconds - steps * (1 - Math.Pow(r / n, 3)) + range.Seconds(rates, n), held,
            $"if the kernels have {NumberText.Count((long)r)} directions (--reduce)");
    }

    // Kernels and intervals are divided; whoever merges does the rest.
    private static RouteForecast Jobs(RunSizes s, CostForecast cost, WorkRates rates, double held, string? large, int nodes)
    {
        const string name = "jobs";
        if (large is not null) return RouteForecast.Closed(name, large);
        if (s.Mode != AnalysisMode.Flow) return RouteForecast.Closed(name, "recorded steps go from one to the next: there are no intervals to divide");
        var intervals = JobForecast.Intervals(s, rates, Tolerance);
        double longest = intervals.Max(), divided = Math.Max(longest, intervals.Sum() / nodes), reading = Seconds(cost, "reading");
        double merge = cost.Seconds - reading - Seconds(cost, "integrating", "second integration and carry");
        return new RouteForecast(name, reading / nodes + divided + merge, held, FormattableString.Invariant(
            $"on {nodes} nodes like this one: kernels {NumberText.Short(reading / nodes, 2)} s, intervals {NumberText.Short(divided, 2)} s, ")
            + $"merge {NumberText.Short(merge, 2)} s (kernelflow job plan)");
    }

    // As job plan has it where none is given.
    private const double Tolerance = 1e-8;
}
