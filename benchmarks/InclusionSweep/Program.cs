// The table of docs/inclusion.md: planted leaks of K_QS into the kernel of K_SS, and recorded runs given as arguments.
//     dotnet run -c Release --project benchmarks/InclusionSweep [RUN...]
using System.Globalization;
using KernelFlow;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.WriteLine("| run | leak e | threshold δ | verdict | worst ratio | independent excess | second rtol | ν/√c | largest reservoir ‖Gψ_j‖ | reservoir |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
foreach (double leak in (double[])[1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 0])
    Row("planted, float64", leak, PlantedRun.Make(leak, single: false), 1e-10);
foreach (double leak in (double[])[1e-1, 1e-2, 1e-9, 0]) Row("planted, float32", leak, PlantedRun.Make(leak, single: true), 1e-6);
foreach (string folder in args)
{
    using var run = RecordedRun.Open(folder);
    Row(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), null, run.Checkpoints, 1e-3);
}

static void Row(string name, double? leak, CheckpointSequence run, double threshold)
{
    var analysis = Analyze.Reservoir(run, new AnalysisOptions { Mode = AnalysisMode.Flow, Threshold = threshold });
    var inclusion = analysis.Inclusion;
    double worst = inclusion.ThresholdCurve.Single(p => p.Threshold == threshold).WorstReservoirResponse;
    Console.WriteLine(
        $"| {name} | {(leak is { } e ? $"{e:0.#e0}" : "–")} | {threshold:0.#e0} | {inclusion.Verdict} | {inclusion.Structural.WorstRatio:G4} | "
        + $"{inclusion.Independent.OrNull()?.WorstExcess:G4} | {inclusion.Independent.OrNull()?.RelativeTolerance:0.#e0} "
        + $"| {(inclusion.Visibility is { } nu ? $"{nu / inclusion.VisibilityBound:G4}" : "∞")} | {worst:G3} | {analysis.Spectrum.ReservoirDimension} "
        + $"of {analysis.Spectrum.Eigenvalues.Count} |");
}
