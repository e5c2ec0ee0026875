using System.Globalization;

namespace KernelFlow.ForecastStudy;

/// <summary>The forecast of <c>inspect</c> for a run beside what <c>analyze</c> took.</summary>
/// <param name="Run">Name of the run.</param>
/// <param name="Seconds">Forecast by stage.</param>
/// <param name="Megabytes">Forecast by what memory holds.</param>
/// <param name="Taken">Seconds measured.</param>
/// <param name="Held">Megabytes measured.</param>
internal sealed record Comparison(string Run, IReadOnlyDictionary<string, double> Seconds, IReadOnlyDictionary<string, double> Megabytes, double Taken,
    double Held)
{
    private const string Prefix = "forecast: ";

    /// <summary>Forecast over measured time.</summary>
    public double TimeRatio => Seconds.Values.Sum() / Taken;

    /// <summary>The same of memory.</summary>
    public double MemoryRatio => Megabytes.Values.Sum() / Held;

    /// <summary>Runs both commands.</summary>
    /// <param name="tool">The command.</param>
    /// <param name="run">Folder of the run.</param>
    /// <param name="report">Folder for the report.</param>
    /// <param name="repeat">How often it is analysed; the median counts.</param>
    /// <param name="cpu">Whether processor time is taken for the time, as on a machine that is not quiet (with one thread).</param>
    public static Comparison Of(Tool tool, string run, string report, int repeat, bool cpu)
    {
        var parts = tool.Run(["inspect", run, "--verbose"]).Error.Split('\n').Where(l => l.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(l => l[Prefix.Length..].Split(": ")).ToArray();
        var taken = Enumerable.Range(0, repeat).Select(_ => tool.Run(["analyze", run, "--out", report, "--quiet"])).ToArray();
        return new Comparison(Path.GetFileName(Path.TrimEndingDirectorySeparator(run)), Parts(" s"), Parts(" MB"),
            Median(taken.Select(t => cpu ? t.Cpu : t.Wall)),
            Median(taken.Select(t => t.Peak / 1e6)));

        IReadOnlyDictionary<string, double> Parts(string unit) => parts.Where(p => p[1].EndsWith(unit, StringComparison.Ordinal))
            .ToDictionary(p => p[0], p => double.Parse(p[1][..^unit.Length], CultureInfo.InvariantCulture));
    }

    /// <summary>The middle value.</summary>
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : 0.5 * (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]);
    }
}
