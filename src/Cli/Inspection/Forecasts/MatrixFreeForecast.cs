using KernelFlow.Integrators;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>What an analysis without matrices takes: products with the kernels, counted from the steps that its sweeps would take.</summary>
internal static class MatrixFreeForecast
{
    // As the analysis takes them unless told otherwise: modes that are looked for, the tolerance of the sweeps; vectors that go through the files together.
    private const double Modes = 50, Tolerance = 1e-4, Together = 16;

    // Measured with N = 1000 and 10,000 (docs/cli.md): sweeps of one vector for each mode (steps of P, P there and back, responses, probes of the count), and
    // those that choose the steps and carry the budget.
    private const double SweepsPerMode = 3, Sweeps = 160;

    // What lies between the products of a sweep takes so much of their time beside it.
    private const double Between = 1.6;

    // Products reach half of what the rate of products and the bandwidth allow (docs/matrix-free.md): where they are not measured.
    private const double ShareOfRate = 0.5;

    // Smaller runs are analysed with matrices, and their inspection waits for no product.
    private const int Large = 1000;

    // Of a ceiling: what is kept of files, of which a quarter is for other things than numbers, and of the states of a sweep.
    private const double OfFiles = 0.4, OfNumbers = 0.75 * OfFiles, OfStates = 0.25, Process = 50e6, VectorsHeld = 6;

    /// <summary>The way as a whole.</summary>
    public static RouteForecast Of(CheckpointSequence run, RunSizes sizes, WorkRates rates, double ceiling)
    {
        if (KernelFlow.Operators.DescentSupport.Check(run).Possible && sizes.Mode != AnalysisMode.Flow)
            return With(run, sizes, rates, ceiling, "the flow of the run, not its recorded steps; ");
        return With(run, sizes, rates, ceiling, "");
    }

    /// <summary>The stages that such an analysis reports.</summary>
    public static WorkPlan Plan(CheckpointSequence run, RunSizes sizes, WorkRates rates, AnalysisOptions options)
    {
        double modes = Math.Min(options.Modes ?? Modes, sizes.Train), tolerance = options.RelativeTolerance.Value ?? Tolerance;
        var cost = Parts(run, sizes, rates, options.Memory?.Bytes ?? double.PositiveInfinity, modes, tolerance);
        return WorkPlan.Forecast([("reading", cost.Reading), ("integrating", cost.Carried), ("spectrum", cost.Modes), ("budget", 0.001 * cost.Modes)]);
    }

    private static RouteForecast With(CheckpointSequence run, RunSizes sizes, WorkRates rates, double ceiling, string what)
    {
        double modes = Math.Min(Modes, sizes.Train);
        var cost = Parts(run, sizes, rates, ceiling, modes, Tolerance);
        return new RouteForecast("matrix-free", cost.Reading + cost.Carried + cost.Modes, cost.Bytes,
            FormattableString.Invariant($"{what}{modes} modes, z = {Files.NumberText.Short(cost.Stiffness, 2)}"));
    }

    private static Cost Parts(CheckpointSequence run, RunSizes s, WorkRates rates, double ceiling, double modes, double tolerance)
    {
        double[] knots = [.. run.Select(c => c.Time)];
        var probe = run.TrainSize < Large ? null : ProductProbe.Of(run, Backend.Managed(rates.Threads), OfFiles * ceiling);
        // What the sizes say of the last interval is set right by the kernel at its end, and that of the others as much.
        double end = probe is null ? 0 : (knots[^1] - knots[^2]) * RunSizes.Curvature(run) * probe.Largest;
        double scale = probe is not null && s.Stiffness[^1] > 0 && double.IsFinite(s.Stiffness[^1]) ? end / s.Stiffness[^1] : 1;
        double[] stiffness = [.. s.Stiffness.Select(z => double.IsFinite(z) ? scale * z : 0)];
        double[] bounds = [.. stiffness.Select((z, k) => z / (knots[k + 1] - knots[k]))];
        var (flops, bytes) = Product(run, s);
        var sweep = SweepChoice.Forecasts(knots, bounds, run.TrainSize, flops, tolerance, (long)Math.Min(OfStates * ceiling, 9e18)).MinBy(f => f.Flops)!;
        double one = Between * (probe?.Seconds ?? Math.Max(flops / (ShareOfRate * rates.Products * rates.Threads), bytes / Together / rates.Bandwidth));
        double reading = CommonStages.Start.Seconds(rates, 1) + (2 * s.StoredBytes + 24 * s.StoredNumbers) / rates.Bandwidth;
        double held = Process + Math.Min(s.StoredBytes, OfNumbers * ceiling) + Math.Min(Together * sweep.Bytes, OfStates * ceiling)
            + 8 * s.Train * VectorsHeld * SweepsPerMode * modes;
        // A sweep is a half of an application.
        double products = sweep.Products / 2.0;
        return new Cost(reading, Sweeps * products * one, SweepsPerMode * modes * products * one, held, stiffness.Sum());
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

    private readonly record struct Cost(double Reading, double Carried, double Modes, double Bytes, double Stiffness);
}
