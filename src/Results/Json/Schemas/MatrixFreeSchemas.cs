using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The key "matrixFree".</summary>
internal static class MatrixFreeSchemas
{
    private static readonly Schema<SweepSummary> s_sweep = new(s =>
    {
        var scheme = s.Add("scheme", Text, x => x.Scheme);
        var steps = s.Add("steps", Whole, x => x.Steps);
        var per = s.Add("productsPerSweep", Long, x => x.ProductsPerSweep);
        var taken = s.Add("productsTaken", Long, x => x.ProductsTaken);
        var stiffness = s.Add("stiffnessAtMost", Number, x => x.Stiffness);
        var tolerance = s.Add("toleranceEstimate", Number, x => x.Tolerance);
        var gramians = s.Add("gramianVectors", Long, x => x.Gramians);
        return json => new SweepSummary(scheme[json], steps[json], per[json], taken[json], stiffness[json], tolerance[json], gramians[json]);
    });

    private static readonly Schema<LeadingMode> s_mode = new(s =>
    {
        var value = s.Add("eigenvalue", Number, m => m.Eigenvalue);
        var residual = s.Add("residual", Number, m => m.Residual);
        var measure = s.Add("measure", Number, m => m.Measure);
        var response = s.Add("response", Number, m => m.Response);
        var bound = s.Add("boundAtMost", Number, m => m.Bound);
        var row = s.Add("rowRatioAtLeast", Number, m => m.RowRatio);
        var motion = s.Add("motion", Number, m => m.Motion);
        return json => new LeadingMode(value[json], residual[json], measure[json], response[json], bound[json], row[json], motion[json]);
    });

    private static readonly Schema<SignalEstimate> s_estimate = new(s =>
    {
        var value = s.Add("value", Number, e => e.Value);
        var lower = s.Add("lower", Number, e => e.Lower);
        var upper = s.Add("upper", Number, e => e.Upper);
        var confidence = s.Add("confidence", Number, e => e.Confidence);
        var probes = s.Add("probes", Whole, e => e.Probes);
        var steps = s.Add("steps", Whole, e => e.Steps);
        return json => new SignalEstimate(value[json], lower[json], upper[json], confidence[json], probes[json], steps[json]);
    });

    private static readonly Schema<SignalCount> s_signal = new(s =>
    {
        var least = s.Add("atLeast", Whole, c => c.AtLeast);
        var most = s.Add("atMost", Whole, c => c.AtMost);
        var from = s.Add("atMostFrom", Text, c => c.AtMostFrom);
        var estimate = s.Add("estimate", s_estimate.KnownObject, c => c.Estimate);
        return json => new SignalCount(least[json], most[json], from[json], estimate[json]);
    });

    /// <summary>The whole key.</summary>
    public static readonly Schema<MatrixFreeResult> Result = new(s =>
    {
        var sweep = s.Add("sweep", s_sweep.Object, r => r.Sweep);
        var dimension = s.Add("dimension", Whole, r => r.Dimension);
        var space = s.Add("space", Text, r => r.Space);
        var beta = s.Add("beta", KnownNumber, r => r.Beta);
        var threshold = s.Add("threshold", Number, r => r.Threshold);
        var signal = s.Add("signal", s_signal.Object, r => r.Signal);
        var bound = s.Add("responseBoundAtMost", KnownNumber, r => r.ResponseBound);
        var complement = s.Add("complementResponseAtMost", KnownNumber, r => r.ComplementResponse);
        var worst = s.Add("worstRatio", Number, r => r.WorstRatio);
        var multiplicity = s.Add("multiplicity", Text, r => r.Multiplicity);
        var modes = s.Add("modes", s_mode.Rows, r => r.Modes);
        return json => new MatrixFreeResult
        {
            Sweep = sweep[json],
            Dimension = dimension[json],
            Space = space[json],
            Beta = beta[json],
            Threshold = threshold[json],
            Signal = signal[json],
            ResponseBound = bound[json],
            ComplementResponse = complement[json],
            WorstRatio = worst[json],
            Multiplicity = multiplicity[json],
            Modes = modes[json],
            Vectors = Known.Unknown<MathNet.Numerics.LinearAlgebra.Matrix<double>>(ResultsJson.NotInTheFile),
        };
    });
}
