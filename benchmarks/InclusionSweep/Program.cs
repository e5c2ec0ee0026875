// The tables of docs/inclusion.md: planted leaks of K_QS into the kernel of K_SS, recorded runs given as arguments, and both with an altered K_QS.
//     dotnet run -c Release --project benchmarks/InclusionSweep [RUN...]
using System.Globalization;
using KernelFlow;
using KernelFlow.Networks;
using KernelFlow.Numerics;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
Console.WriteLine("| run | leak e | threshold δ | verdict | worst ratio | single output | σ | independent excess | second rtol | ν/√c | largest reservoir "
    + "‖Gψ_j‖ | reservoir |");
Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
foreach (double leak in (double[])[1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 0])
    Row("planted, float64", leak, PlantedRun.Make(leak, single: false), 1e-10);
foreach (double leak in (double[])[1e-1, 1e-2, 1e-9, 0]) Row("planted, float32", leak, PlantedRun.Make(leak, single: true), 1e-6);
foreach (string folder in args)
{
    using var run = RecordedRun.Open(folder);
    Row(Name(folder), null, run.Checkpoints, 1e-3);
}
Console.WriteLine();
Console.WriteLine("| kernel blocks | K_QS | σ | error of σ | worst ratio | single output | verdict |");
Console.WriteLine("|---|---|---|---|---|---|---|");
foreach (string folder in args)
{
    using var run = RecordedRun.Open(folder);
    Alter(Name(folder), AlteredKernels.Blocks(run.Checkpoints), null);
}
foreach (var loss in (LossKind[])[LossKind.Squared, LossKind.SoftmaxCrossEntropy])
{
    // Two trainings that differ in their seed alone.
    CheckpointSequence Training(long seed) => AlteredKernels.Blocks(Recorder.InMemory(new RecordingOptions
    {
        Train = 24, Test = 12, Outputs = loss == LossKind.Squared ? 1 : 4, Loss = loss, Layers = [LayerSpec.Dense(12)], Steps = 400,
        Checkpoints = 20, Seed = seed,
    }, Backend.Resolve("auto")));
    Alter($"built-in trainer, {(loss == LossKind.Squared ? "squared" : "softmax")}", Training(1), Training(2));
}

static string Name(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));

static void Row(string name, double? leak, CheckpointSequence run, double threshold)
{
    var analysis = Analyze.Reservoir(run, new AnalysisOptions { Mode = AnalysisMode.Flow, Threshold = threshold });
    var inclusion = analysis.Inclusion;
    double worst = inclusion.ThresholdCurve.Single(p => p.Threshold == threshold).WorstReservoirResponse;
    Console.WriteLine(
        $"| {name} | {(leak is { } e ? $"{e:0.#e0}" : "–")} | {threshold:0.#e0} | {inclusion.Verdict} | {inclusion.Structural.WorstRatio:G4} | "
        + $"{inclusion.Structural.WorstRowRatio:G4} | {inclusion.Cosine.OrNull()?.Sigma:G4} | "
        + $"{inclusion.Independent.OrNull()?.WorstExcess:G4} | {inclusion.Independent.OrNull()?.RelativeTolerance:0.#e0} "
        + $"| {(inclusion.Visibility is { } nu ? $"{nu / inclusion.VisibilityBound:G4}" : "∞")} | {worst:G3} | {analysis.Spectrum.ReservoirDimension} "
        + $"of {analysis.Spectrum.Dimension} |");
}

static void Alter(string name, CheckpointSequence run, CheckpointSequence? other)
{
    foreach (var (what, alter) in AlteredKernels.Of) One(what, AlteredKernels.With(run, alter));
    if (other is not null) One("K_QS of another training", AlteredKernels.With(run, (_, k) => AlteredKernels.Read(other[k]["K_QS"], other.TrainSize)));

    void One(string what, CheckpointSequence altered)
    {
        var inclusion = Analyze.Reservoir(altered, new AnalysisOptions { Mode = AnalysisMode.Flow }).Inclusion;
        var cosine = inclusion.Cosine.Value;
        Console.WriteLine($"| {name} | {what} | {cosine.Sigma:G5} | {cosine.Error:0.#e0} | {inclusion.Structural.WorstRatio:G4} | "
            + $"{inclusion.Structural.WorstRowRatio:G4} | {inclusion.Verdict} |");
    }
}
