using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of claims, of the movement of the kernel and of descent mode.</summary>
internal static class ClaimSchemas
{
    private const string NotSketched = "the Jacobians are not sketched", NotReduced = "the whole flow was integrated";

    private static readonly Schema<ErrorBudget> s_budget = new(s =>
    {
        var integration = s.Add("integration", KnownNumber, b => b.Integration);
        var interpolation = s.Add("interpolation", KnownNumber, b => b.Interpolation);
        var descent = s.Add("descent", KnownNumber, b => b.Descent);
        var rounding = s.Add("rounding", KnownNumber, b => b.Rounding);
        var sketch = s.Add("sketch", KnownNumber, b => b.Sketch ?? Known.Unknown<double>(NotSketched));
        var truncation = s.Add("truncation", KnownNumber, b => b.Truncation ?? Known.Unknown<double>(NotReduced));
        s.Derived("sum", KnownNumber, b => b.Sum is { } sum ? Known.Of(sum) : Known.Unknown<double>("a part is unknown"));
        s.Derived("largest", TextIfAny, b => b.LargestPart);
        return json => new ErrorBudget(integration[json], interpolation[json], descent[json], rounding[json])
        {
            // The first files of this version have no such parts.
            Sketch = sketch.Or(json, Known.Unknown<double>(NotSketched)) is var found && found.Reason == NotSketched ? null : found,
            Truncation = truncation.Or(json, Known.Unknown<double>(NotReduced)) is var cut && cut.Reason == NotReduced ? null : cut,
        };
    });

    private static readonly Schema<ClaimFigure> s_figure = new(s =>
    {
        var (name, value) = (s.Add("name", Text, f => f.Name), s.Add("value", Number, f => f.Value));
        return json => new ClaimFigure(name[json], value[json]);
    });

    /// <summary>The items of "claims".</summary>
    public static readonly Schema<ClaimResult> Claim = new(s =>
    {
        var id = s.Add("id", Text, c => c.Id);
        var name = s.Add("name", Text, c => c.Name);
        var kind = s.Add("kind", Choice<ClaimKind>(), c => c.Kind);
        var statement = s.Add("statement", Text, c => c.Statement);
        var verdict = s.Add("verdict", Codecs.Verdict, c => c.Verdict);
        var error = s.Add("relativeError", KnownNumber, c => c.RelativeError.Reason == Known.NotComputed && !string.IsNullOrWhiteSpace(c.Reason)
            ? Known.Unknown<double>(c.Reason) : c.RelativeError);
        var correlation = s.Add("correlation", NumberOr("has no meaning for this claim"), c => c.Correlation);
        var tolerance = s.Add("tolerance", NumberOr("this claim is not judged against recorded data"), c => c.Tolerance);
        var budget = s.Add("budget", s_budget.KnownObject, c => Known.Maybe(c.Budget, c.Reason));
        var figures = s.Add("figures", s_figure.RowsIfAny, c => c.Figures);
        var reason = s.Add("reason", TextIfAny, c => c.Reason);
        return json => new ClaimResult(id[json], name[json], verdict[json])
        {
            // The first files of this version did not say the kind; then as now only claims against data had a tolerance.
            Kind = kind.Or(json, tolerance[json] is not null ? ClaimKind.Data : budget[json].IsKnown ? ClaimKind.Code : ClaimKind.Measured),
            Statement = statement.Or(json, ""),
            RelativeError = error[json],
            Correlation = correlation[json],
            Tolerance = tolerance[json],
            Budget = budget[json].OrNull(),
            Figures = figures[json],
            Reason = reason[json],
        };
    });

    /// <summary>The items of "likelyCauses".</summary>
    public static readonly Schema<LikelyCause> Cause = new(s =>
    {
        var (cause, evidence, what) = (s.Add("cause", Text, c => c.Cause), s.Add("evidence", Text, c => c.Evidence),
            s.Add("whatToDo", Text, c => c.WhatToDo));
        return json => new LikelyCause(cause[json], evidence[json], what[json]);
    });

