using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of the inclusion ker W_S ⊆ ker G_Q.</summary>
internal static class InclusionSchemas
{
    private const string DidNotMove = "the test outputs did not move";

    private static readonly Schema<StructuralCheck> s_structural = new(s =>
    {
        var (ratio, mode, floor) = (s.Add("worstRatio", Number, c => c.WorstRatio), s.Add("worstMode", Whole, c => c.WorstMode),
            s.Add("floor", Number, c => c.Floor));
        var (rowRatio, row, rowMode) = (s.Add("worstRowRatio", NumberIfAny, c => c.WorstRowRatio), s.Add("worstRow", Whole, c => c.WorstRow),
            s.Add("worstRowMode", Whole, c => c.WorstRowMode));
        return json => new StructuralCheck(ratio[json], mode[json], floor[json])
        {
            WorstRowRatio = rowRatio[json], WorstRow = row.Or(json, 0), WorstRowMode = rowMode.Or(json, 0),
        };
    });

    private static readonly Schema<CosineCheck> s_cosine = new(s =>
    {
        var (sigma, error, integration) = (s.Add("sigma", Number, c => c.Sigma), s.Add("error", Number, c => c.Error),
            s.Add("integration", Number, c => c.Integration));
        s.Derived("violated", Truth, c => c.IsViolated);
        return json => new CosineCheck(sigma[json], error[json], integration[json]);
    });

    private static readonly Schema<IndependentCheck> s_independent = new(s =>
    {
        var excess = s.Add("worstExcess", Number, c => c.WorstExcess);
        var method = s.Add("method", Text, c => c.Method);
        var mode = s.Add("worstMode", Whole, c => c.WorstMode);
        var tolerance = s.Add("rtol", Number, c => c.RelativeTolerance);
        var steps = s.Add("steps", Whole, c => c.Steps);
        var difference = s.Add("boundDifference", Number, c => c.BoundDifference);
        return json => new IndependentCheck(excess[json], method[json])
        {
            WorstMode = mode[json], RelativeTolerance = tolerance[json], Steps = steps[json], BoundDifference = difference[json],
        };
    });

    private static readonly Schema<EmpiricalCheck> s_empirical = new(s =>
    {
        var full = s.Add("relativeErrorFull", KnownNumber, c => c.RelativeErrorFull);
        var signal = s.Add("relativeErrorSignalOnly", KnownNumber, c => c.RelativeErrorSignalOnly);
        return json => new EmpiricalCheck(full[json], signal[json]);
    });

    private static readonly Schema<ModeVisibility> s_mode = new(s =>
    {
        var eigenvalue = s.Add("eigenvalue", Number, m => m.Eigenvalue);
        var measure = s.Add("measure", Number, m => m.Measure);
        var response = s.Add("response", Number, m => m.Response);
        var bound = s.Add("bound", Number, m => m.Bound);
        var floor = s.Add("floor", Number, m => m.Floor);
        s.Derived("ratio", Number, m => m.Ratio);
        s.Derived("slack", Number, m => m.Slack);
        var inReservoir = s.Add("inReservoir", Truth, m => m.InReservoir);
        var row = s.Add("rowRatio", NumberIfAny, m => m.RowRatio);
        var dissipation = s.Add("dissipationDifference", NumberIfAny, m => m.DissipationDifference);
        var difference = s.Add("responseDifference", NumberIfAny, m => m.ResponseDifference);
        var independent = s.Add("independentBound", NumberIfAny, m => m.IndependentBound);
        return json => new ModeVisibility(eigenvalue[json], measure[json], response[json], bound[json], floor[json], inReservoir[json])
        {
            RowRatio = row[json], DissipationDifference = dissipation[json], ResponseDifference = difference[json], IndependentBound = independent[json],
        };
    });

    private static readonly Schema<NullSpaceResult> s_nullSpace = new(s =>
    {
        var dimension = s.Add("dimension", Whole, k => k.Dimension);
        var floor = s.Add("floor", Number, k => k.Floor);
        var kept = s.Add("smallestKept", NumberOr("no eigenvalue is above the floor"), k => k.SmallestKept);
        var dropped = s.Add("largestDropped", NumberOr("no eigenvalue is at or below the floor"), k => k.LargestDropped);
        var clear = s.Add("clear", Truth, k => k.IsClear);
        return json => new NullSpaceResult(dimension[json], floor[json], kept[json], dropped[json], clear[json]);
    });

