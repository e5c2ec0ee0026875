using System.Text.Json;
using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of what was analysed, with what, and at which cost.</summary>
internal static class RunSchemas
{
    private const string InMemory = "the run was built in memory";

    /// <summary>The key "tool".</summary>
    public static readonly Schema<ToolInfo> Tool = new(s =>
    {
        var (version, runtime) = (s.Add("version", Text, t => t.Version), s.Add("runtime", Text, t => t.Runtime));
        return json => new ToolInfo(version[json], runtime[json]);
    });

    // The constants stand beside the kind, each under its own key of the manifest.
    private static readonly Codec<OptimizerSummary?> s_optimizer = Make<OptimizerSummary?>(
        (json, key, value) =>
        {
            if (value is null)
            {
                json.Null(key, "the run does not say");
                return;
            }
            json.WriteStartObject(key);
            json.WriteString("kind", value.Kind);
            json.Number("learningRate", value.LearningRate);
            foreach (var (name, constant) in value.Constants) json.Number(name, constant);
            json.WriteEndObject();
        },
        (parent, key) => !parent.Has(key) || parent[key].IsNull ? null : new OptimizerSummary(parent[key]["kind"].Text(),
            Number.Read(parent[key], "learningRate"),
            [.. parent[key].Entries().Where(e => e.Name is not ("kind" or "learningRate")
                && !e.Name.EndsWith(JsonNumbers.ReasonSuffix, StringComparison.Ordinal))
                .Select(e => (e.Name, Number.Read(parent[key], e.Name)))]));

    /// <summary>The key "run".</summary>
    public static readonly Schema<RunSummary> Run = new(s =>
    {
        var name = s.Add("name", TextOr(InMemory), r => r.Name);
        var loss = s.Add("loss", Text, r => r.Loss);
        var train = s.Add("train", Whole, r => r.Train);
        var test = s.Add("test", Whole, r => r.Test);
        var outputs = s.Add("outputs", Whole, r => r.Outputs);
        var parameters = s.Add("parameters", LongOr("kernel blocks were recorded, not Jacobians"), r => r.Parameters);
        var checkpoints = s.Add("checkpoints", Whole, r => r.Checkpoints);
        var hash = s.Add("inputHash", TextOr(InMemory), r => r.InputHash);
        var optimizer = s.Add("optimizer", s_optimizer, r => r.Optimizer);
        var metadata = s.Add("metadata", Map, r => r.Metadata);
        return json => new RunSummary(loss[json], train[json], test[json], outputs[json], parameters[json], checkpoints[json], hash[json])
        {
            Name = name[json], Optimizer = optimizer[json], Metadata = metadata.Or(json, new Dictionary<string, string>()),
        };
    });

    // A whole analysis does not say so: the first files of this version had no other.
    private static readonly Codec<AnalysisExtent> s_extent = Make<AnalysisExtent>(
        (json, key, value) => { if (value != AnalysisExtent.Whole) json.WriteString(key, value.Name()); },
        (parent, key) => parent.Has(key) ? parent[key].Choice<AnalysisExtent>() : AnalysisExtent.Whole);

    private const string NotReduced = "the whole flow was integrated";

    private static readonly Schema<ReductionSummary> s_reduction = new(s =>
    {
        var (rank, size) = (s.Add("rank", Whole, r => r.Rank), s.Add("size", Whole, r => r.Size));
        var (bound, eigenvalue) = (s.Add("bound", Number, r => r.Bound), s.Add("eigenvalueBound", Number, r => r.EigenvalueBound));
        var reason = s.Add("reason", Text, r => r.Reason);
        return json => new ReductionSummary(rank[json], size[json], bound[json], eigenvalue[json], reason[json]);
    });

    // Said only where it is so: a window in one piece has the keys that it always had.
    private static readonly Codec<bool> s_ifTrue = Make<bool>(
        (json, key, value) => { if (value) json.WriteBoolean(key, value); }, (parent, key) => parent.Has(key) && Truth.Read(parent, key));

    /// <summary>The key "options".</summary>
    public static readonly Schema<ResolvedOptions> Options = new(s =>
    {
        var extent = s.Add("extent", s_extent, o => o.Extent);
        var mode = s.Add("mode", Choice<AnalysisMode>(), o => o.Mode);
        var modeReason = s.Add("modeReason", TextIfAny, o => o.ModeReason);
        var method = s.Add("method", Text, o => o.Method);
        var methodReason = s.Add("methodReason", TextIfAny, o => o.MethodReason);
        var solverReason = s.Add("solverReason", TextIfAny, o => o.SolverReason);
        var interpolation = s.Add("interpolation", Text, o => o.Interpolation);
        var tolerance = s.Add("rtol", Number, o => o.RelativeTolerance);
        var toleranceReason = s.Add("rtolReason", TextIfAny, o => o.ToleranceReason);
        var threshold = s.Add("threshold", Number, o => o.Threshold);
        var seed = s.Add("seed", Long, o => o.Seed);
        var independent = s.Add("independentCheck", Truth, o => o.IndependentCheck);
        var reduction = s.Add("reduction", s_reduction.KnownObject, o => Known.Maybe(o.Reduction, NotReduced));
        var byInterval = s.Add("byInterval", s_ifTrue, o => o.ByInterval);
        return json => new ResolvedOptions(mode[json], method[json], interpolation[json], tolerance[json], threshold[json], seed[json])
        {
            Extent = extent[json], ModeReason = modeReason[json], MethodReason = methodReason[json], ToleranceReason = toleranceReason[json],
            IndependentCheck = independent.Or(json, true), SolverReason = solverReason[json], ByInterval = byInterval[json],
            // The first files of this version know of none.
            Reduction = reduction.Or(json, Known.Unknown<ReductionSummary>(NotReduced)).OrNull(),
        };
    });

    /// <summary>The key "window".</summary>
    public static readonly Schema<TimeWindow> Window = new(s =>
    {
        var (from, to) = (s.Add("from", Number, w => w.From), s.Add("to", Number, w => w.To));
        return json => new TimeWindow(from[json], to[json]);
    });

    /// <summary>The key "performance".</summary>
    public static readonly Schema<PerformanceResult> Performance = new(s =>
    {
        var seconds = s.Add("seconds", Number, p => p.Seconds);
        var bytes = s.Add("peakBytes", Long, p => p.PeakBytes);
        var steps = s.Add("steps", Whole, p => p.Steps);
        var rejected = s.Add("rejectedSteps", Whole, p => p.RejectedSteps);
        var method = s.Add("method", Text, p => p.Method);
        var backend = s.Add("backend", Text, p => p.Backend);
        return json => new PerformanceResult(seconds[json], bytes[json], steps[json], rejected[json], method[json], backend[json]);
    });

    /// <summary>The rows of "figures".</summary>
    public static readonly Schema<FigureNote> Figure = new(s =>
    {
        var (id, section, title) = (s.Add("id", Text, f => f.Id), s.Add("section", Text, f => f.Section), s.Add("title", Text, f => f.Title));
        // The id becomes the name of a file: one that leads elsewhere must not get that far.
        return json => FigureNote.IsName(id[json]) ? new FigureNote(id[json], section[json], title[json])
            : throw json["id"].Wrong("lower-case letters, digits and hyphens");
    });
}
