using static KernelFlow.Cli.ForecastConstants;

namespace KernelFlow.Cli;

/// <summary>The stages that flow and descent have in common.</summary>
internal static class CommonStages
{
    /// <summary>The process, and its code being compiled.</summary>
    public static StageForecast Start => new("start", ForecastConstants.Start) { Fixed = StartSeconds };

    // Checkpoints are paired with themselves, with the three next ones, and with those of the thinned grids.
    private const double Pairs = 5;

    // A layer's kernel is a product element by element, which is added to the others; a kernel is put on the shelf, and taken from it.
    private const double PassesOfLayer = 6, PassesOfKernel = 8;

    /// <summary>Numbers are read and widened, files summed, and where Jacobians were recorded kernels formed.</summary>
    public static StageForecast Reading(RunSizes s)
    {
        double rows = s.Train + s.Test, pairs = s.Columns == 0 ? 0 : (s.Mode == AnalysisMode.Flow ? Pairs : 2) * s.Checkpoints;
        return new StageForecast("reading", ForecastConstants.Reading)
        {
            Products = pairs * s.PairProducts,
            Bytes = 2 * s.StoredBytes + 24 * s.StoredNumbers + pairs * 8 * rows * rows * (PassesOfLayer * s.FactoredLayers + PassesOfKernel),
            Calls = 50.0 * s.Checkpoints,
        };
    }

    /// <summary>Every interval is predicted from its recorded state: a few dozen vectors through J and its transpose, or through K.</summary>
    public static StageForecast Comparison(RunSizes s)
    {
        double numbers = s.Columns > 0 ? (s.Train + s.Test) * s.Columns : s.Train * (s.Train + s.Test);
        return new StageForecast("comparison of intervals", ForecastConstants.Comparison)
        {
            Bytes = 80 * 8 * numbers * s.Checkpoints / 10,
            Calls = 500.0 * s.Checkpoints,
        };
    }

    /// <summary>Spectrum, schedule, noise, inclusion, influence, and the spectra of the kernels at the checkpoints.</summary>
    public static StageForecast Measures(RunSizes s)
    {
        double cube = Math.Pow(s.Train, 3);
        return new StageForecast("spectrum and measures", ForecastConstants.Measures)
        {
            Products = 40 * cube + 6 * s.Train * s.Train * s.Test,
            Spectra = (130 + 9.0 * s.Checkpoints) * cube,
            Bytes = (100 + 20.0 * s.Checkpoints) * 8 * s.Train * s.Train,
            Calls = 5000,
        };
    }

    /// <summary>Tables, figures and pages.</summary>
    public static StageForecast Report(RunSizes s) =>
        new("report", ForecastConstants.Report) { Fixed = 0.3, Bytes = 2000 * (s.Train + s.Test), Calls = 20 * (s.Train + s.Test) };
}
