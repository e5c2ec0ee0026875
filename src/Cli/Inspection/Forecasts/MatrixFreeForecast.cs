using KernelFlow.Integrators;

namespace KernelFlow.Cli;

/// <summary>What an analysis without matrices takes: products with the kernels, counted from the steps that its sweeps would take.</summary>
internal static class MatrixFreeForecast
{
    // As the analysis takes them: modes that are looked for, the tolerance of the sweeps, vectors that go through the files together.
    private const double Modes = 50, Tolerance = 1e-4, Together = 16;

    // Vectors to which W_S is applied for one mode, and other models that the budget carries a vector by.
    private const double VectorsPerMode = 3, Models = 9;

    // Products reach half of what the rate of products and the bandwidth allow (docs/matrix-free.md).
    private const double ShareOfRate = 0.5;

    // Of a ceiling: what is kept of files, and of the states of a sweep.
    private const double Share = 0.25, Process = 50e6, VectorsHeld = 6;

    /// <summary>The way as a whole.</summary>
    public static RouteForecast Of(CheckpointSequence run, RunSizes sizes, WorkRates rates, double ceiling)
    {
        if (KernelFlow.Operators.DescentSupport.Check(run).Possible && sizes.Mode != AnalysisMode.Flow)
            return With(run, sizes, rates, ceiling, "the flow of the run, not its recorded steps; ");
        return With(run, sizes, rates, ceiling, "");
    }

    /// <summary>The stages that such an analysis reports.</summary>
    public static WorkPlan Plan(CheckpointSequence run, RunSizes sizes, WorkRates rates, double ceiling)
    {
        var (reading, carried, modes, _) = Parts(run, sizes, rates, ceiling);
        return WorkPlan.Forecast([("reading", reading), ("integrating", carried), ("spectrum", modes), ("budget", 0.05 * modes)]);
    }

    private static RouteForecast With(CheckpointSequence run, RunSizes sizes, WorkRates rates, double ceiling, string what)
    {
        var (reading, carried, modes, bytes) = Parts(run, sizes, rates, ceiling);
        return new RouteForecast("matrix-free", reading + carried + 1.05 * modes, bytes,
            FormattableString.Invariant($"{what}{Math.Min(Modes, sizes.Train)} modes, z = {Files.NumberText.Short(Stiffness(sizes), 2)}"));
    }

    private static (double Reading, double Carried, double Modes, double Bytes) Parts(CheckpointSequence run, RunSizes s, WorkRates rates, double ceiling)
    {
        double[] knots = [.. run.Select(c => c.Time)];
        double[] bounds = [.. s.Stiffness.Select((z, k) => double.IsFinite(z) ? z / (knots[k + 1] - knots[k]) : 0)];
        var (flops, bytes) = Product(run, s);
        var sweep = SweepChoice.Forecasts(knots, bounds, run.TrainSize, flops, Tolerance, (long)Math.Min(Share * ceiling, 9e18)).MinBy(f => f.Flops)!;
        double one = Math.Max(flops / (ShareOfRate * rates.Products * rates.Threads), bytes / Together / rates.Bandwidth);
        double vectors = VectorsPerMode * Math.Min(Modes, s.Train);
        double reading = CommonStages.Start.Seconds(rates, 1) + (2 * s.StoredBytes + 24 * s.StoredNumbers) / rates.Bandwidth;
        double held = Process + Math.Min(s.StoredBytes, Share * ceiling) + Math.Min(Together * sweep.Bytes, Share * ceiling)
            + 8 * s.Train * VectorsHeld * vectors;
        // A sweep is a half of an application; vectors of the budget go alone, and each reads what it is multiplied with.
        double alone = Math.Max(one, bytes / rates.Bandwidth);
        return (reading, Models * sweep.Products / 2 * alone, vectors * sweep.Products * one, held);
    }

    // Operations of a product of K_SS with one vector, and the bytes that are read for it: J and its transpose of both ends of an interval, or kernels.
    private static (double Flops, double Bytes) Product(CheckpointSequence run, RunSizes s)
    {
        double n = s.Train, d = run.Parameters ?? 0;
        if (!run.HasJacobians) return (6 * n * n, 2 * 8 * n * n);
        bool factored = run[0][TensorName.J_S] is FactoredJacobian;
        double stored = s.StoredBytes / Math.Max(1, s.Checkpoints) * n / (n + s.Test);
        return (factored ? 8 * d * run.Train : 8 * d * n, 4 * stored);
    }

    private static double Stiffness(RunSizes s) => s.Stiffness.Where(double.IsFinite).Sum();
}
