// How well `inspect` forecasts what `analyze` takes, and by what the constants of the model (src/Cli/Inspection/Forecasts/ForecastConstants.cs) are off.
//   dotnet run -c Release --project benchmarks/ForecastStudy -- --runs FOLDER [--record] [--only TEXT] [--repeat 1] [--threads 0] [--cpu]
//     [--command src/Cli/bin/Release/net10.0/kernelflow] [--report FOLDER]
// --record makes the recordings first (those that are missing). Every folder with a run.json below FOLDER is taken. On a machine that is not quiet
// --threads 1 --cpu compares processor time.
using KernelFlow.ForecastStudy;
using KernelFlow.WorkPrecision;
using static System.FormattableString;

try
{
    var given = new Arguments(args, ["--record", "--cpu"], ["--runs", "--only", "--repeat", "--threads", "--command", "--report"]);
    string folder = given.Has("--runs") ? given.Text("--runs", "") : throw new ArgumentException("--runs: the folder of the recordings is missing.");
    var tool = new Tool(Path.GetFullPath(given.Text("--command", "src/Cli/bin/Release/net10.0/kernelflow")), (int)given.Number("--threads", 0));
    string only = given.Text("--only", ""), report = given.Text("--report", Path.Combine(Path.GetTempPath(), "kernelflow-forecast-report"));
    if (given.Has("--record"))
        foreach (var (name, options) in Recordings.All.Where(r => r.Name.Contains(only, StringComparison.Ordinal)))
            if (!File.Exists(Path.Combine(folder, name, "run.json")))
                tool.Run(["record", Path.Combine(folder, name), .. options.Split(' '), "--quiet"]);

    var found = new List<Comparison>();
    Console.WriteLine("run                     forecast s  measured s  ratio   forecast MB  measured MB  ratio");
    foreach (string run in Directory.EnumerateDirectories(folder).Where(d => File.Exists(Path.Combine(d, "run.json"))
        && Path.GetFileName(d).Contains(only, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
    {
        var c = Comparison.Of(tool, run, report, (int)Math.Max(1, given.Number("--repeat", 1)), given.Has("--cpu"));
        found.Add(c);
        Console.WriteLine(Invariant($"{c.Run,-22}  {c.Seconds.Values.Sum(),10:F2}  {c.Taken,10:F2}  {c.TimeRatio,5:F2}   ")
            + Invariant($"{c.Megabytes.Values.Sum(),11:F0}  {c.Held,11:F0}  {c.MemoryRatio,5:F2}"));
    }
    if (found.Count == 0) throw new ArgumentException($"{folder}: found no recordings; --record makes them.");

    Console.WriteLine(Invariant($"\n{found.Count} runs. Error of the time: median {Median(found.Select(c => c.TimeRatio)):P0}, ")
        + Invariant($"largest {found.Max(c => Error(c.TimeRatio)):P0}. Of the memory: largest {found.Max(c => Error(c.MemoryRatio)):P0}."));
    Tell("seconds", c => c.Seconds, c => c.Taken);
    Tell("memory", c => c.Megabytes, c => c.Held);
    return 0;

    double Median(IEnumerable<double> ratios) => Comparison.Median(ratios.Select(Error));

    void Tell(string what, Func<Comparison, IReadOnlyDictionary<string, double>> parts, Func<Comparison, double> measured)
    {
        var factors = Fit.Factors([.. found.Select(c => (parts(c), measured(c)))]);
        double[] fitted = [.. found.Select(c => Fit.Sum(parts(c), factors) / measured(c))];
        Console.WriteLine(Invariant($"\nThe constants of {what} times (then median error {Median(fitted):P0}, largest {fitted.Max(Error):P0}):"));
        foreach (var (name, factor) in factors) Console.WriteLine(Invariant($"  {name,-30} {factor:F2}"));
    }
}
catch (Exception e) when (e is ArgumentException or FormatException or IOException or InvalidOperationException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}

static double Error(double ratio) => Math.Abs(ratio - 1);
