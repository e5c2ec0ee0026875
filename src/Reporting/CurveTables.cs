using static KernelFlow.Reporting.ColumnKind;

namespace KernelFlow.Reporting;

/// <summary>The tables of the curves; one without data has its columns only.</summary>
internal static class CurveTables
{
    /// <summary>File names and what makes them.</summary>
    public static IReadOnlyList<(string File, Func<string, ReservoirAnalysis, ReportTable> Make)> All { get; } =
    [
        ("schedule.csv", (file, a) => Schedule(file, a.Schedule.OrNull())),
        ("noise.csv", (file, a) => Noise(file, a.NoisePlacement.OrNull())),
        ("risk-gate.csv", (file, a) => Gate(file, a.RiskGate.OrNull())),
        ("influence.csv", (file, a) => Influence(file, a.Influence.OrNull())),
        ("test-influence.csv", (file, a) => OnTest(file, a.Influence.OrNull(), a.Run.Outputs)),
    ];

    private static ReportTable Noise(string file, NoisePlacement? noise)
    {
        var table = new ReportTable(file, ("to", Number), ("part", Text), ("signalShare", Number), ("reservoirShare", Number), ("dissipated", Number),
            ("size", Number), ("testMovement", Number));
        foreach (var point in noise?.Points ?? [])
            foreach (var (name, x) in new[] { ("noise", point.Noise), ("clean", point.Clean), ("gradient", point.Gradient) })
                table.Add(point.Time, name, x.SignalShare, x.ReservoirShare, x.Dissipated, x.Size, x.TestMovement);
        return table;
    }

    private static ReportTable Gate(string file, RiskGate? gate)
    {
        var table = new ReportTable(file, ("time", Number), ("layer", Text), ("parameters", Count), ("share", Number));
        foreach (var point in gate?.Points ?? [])
            for (int l = 0; l < gate!.Layers.Count; l++) table.Add(point.Time, gate.Layers[l].Name, gate.Layers[l].Parameters, point.PerLayer[l]);
        return table;
    }

    private static ReportTable Influence(string file, InfluenceResult? influence)
    {
        var table = new ReportTable(file, ("example", Count), ("gradient", Number), ("selfInfluence", Number), ("selfTrace", Number),
            ("testResponse", Number), ("testContribution", Number));
        for (int i = 0; i < (influence?.Examples.Count ?? 0); i++)
        {
            var e = influence!.Examples[i];
            table.Add(i, e.Gradient, e.SelfInfluence, e.SelfTrace, e.TestResponse, e.TestContribution);
        }
        return table;
    }

    private static ReportTable OnTest(string file, InfluenceResult? influence, int outputs)
    {
        var table = new ReportTable(file, ("test", Count), ("output", Count), ("rank", Count), ("example", Count), ("contribution", Number));
        for (int r = 0; r < (influence?.Strongest.Count ?? 0); r++)
        {
            var (examples, contributions) = influence!.Strongest[r];
            for (int k = 0; k < examples.Count; k++) table.Add(r / outputs, r % outputs, k + 1, examples[k], contributions[k]);
        }
        return table;
    }

    private static ReportTable Schedule(string file, SpectralSchedule? schedule)
    {
        var table = new ReportTable(file, ("from", Number), ("to", Number), ("mode", Count), ("eigenvalue", Number), ("dissipatedFraction", Number));
        void Add(IReadOnlyList<SchedulePoint>? points, Func<SchedulePoint, (double? From, double? To)> window)
        {
            foreach (var p in points ?? [])
                for (int j = 0; j < p.Eigenvalues.Count; j++)
                    table.Add(window(p).From, window(p).To, j + 1, p.Eigenvalues[j], p.DissipatedFraction?[j]);
        }
        Add(schedule?.OverEnd, p => (null, p.Time));
        Add(schedule?.OverStart.OrNull(), p => (p.Time, null));
        return table;
    }
}
