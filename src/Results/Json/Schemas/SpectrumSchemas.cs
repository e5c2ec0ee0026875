using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of the spectrum of W_S, of relative dissipation and of the schedule.</summary>
internal static class SpectrumSchemas
{
    /// <summary>The key "spectrum".</summary>
    public static readonly Schema<SpectrumResult> Spectrum = new(s =>
    {
        var eigenvalues = s.Add("eigenvalues", Numbers, r => r.Eigenvalues);
        var residuals = s.Add("residualNorms", Numbers, r => r.ResidualNorms);
        var fraction = s.Add("dissipatedFraction", KnownNumbers, r => r.DissipatedFraction);
        var relative = s.Add("relativeEigenvalues", Numbers, r => r.RelativeEigenvalues);
        var threshold = s.Add("threshold", Number, r => r.Threshold);
        var signal = s.Add("signalDimension", KnownWhole, r => r.SignalDimension);
        var reservoir = s.Add("reservoirDimension", KnownWhole, r => r.ReservoirDimension);
        var rank = s.Add("effectiveRank", Number, r => r.EffectiveRank);
        var complete = s.Add("complete", Truth, r => r.Complete);
        var space = s.Add("space", Text, r => r.Space);
        var dimension = s.Add("dimension", Whole, r => r.Dimension);
        var solver = s.Add("solver", Choice<EigenSolver>(), r => r.Solver);
        var multiplicity = s.Add("multiplicity", TextIfAny, r => r.Multiplicity);
        return json => new SpectrumResult
        {
            Space = space.Or(json, SpectrumResult.AllOutputs),
            Dimension = dimension.Or(json, eigenvalues[json].Count),
            Eigenvalues = eigenvalues[json],
            ResidualNorms = residuals[json],
            DissipatedFraction = fraction[json],
            RelativeEigenvalues = relative[json],
            Threshold = threshold[json],
            SignalDimension = signal[json],
            ReservoirDimension = reservoir[json],
            EffectiveRank = rank[json],
            Complete = complete[json],
            Solver = solver.Or(json, EigenSolver.Dense),
            Multiplicity = multiplicity[json],
        };
    });

    /// <summary>The key "relativeDissipation".</summary>
    public static readonly Schema<RelativeDissipation> Relative = new(s =>
    {
        var values = s.Add("values", Numbers, r => r.Values);
        var responses = s.Add("responses", Numbers, r => r.Responses);
        var bounds = s.Add("bounds", Numbers, r => r.Bounds);
        var threshold = s.Add("threshold", Number, r => r.Threshold);
        var signal = s.Add("signalDimension", Whole, r => r.SignalDimension);
        var reservoir = s.Add("reservoirDimension", Whole, r => r.ReservoirDimension);
        var outside = s.Add("outsideDimension", Whole, r => r.OutsideDimension);
        return json => new RelativeDissipation
        {
            Values = values[json],
            Modes = Known.Unknown<MathNet.Numerics.LinearAlgebra.Matrix<double>>(ResultsJson.NotInTheFile),
            Responses = responses[json],
            Bounds = bounds[json],
            Threshold = threshold[json],
            SignalDimension = signal[json],
            ReservoirDimension = reservoir[json],
            OutsideDimension = outside[json],
        };
    });

    private static readonly Schema<SchedulePoint> s_point = new(s =>
    {
        var time = s.Add("time", Number, p => p.Time);
        var eigenvalues = s.Add("eigenvalues", Numbers, p => p.Eigenvalues);
        var fraction = s.Add("dissipatedFraction", NumbersOr("not a fraction: see spectrum"), p => p.DissipatedFraction);
        var signal = s.Add("signalDimension", Whole, p => p.SignalDimension);
        var rank = s.Add("effectiveRank", Number, p => p.EffectiveRank);
        var increment = s.Add("smallestIncrement", NumberOr("the first window has no predecessor"), p => p.SmallestIncrement);
        return json => new SchedulePoint(time[json], eigenvalues[json], fraction[json], signal[json], rank[json], increment[json]);
    });

    /// <summary>The key "schedule".</summary>
    public static readonly Schema<SpectralSchedule> Schedule = new(s =>
    {
        var (end, start) = (s.Add("overEnd", s_point.Rows, r => r.OverEnd), s.Add("overStart", s_point.KnownRows, r => r.OverStart));
        return json => new SpectralSchedule { OverEnd = end[json], OverStart = start[json] };
    });
}
