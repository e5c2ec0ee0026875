using static KernelFlow.Cli.ForecastConstants;

namespace KernelFlow.Cli;

/// <summary>The stages of descent mode with every step recorded.</summary>
internal static class DescentForecast
{
    /// <summary>In the order of the analysis.</summary>
    public static IReadOnlyList<StageForecast> Stages(RunSizes s)
    {
        double n = s.Train, rows = n + s.Test, steps = s.Checkpoints - 1;
        // The kernels of a step are formed again for the operators, the second carry and, with a buffer, its bounds; the buffer has N columns and more.
        double kernels = s.Columns > 0 ? 2 * rows * n * s.Columns : 0, buffer = s.HasBuffer ? 6 * n * s.Columns * (n + 13) : 0;
        return
        [
            CommonStages.Start,
            CommonStages.Reading(s),
            CommonStages.Comparison(s),
            new("recursion", Recursion)
            {
                Products = steps * (2 * kernels + buffer + 2 * (rows + n) * n * n),
                Bytes = steps * (60 * 8 * n * rows + 3 * 8 * rows * s.Columns + (s.HasBuffer ? 4 * 8 * n * s.Columns : 0)),
                Calls = steps * 500,
            },
            CommonStages.Measures(s),
            CommonStages.Report(s),
        ];
    }
}