    private static readonly Schema<OperatorCheck> s_check = new(s =>
    {
        var (name, defect, limit) = (s.Add("name", Text, c => c.Name), s.Add("defect", Number, c => c.Defect), s.Add("limit", Number, c => c.Limit));
        s.Derived("passed", Truth, c => c.Passed);
        return json => new OperatorCheck(name[json], defect[json], limit[json]);
    });

    private static readonly Schema<ThresholdPoint> s_threshold = new(s =>
    {
        var threshold = s.Add("threshold", Number, p => p.Threshold);
        var signal = s.Add("signalDimension", Whole, p => p.SignalDimension);
        var reservoir = s.Add("reservoirDimension", Whole, p => p.ReservoirDimension);
        var verdict = s.Add("verdict", Codecs.Verdict, p => p.Verdict);
        var error = s.Add("relativeErrorSignalOnly", NumberOr(DidNotMove), p => p.RelativeErrorSignalOnly);
        var worst = s.Add("worstReservoirResponse", Number, p => p.WorstReservoirResponse);
        return json => new ThresholdPoint(threshold[json], signal[json], reservoir[json], verdict[json], error[json], worst[json]);
    });

    private static readonly Schema<ResponseMap> s_responses = new(s =>
    {
        var (outputs, modes, largest) = (s.Add("testOutputs", Whole, r => r.TestOutputs), s.Add("modes", Whole, r => r.Modes),
            s.Add("largest", NumberRows, r => r.Largest));
        return json => new ResponseMap(outputs[json], modes[json], largest[json]);
    });

    /// <summary>Of the visibility and its bound, as in comparisons.</summary>
    public static readonly Codec<double?> Visibility = NumberOr("infinite: a direction without dissipation moves the test outputs");

    /// <summary>The key "inclusion".</summary>
    public static readonly Schema<InclusionResult> Inclusion = new(s =>
    {
        var verdict = s.Add("verdict", Codecs.Verdict, i => i.Verdict);
        var qualification = s.Add("qualification", TextIfAny, i => i.Qualification);
        var structural = s.Add("structural", s_structural.Object, i => i.Structural);
        var cosine = s.Add("cosine", s_cosine.KnownObject, i => i.Cosine);
        var independent = s.Add("independent", s_independent.KnownObject, i => i.Independent);
        var empirical = s.Add("empirical", s_empirical.Object, i => i.Empirical);
        var visibility = s.Add("visibility", Visibility, i => i.Visibility);
        var bound = s.Add("visibilityBound", Number, i => i.VisibilityBound);
        var fromTest = s.Add("boundFromTestKernel", Truth, i => i.BoundFromTestKernel);
        var reason = s.Add("reason", TextIfAny, i => i.Reason);
        var modes = s.Add("modes", s_mode.Rows, i => i.Modes);
        var nullSpace = s.Add("kernel", s_nullSpace.KnownObject, i => Known.Maybe(i.NullSpace, null));
        var checks = s.Add("operatorChecks", s_check.Rows, i => i.OperatorChecks);
        var curve = s.Add("thresholdCurve", s_threshold.Rows, i => i.ThresholdCurve);
        var responses = s.Add("responses", s_responses.KnownObject, i => i.Responses);
        return json => new InclusionResult
        {
            Verdict = verdict[json],
            Qualification = qualification[json],
            Structural = structural[json],
            Cosine = cosine.Or(json, Known.Unknown<CosineCheck>(ResultsJson.NotInTheFile)),
            Independent = independent[json],
            Empirical = empirical[json],
            Visibility = visibility[json],
            VisibilityBound = bound[json],
            BoundFromTestKernel = fromTest[json],
            Reason = reason[json],
            Modes = modes[json],
            NullSpace = nullSpace.Or(json, default).OrNull(),
            OperatorChecks = checks.Or(json, []),
            ThresholdCurve = curve.Or(json, []),
            Responses = responses.Or(json, Known.Unknown<ResponseMap>(ResultsJson.NotInTheFile)),
        };
    });
}