    private static readonly Schema<KernelEvolutionPoint> s_evolutionPoint = new(s =>
    {
        var time = s.Add("time", Number, p => p.Time);
        var spectral = s.Add("spectralDrift", Number, p => p.SpectralDrift);
        var frobenius = s.Add("frobeniusDrift", Number, p => p.FrobeniusDrift);
        var alignment = s.Add("centredAlignment", Number, p => p.CentredAlignment);
        var rotation = s.Add("rotation", Number, p => p.Rotation);
        var largest = s.Add("largestEigenvalue", Number, p => p.LargestEigenvalue);
        return json => new KernelEvolutionPoint(time[json], spectral[json], frobenius[json], alignment[json], rotation[json], largest[json]);
    });

    /// <summary>The key "kernelEvolution".</summary>
    public static readonly Schema<KernelEvolution> Evolution = new(s =>
    {
        var (peak, end) = (s.Add("peakDrift", Number, e => e.PeakDrift), s.Add("endDrift", Number, e => e.EndDrift));
        s.Derived("norm", Text, _ => "spectral");
        var points = s.Add("points", s_evolutionPoint.Rows, e => e.Points);
        var (first, last) = (s.Add("start", PictureSchemas.Portrait.KnownObject, e => e.Start), s.Add("end", PictureSchemas.Portrait.KnownObject, e => e.End));
        return json => new KernelEvolution
        {
            PeakDrift = peak[json], EndDrift = end[json], Points = points[json],
            Start = first.Or(json, PictureSchemas.Absent<KernelPortrait>()), End = last.Or(json, PictureSchemas.Absent<KernelPortrait>()),
        };
    });

    /// <summary>The rows of "intervals".</summary>
    public static readonly Schema<IntervalResult> Interval = new(s =>
    {
        var (from, to) = (s.Add("from", Number, i => i.From), s.Add("to", Number, i => i.To));
        var (defect, steps) = (s.Add("transportDefect", KnownNumber, i => i.TransportDefect), s.Add("steps", Whole, i => i.Steps));
        return json => new IntervalResult(from[json], to[json], defect[json], steps[json]);
    });

    /// <summary>The key "displacements".</summary>
    public static readonly Schema<DisplacementResult> Displacements = new(s =>
    {
        var (recordedTest, predictedTest) = (s.Add("recordedTest", Numbers, d => d.RecordedTest), s.Add("predictedTest", Numbers, d => d.PredictedTest));
        var (recordedTrain, predictedTrain) = (s.Add("recordedTrain", Numbers, d => d.RecordedTrain), s.Add("predictedTrain", Numbers, d => d.PredictedTrain));
        return json => new DisplacementResult(recordedTest[json], predictedTest[json], recordedTrain[json], predictedTrain[json]);
    });

    /// <summary>The key "descent".</summary>
    public static readonly Schema<DescentSummary> Descent = new(s =>
    {
        var optimizer = s.Add("optimizer", Text, d => d.Optimizer);
        var quadrature = s.Add("quadrature", Choice<DescentQuadrature>(), d => d.Quadrature);
        var largest = s.Add("largestZ", Number, d => d.LargestZ);
        var step = s.Add("largestZStep", Whole, d => d.LargestZStep);
        var edge = s.Add("stabilityEdge", Number, d => d.StabilityEdge);
        var amplification = s.Add("amplification", Number, d => d.Amplification);
        var peak = s.Add("peakPropagator", Number, d => d.PeakPropagator);
        var decidable = s.Add("decidable", Truth, d => d.Decidable);
        return json => new DescentSummary(optimizer[json], quadrature[json], largest[json], step[json], edge[json], amplification[json], peak[json])
        {
            Decidable = decidable.Or(json, true),
        };
    });
}
