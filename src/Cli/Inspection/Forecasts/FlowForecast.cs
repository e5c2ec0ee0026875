using static KernelFlow.Cli.ForecastConstants;

namespace KernelFlow.Cli;

/// <summary>The stages of flow mode.</summary>
internal static class FlowForecast
{
    // Steps of an interval grow with the logarithm of its stiffness, because initial layers are resolved from h‖BK‖ ≤ 1 upward.
    private const double StepsPerDoubling = 0.6;

    // In units of N³ per step, taken once with h and twice with h/2: products and factorizations of the operators, and of what checks them;
    // where B = βI that is a rule with much less to do.
    private const double OperatorProducts = 25, OperatorFactors = 8, CheckProducts = 50, CheckFactors = 16, CheckedByRule = 0.3;

    // Vectors are carried by products, which read the kernels: so many times in a step.
    private const double Readings = 20;

    // Models that the estimate of interpolation carries a vector by: thinned grids in two phases, another interpolant, early, late, and the differences.
    private const double Models = 9;

    // Over a B that varies stages are solved for all at once instead of in the eigenbasis of one kernel.
    private const double VaryingHessian = 1.5;

    /// <summary>In the order of the analysis.</summary>
    public static IReadOnlyList<StageForecast> Stages(RunSizes s)
    {
        double n = s.Train, rows = n + s.Test, cube = n * n * n, steps = Steps(s), bend = s.HasBeta ? 1 : VaryingHessian,
            checks = s.HasBeta ? CheckedByRule : 1;
        double perStep = bend * steps * cube, wide = rows / n;
        return
        [
            CommonStages.Start,
            CommonStages.Reading(s),
            CommonStages.Comparison(s),
            new("replayed steps", Replay) { Bytes = 3 * s.ReplayedSteps * 12 * 8 * n * rows, Calls = 3 * s.ReplayedSteps },
            new("vectors", Vectors)
            {
                Bytes = Models * steps * Readings * 8 * n * rows,
                Calls = Models * steps * 300,
            },
            new("integrating", Integration)
            {
                Products = OperatorProducts * perStep * wide,
                Factorizations = OperatorFactors * perStep,
                Bytes = steps * 200 * 8 * n * rows,
                Calls = steps * 300,
            },
            new("second integration and carry", Checks)
            {
                Products = checks * CheckProducts * perStep * wide,
                Factorizations = checks * CheckFactors * perStep,
                Bytes = steps * 400 * 8 * n * rows,
                Calls = steps * 600,
            },
            CommonStages.Measures(s),
            CommonStages.Report(s),
        ];
    }

    /// <summary>Integration steps over all intervals.</summary>
    public static double Steps(RunSizes s) => s.Stiffness.Sum(z => double.IsFinite(z) ? Math.Max(1, StepsPerDoubling * Math.Log2(1 + z)) : 1);
}
