using KernelFlow.Files;
using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>results.json back into typed results.</summary>
internal static class ResultsReader
{
    /// <summary>Reads one file.</summary>
    public static ComparedRun Read(string path, string? label)
    {
        if (!File.Exists(path)) throw new InvalidResultsException($"{path}: file not found.");
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            var json = new ResultsKey(path, "", document.RootElement);
            if (!json.Has("format") || json["format"].Text() != ResultsFile.Format) throw new InvalidResultsException($"{path}: not the results of an analysis: \"format\" is not {ResultsFile.Format}.");
            if (json["version"].Whole() is var version && version != ResultsFile.Version) throw new InvalidResultsException($"{path}: version {NumberText.Count(version)} of the results, expected {NumberText.Count(ResultsFile.Version)}.");
            return Run(json, path, label);
        }
        catch (JsonException e)
        {
            throw new InvalidResultsException($"{path}: not valid JSON: {e.Message}", e);
        }
    }

    private static ComparedRun Run(ResultsKey json, string path, string? label)
    {
        var (inclusion, evolution) = (json["inclusion"], json["kernelEvolution"]);
        var run = Summary(json["run"]);
        return new ComparedRun
        {
            Label = label ?? run.Name ?? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? path,
            Run = run,
            Options = Options(json["options"]),
            Window = new TimeWindow(json["window"]["from"].Number(), json["window"]["to"].Number()),
            Inclusion = inclusion["verdict"].Verdict(),
            InclusionReason = inclusion.TextOrNull("reason"),
            Visibility = inclusion["visibility"].NumberOrNull(),
            VisibilityBound = inclusion["visibilityBound"].Number(),
            Spectrum = Spectrum(json["spectrum"]),
            Claims = [.. json["claims"].Items().Select(Claim)],
            KernelEvolution = new KernelEvolution
            {
                PeakDrift = evolution["peakDrift"].Number(),
                EndDrift = evolution["endDrift"].Number(),
                Points = [.. evolution["points"].Items().Select(p => new KernelEvolutionPoint(p["time"].Number(), p["spectralDrift"].Number(), p["frobeniusDrift"].Number(), p["centredAlignment"].Number(), p["rotation"].Number(), p["largestEigenvalue"].Number()))],
            },
        };
    }

    // Name, optimizer and metadata were not in the first files of this version.
    private static RunSummary Summary(ResultsKey run) =>
        new(run["loss"].Text(), run["train"].Whole(), run["test"].Whole(), run["outputs"].Whole(), (long?)run["parameters"].NumberOrNull(), run["checkpoints"].Whole(), run.TextOrNull("inputHash"))
        {
            Name = run.TextOrNull("name"),
            Optimizer = run.Has("optimizer") && !run["optimizer"].IsNull ? Optimizer(run["optimizer"]) : null,
            Metadata = run.Has("metadata") ? run["metadata"].Entries().ToDictionary(e => e.Name, e => e.Value.Text()) : new Dictionary<string, string>(),
        };

    private static OptimizerSummary Optimizer(ResultsKey o) => new(o["kind"].Text(), o["learningRate"].Number(),
        [.. o.Entries().Where(e => e.Name is not ("kind" or "learningRate")).Select(e => (e.Name, e.Value.Number()))]);

    private static ResolvedOptions Options(ResultsKey o) =>
        new(o["mode"].Choice<AnalysisMode>(), o["method"].Text(), o["interpolation"].Text(), o["rtol"].Number(), o["threshold"].Number(), (long)o["seed"].Number())
        {
            IndependentCheck = !o.Has("independentCheck") || o["independentCheck"].Truth(), ModeReason = o.TextOrNull("modeReason"), MethodReason = o.TextOrNull("methodReason"),
        };

    private static SpectrumResult Spectrum(ResultsKey s) => new()
    {
        Eigenvalues = s["eigenvalues"].Numbers(),
        ResidualNorms = s["residualNorms"].Numbers(),
        DissipatedFraction = s["dissipatedFraction"].IsNull ? null : s["dissipatedFraction"].Numbers(),
        DissipatedFractionReason = s.TextOrNull("dissipatedFractionReason"),
        RelativeEigenvalues = s["relativeEigenvalues"].Numbers(),
        Threshold = s["threshold"].Number(),
        SignalDimension = s["signalDimension"].Whole(),
        ReservoirDimension = s["reservoirDimension"].Whole(),
        EffectiveRank = s["effectiveRank"].Number(),
        Complete = s["complete"].Truth(),
        Solver = s.Has("solver") ? s["solver"].Choice<EigenSolver>() : EigenSolver.Dense,
        Multiplicity = s.TextOrNull("multiplicity"),
    };

    private static ClaimResult Claim(ResultsKey c) => new(c["id"].Text(), c["name"].Text(), c["verdict"].Verdict())
    {
        Kind = c.Has("kind") ? c["kind"].Choice<ClaimKind>() : ClaimKind.Measured,
        Statement = c.TextOrNull("statement") ?? "",
        RelativeError = c["relativeError"].NumberOrNull(),
        Correlation = c["correlation"].NumberOrNull(),
        Tolerance = c["tolerance"].NumberOrNull(),
        Reason = c.TextOrNull("reason"),
        Budget = c["budget"].IsNull ? null : new ErrorBudget(c["budget"]["integration"].NumberOrNull(), c["budget"]["interpolation"].NumberOrNull(), c["budget"]["descent"].NumberOrNull(), c["budget"]["rounding"].NumberOrNull())
        {
            IntegrationReason = c["budget"].TextOrNull("integrationReason"),
            InterpolationReason = c["budget"].TextOrNull("interpolationReason"),
            DescentReason = c["budget"].TextOrNull("descentReason"),
        },
    };
}
