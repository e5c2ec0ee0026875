using System.Diagnostics;
using System.Globalization;
using KernelFlow;
using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

// Compares analyses at the automatic tolerance with those at 1e-8 on honest trainings of every kind: verdicts, errors beside their budgets, eigenvalues, time.
// Usage: dotnet run -c Release --project benchmarks/ToleranceStudy -- [first seed] [seeds per kind] [RUN ...]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
long first = args.Length > 0 ? long.Parse(args[0]) : 1;
int seeds = args.Length > 1 ? int.Parse(args[1]) : 3;
var backend = Backend.Managed(1);
var comparisons = new List<Comparison>();
foreach (string folder in args.Skip(2))
{
    using var run = RecordedRun.Open(folder);
    comparisons.Add(Comparison.Of(Path.GetFileName(folder), run.Checkpoints, Backend.Resolve("auto"), 5));
}
if (seeds > 0)
    Parallel.ForEach(from cell in CalibrationCell.All from seed in Enumerable.Range(0, seeds) select (cell, first + seed), job =>
    {
        Comparison comparison;
        try
        {
            comparison = Comparison.Of($"{job.cell.Id} {job.Item2}", HonestTraining.Of(job.cell, job.Item2).Record(backend).Checkpoints, backend);
        }
        catch (Exception e) when (e is InvalidRunException or NumericalException or ArgumentException)
        {
            return;
        }
        lock (comparisons) comparisons.Add(comparison);
    });
foreach (var c in comparisons.Where(c => c.Changed.Count > 0 || args.Length > 2 && seeds == 0).OrderBy(c => c.Name, StringComparer.Ordinal))
    Console.WriteLine($"{c.Name}: rtol {c.Tolerance:0e0} ({c.Reason}); {(c.Changed.Count == 0 ? "no verdict changed" : string.Join(", ", c.Changed))}; "
        + $"error moved by {c.Shift:G2} of its budget, the budget by {c.Budget:G2} of itself, "
        + $"λ by {c.Eigenvalue:G2} of λ₁; time {c.Time:G2} of that at 1e-8");
Console.WriteLine($"{comparisons.Count} recordings, {comparisons.Count(c => c.Soft)} with a soft reservoir");
foreach (var group in comparisons.GroupBy(c => c.Tolerance).OrderByDescending(g => g.Key))
    Console.WriteLine($"| {group.Key:0e0} | {group.Count()} | {group.Count(c => c.Soft)} | {group.Count(c => c.Changed.Count > 0)} | "
        + $"{group.Max(c => c.Shift):G2} | {group.Max(c => c.Budget):G2} | {group.Max(c => c.Eigenvalue):G2} | {Median(group.Select(c => c.Time)):G2} |");

static double Median(IEnumerable<double> values)
{
    double[] sorted = [.. values.Order()];
    return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
}

internal sealed record Comparison(string Name, double Tolerance, string? Reason, IReadOnlyList<string> Changed, double Shift, double Budget, double Eigenvalue,
    bool Soft, double Time)
{
    public static Comparison Of(string name, CheckpointSequence run, Backend backend, int pairs = 1)
    {
        var options = new AnalysisOptions { Mode = AnalysisMode.Flow, Backend = backend };
        // The first analysis of a process also compiles the program.
        if (pairs > 1) Timed(run, options);
        var ratios = new List<double>();
        ReservoirAnalysis auto, tight;
        do
        {
            (auto, double seconds) = Timed(run, options);
            (tight, double tightSeconds) = Timed(run, options with { RelativeTolerance = 1e-8 });
            ratios.Add(seconds / tightSeconds);
        }
        while (ratios.Count < pairs);
        var changed = new List<string>();
        if (auto.Inclusion.Verdict != tight.Inclusion.Verdict) changed.Add($"inclusion {tight.Inclusion.Verdict} → {auto.Inclusion.Verdict}");
        double shift = 0, budget = 0;
        foreach (var (a, t) in auto.Claims.Zip(tight.Claims))
        {
            if (a.Verdict != t.Verdict) changed.Add($"{a.Id} {t.Verdict} → {a.Verdict}");
            if (a.Kind == ClaimKind.Data && a.Budget?.Sum is { } loose && t.Budget?.Sum is > 0 and { } fine)
                budget = Math.Max(budget, Math.Abs(loose - fine) / fine);
            if (a.Kind == ClaimKind.Data && a.RelativeError.TryGet(out double x) && t.RelativeError.TryGet(out double y) && t.Budget?.Sum is > 0 and { } sum)
                shift = Math.Max(shift, Math.Abs(x - y) / sum);
        }
        double eigenvalue = auto.Spectrum.Eigenvalues.Zip(tight.Spectrum.Eigenvalues, (a, t) => Math.Abs(a - t)).DefaultIfEmpty(0).Max()
            / tight.Spectrum.Eigenvalues[0];
        return new Comparison(name, auto.Options.RelativeTolerance, auto.Options.ToleranceReason, changed, shift, budget, eigenvalue,
            tight.Spectrum.ReservoirDimension.OrDefault(0) > 0, ratios.Order().ElementAt(ratios.Count / 2));
    }

    private static (ReservoirAnalysis, double) Timed(CheckpointSequence run, AnalysisOptions options)
    {
        long started = Stopwatch.GetTimestamp();
        var analysis = Analyze.Reservoir(run, options);
        return (analysis, Stopwatch.GetElapsedTime(started).TotalSeconds);
    }
}
