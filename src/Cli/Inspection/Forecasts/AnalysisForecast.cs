using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>What the stages of an analysis will take, told before it begins and without reading all of the run.</summary>
internal static class AnalysisForecast
{
    // So much of a Jacobian tells its size; how stiff an interval is enters by its logarithm.
    private const int Sample = 1 << 20;

    // Spectra come first of what is measured, and take a good part of it.
    private const double SpectrumShare = 0.3;

    /// <summary>The stages that an analysis reports, by the way that it goes.</summary>
    /// <param name="run">The run.</param>
    /// <param name="options">The options of the analysis.</param>
    /// <param name="backend">The dense linear algebra.</param>
    /// <param name="cancellation">Honoured while rates are measured.</param>
    public static WorkPlan Of(CheckpointSequence run, AnalysisOptions options, Backend backend, CancellationToken cancellation)
    {
        var sizes = Sizes(run);
        var rates = WorkRates.Of(backend, (int)Math.Min(sizes.Train + sizes.Test, 1e6), cancellation);
        if (options.Extent == AnalysisExtent.Whole && Analyze.WithoutMatrices(run, options) is not null)
            return MatrixFreeForecast.Plan(run, sizes, rates, options);
        var cost = CostForecast.Of(sizes, rates);
        return options.Extent == AnalysisExtent.ClaimsOnly ? OfVectors(cost) : Of(cost);
    }

    // Of an analysis that forms no operators.
    private static WorkPlan OfVectors(CostForecast cost)
    {
        double Seconds(params string[] names) => cost.Stages.Where(s => names.Contains(s.Name)).Sum(s => s.Seconds);
        double carried = Seconds("comparison of intervals", "replayed steps", "vectors", "recursion");
        return WorkPlan.Forecast([("reading", Seconds("reading")), ("integrating", carried)]);
    }

    /// <summary>What it depends on, from a part of the Jacobians.</summary>
    public static RunSizes Sizes(CheckpointSequence run)
    {
        double size = new[] { 0, run.Count / 2, run.Count - 1 }.Max(k => Norm(run[k][run.HasJacobians ? TensorName.J_S : TensorName.K_SS]));
        var intervals = Enumerable.Range(0, run.Count - 1)
            .Select(k => new IntervalCheck(run[k].Time, run[k + 1].Time, run[k + 1].Step - run[k].Step, 0, null, size)).ToArray();
        return RunSizes.Of(run, intervals);
    }

    /// <summary>The stages of a forecast, put together to those that an analysis reports.</summary>
    public static WorkPlan Of(CostForecast cost)
    {
        double Seconds(params string[] names) => cost.Stages.Where(s => names.Contains(s.Name)).Sum(s => s.Seconds);
        double measures = Seconds("spectrum and measures");
        return WorkPlan.Forecast(
        [
            ("reading", Seconds("reading")),
            ("integrating", Seconds("comparison of intervals", "replayed steps", "vectors", "integrating", "recursion")),
            ("spectrum", SpectrumShare * measures),
            ("budget", (1 - SpectrumShare) * measures + Seconds("second integration and carry")),
        ]);
    }

    private static double Norm(TensorSource tensor)
    {
        var numbers = new double[Math.Min(Sample, tensor.Count)];
        tensor.Read(0, numbers);
        return Math.Sqrt(VectorRoutines.Dot(numbers, numbers) * (tensor.Count / (double)Math.Max(1, numbers.Length)));
    }
}
