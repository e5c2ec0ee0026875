using MathNet.Numerics.LinearAlgebra;
using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of noise placement, the population-risk gate and the influence of examples.</summary>
internal static class CurveSchemas
{
    private static readonly Schema<Placement> s_placement = new(s =>
    {
        var (signal, reservoir) = (s.Add("signalShare", Number, p => p.SignalShare), s.Add("reservoirShare", Number, p => p.ReservoirShare));
        var dissipated = s.Add("dissipated", NumberOr("not a fraction: see spectrum"), p => p.Dissipated);
        return json => new Placement(signal[json], reservoir[json], dissipated[json]);
    });

    private static readonly Schema<NoisePoint> s_noisePoint = new(s =>
    {
        var time = s.Add("time", Number, p => p.Time);
        var noise = s.Add("noise", s_placement.Object, p => p.Noise);
        var clean = s.Add("clean", s_placement.Object, p => p.Clean);
        var gradient = s.Add("gradient", s_placement.Object, p => p.Gradient);
        return json => new NoisePoint(time[json], noise[json], clean[json], gradient[json]);
    });

    /// <summary>The key "noisePlacement".</summary>
    public static readonly Schema<NoisePlacement> Noise = new(s =>
    {
        var (division, noisy) = (s.Add("division", Text, n => n.Division), s.Add("noisyExamples", Whole, n => n.NoisyExamples));
        var points = s.Add("points", s_noisePoint.Rows, n => n.Points);
        return json => new NoisePlacement { Division = division[json], NoisyExamples = noisy[json], Points = points[json] };
    });

    private static readonly Schema<ParameterLayer> s_layer = new(s =>
    {
        var (name, parameters) = (s.Add("name", Text, l => l.Name), s.Add("parameters", Long, l => l.Parameters));
        return json => new ParameterLayer(name[json], parameters[json]);
    });

    private static readonly Schema<GatePoint> s_gatePoint = new(s =>
    {
        var (time, share) = (s.Add("time", Number, p => p.Time), s.Add("share", Number, p => p.Share));
        var (perLayer, gradient) = (s.Add("perLayer", Numbers, p => p.PerLayer),
            s.Add("gradientShare", NumberOr("the gradient is zero"), p => p.GradientShare));
        return json => new GatePoint(time[json], share[json], perLayer[json], gradient[json]);
    });

    /// <summary>The key "riskGate".</summary>
    public static readonly Schema<RiskGate> Gate = new(s =>
    {
        var (layers, points) = (s.Add("layers", s_layer.Rows, g => g.Layers), s.Add("points", s_gatePoint.Rows, g => g.Points));
        return json => new RiskGate { Layers = layers[json], Points = points[json] };
    });

    private static readonly Schema<StrongestInfluence> s_strongest = new(s =>
    {
        var (examples, contributions) = (s.Add("examples", Wholes, x => x.Examples), s.Add("contributions", Numbers, x => x.Contributions));
        return json => new StrongestInfluence(examples[json], contributions[json]);
    });

    /// <summary>The key "influence": one array per quantity, over the examples.</summary>
    public static readonly Schema<InfluenceResult> Influence = new(s =>
    {
        Schema<InfluenceResult>.Field<IReadOnlyList<double>> Column(string key, Func<ExampleInfluence, double> of) =>
            s.Add(key, Numbers, i => [.. i.Examples.Select(of)]);
        var gradient = Column("gradient", e => e.Gradient);
        var influence = Column("selfInfluence", e => e.SelfInfluence);
        var trace = Column("selfTrace", e => e.SelfTrace);
        var response = Column("testResponse", e => e.TestResponse);
        var contribution = Column("testContribution", e => e.TestContribution);
        var strongest = s.Add("strongest", s_strongest.Rows, i => i.Strongest);
        var changed = s.Add("changed", KnownWholes, i => i.Changed);
        return json =>
        {
            IReadOnlyList<double>[] columns = [gradient[json], influence[json], trace[json], response[json], contribution[json]];
            if (columns.Any(c => c.Count != columns[0].Count)) throw json.Wrong("arrays of one length");
            return new InfluenceResult
            {
                Examples = [.. columns[0].Select((_, i) => new ExampleInfluence(columns[0][i], columns[1][i], columns[2][i], columns[3][i], columns[4][i]))],
                OnTest = Known.Unknown<Matrix<double>>(ResultsJson.NotInTheFile),
                Strongest = strongest.Or(json, []), Changed = changed.Or(json, PictureSchemas.Absent<IReadOnlyList<int>>()),
            };
        };
    });
}
