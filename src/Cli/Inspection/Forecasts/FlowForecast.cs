using static KernelFlow.Cli.ForecastConstants;

namespace KernelFlow.Cli;

/// <summary>The stages of flow mode.</summary>
internal static class FlowForecast
{
    // Steps of an interval grow with the logarithm of its stiffness, because initial layers are resolved from h‖BK‖ ≤ 1 upward.
    private const double StepsPerDoubling = 0.6;

    // In units of N³ per step, taken once with h and twice with h/2: products and factorizations of the operators; solves for a few columns.
    private const double OperatorProducts = 25, OperatorFactors = 8, CheckProducts = 50, CheckFactors = 16, ColumnProducts = 7, ColumnFactors = 6;

    // Models that the estimate of interpolation carries a vector by: thinned grids in two phases, another interpolant, early, late, and the differences.
    private const double Models = 9;

    // Over a B that varies stages are solved for all at once instead of in the eigenbasis of one kernel.
    private const double VaryingHessian = 1.5;

    /// <summary>In the order of the analysis.</summary>
    public static IReadOnlyList<StageForecast> Stages(RunSizes s)
    {
        double n = s.Train, rows = n + s.Test, cube = n * n * n, steps = Steps(s), bend = s.HasBeta ? 1 : VaryingHessian;
        double perStep = bend * steps * cube, wide = rows / n;
        return
        [
            CommonStages.Start,
            CommonStages.Reading(s),
            CommonStages.Comparison(s),
            new("replayed steps", Replay) { Bytes = 3 * s.ReplayedSteps * 12 * 8 * n * rows, Calls = 3 * s.ReplayedSteps },
            new("vectors", Vectors)
            {
                Products = Models * ColumnProducts * perStep,
                Factorizations = Models * ColumnFactors * perStep,
                Bytes = Models * steps * 300 * 8 * n * rows,
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
                Products = CheckProducts * perStep * wide,
                Factorizations = CheckFactors * perStep,
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
