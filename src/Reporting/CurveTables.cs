using static KernelFlow.Reporting.CsvText;

namespace KernelFlow.Reporting;

/// <summary>The tables of the curves; one without data has its header only.</summary>
internal static class CurveTables
{
    /// <summary>File names and what writes them.</summary>
    public static IReadOnlyList<(string File, Func<ReservoirAnalysis, string> Text)> All { get; } =
    [
        ("schedule.csv", a => Schedule(a.Schedule.OrNull())),
        ("noise.csv", a => Noise(a.NoisePlacement.OrNull())),
        ("risk-gate.csv", a => Gate(a.RiskGate.OrNull())),
        ("influence.csv", a => Influence(a.Influence.OrNull())),
        ("test-influence.csv", a => OnTest(a.Influence.OrNull(), a.Run.Outputs)),
    ];

    private static string Noise(NoisePlacement? noise)
    {
        var text = Header("to", "part", "signalShare", "reservoirShare", "dissipated");
        foreach (var point in noise?.Points ?? [])
            foreach (var (name, x) in new[] { ("noise", point.Noise), ("clean", point.Clean), ("gradient", point.Gradient) })
                Row(text, Number(point.Time), name, Number(x.SignalShare), Number(x.ReservoirShare), Number(x.Dissipated));
        return text.ToString();
    }

    private static string Gate(RiskGate? gate)
    {
        var text = Header("time", "layer", "parameters", "share");
        foreach (var point in gate?.Points ?? [])
            for (int l = 0; l < gate!.Layers.Count; l++)
                Row(text, Number(point.Time), gate.Layers[l].Name, Count(gate.Layers[l].Parameters), Number(point.PerLayer[l]));
        return text.ToString();
    }

    private static string Influence(InfluenceResult? influence)
    {
        var text = Header("example", "gradient", "selfInfluence", "selfTrace", "testResponse", "testContribution");
        for (int i = 0; i < (influence?.Examples.Count ?? 0); i++)
        {
            var e = influence!.Examples[i];
            Row(text, Count(i), Number(e.Gradient), Number(e.SelfInfluence), Number(e.SelfTrace), Number(e.TestResponse), Number(e.TestContribution));
        }
        return text.ToString();
    }

    private static string OnTest(InfluenceResult? influence, int outputs)
    {
        var text = Header("test", "output", "rank", "example", "contribution");
        for (int r = 0; r < (influence?.Strongest.Count ?? 0); r++)
        {
            var (examples, contributions) = influence!.Strongest[r];
            for (int k = 0; k < examples.Count; k++)
                Row(text, Count(r / outputs), Count(r % outputs), Count(k + 1), Count(examples[k]), Number(contributions[k]));
        }
        return text.ToString();
    }

    private static string Schedule(SpectralSchedule? schedule)
    {
        var text = Header("from", "to", "mode", "eigenvalue", "dissipatedFraction");
        void Add(IReadOnlyList<SchedulePoint>? points, Func<SchedulePoint, (double? From, double? To)> window)
        {
            foreach (var p in points ?? [])
                for (int j = 0; j < p.Eigenvalues.Count; j++)
                    Row(text, Number(window(p).From), Number(window(p).To), Count(j + 1), Number(p.Eigenvalues[j]), Number(p.DissipatedFraction?[j]));
        }
        Add(schedule?.OverEnd, p => (null, p.Time));
        Add(schedule?.OverStart.OrNull(), p => (p.Time, null));
        return text.ToString();
    }
}
