namespace KernelFlow.Results;

/// <summary>What the parts of results.json must have in common, beyond the kind of each value: lists that are read side by side are of one length.</summary>
internal static class ResultsChecks
{
    /// <summary>Refuses results whose parts contradict each other.</summary>
    /// <param name="json">The document.</param>
    /// <param name="analysis">What was read of it.</param>
    /// <exception cref="InvalidResultsException">They do; the message names the key.</exception>
    public static void Require(ResultsKey json, ReservoirAnalysis analysis)
    {
        Run(json["run"], analysis.Run);
        Extent(json, analysis.Options.Extent, analysis.KnownSpectrum.IsKnown, analysis.KnownInclusion.IsKnown, analysis.KnownEvolution.IsKnown);
        if (analysis.KnownSpectrum.TryGet(out var spectrum)) Spectrum(json["spectrum"], spectrum);
        Claims(json["claims"], analysis.Claims);
        var d = analysis.Displacements;
        SameLength(json["displacements"], "predictedTest", d.PredictedTest.Count, d.RecordedTest.Count);
        SameLength(json["displacements"], "predictedTrain", d.PredictedTrain.Count, d.RecordedTrain.Count);
        if (analysis.RelativeDissipation.TryGet(out var relative))
        {
            SameLength(json["relativeDissipation"], "responses", relative.Responses.Count, relative.Values.Count);
            SameLength(json["relativeDissipation"], "bounds", relative.Bounds.Count, relative.Values.Count);
        }
        if (analysis.Schedule.TryGet(out var schedule))
        {
            Schedule(json["schedule"]["overEnd"], schedule.OverEnd);
            if (schedule.OverStart.TryGet(out var start)) Schedule(json["schedule"]["overStart"], start);
        }
        if (analysis.RiskGate.TryGet(out var gate))
            foreach (var (point, key) in gate.Points.Zip(json["riskGate"]["points"].Items()))
                SameLength(key, "perLayer", point.PerLayer.Count, gate.Layers.Count);
        if (analysis.Influence.TryGet(out var influence) && influence.Strongest.Count > 0)
            foreach (var (strongest, key) in influence.Strongest.Zip(json["influence"]["strongest"].Items()))
                SameLength(key, "contributions", strongest.Contributions.Count, strongest.Examples.Count);
        if (analysis.KnownInclusion.TryGet(out var inclusion) && inclusion.Responses.TryGet(out var map)) Responses(json["inclusion"]["responses"], map);
        PictureChecks.Require(json, analysis);
    }

    /// <summary>The same for the parts of a comparison.</summary>
    /// <param name="json">The document.</param>
    /// <param name="run">What was read of it.</param>
    public static void Require(ResultsKey json, ComparedRun run)
    {
        Run(json["run"], run.Run);
        Extent(json, run.Options.Extent, run.KnownSpectrum.IsKnown, run.Inclusion != Verdict.NotComputed, run.KnownEvolution.IsKnown);
        if (run.KnownSpectrum.TryGet(out var spectrum)) Spectrum(json["spectrum"], spectrum);
        Claims(json["claims"], run.Claims);
    }

    // A whole analysis has all of them, one of claims only has none: nothing in between may pass for either.
    private static void Extent(ResultsKey json, AnalysisExtent extent, bool spectrum, bool inclusion, bool evolution)
    {
        bool whole = extent == AnalysisExtent.Whole;
        foreach (var (key, known) in new[] { ("spectrum", spectrum), ("inclusion", inclusion), ("kernelEvolution", evolution) })
            if (known != whole) throw json[key].Wrong(whole ? "an object" : $"null, as the extent is {extent.Name()}");
    }

    private static void Run(ResultsKey json, RunSummary run)
    {
        foreach (var (key, count) in new[] { ("train", run.Train), ("test", run.Test), ("outputs", run.Outputs) })
            if (count < 1) throw json[key].Wrong("at least 1");
    }

    private static void Spectrum(ResultsKey json, SpectrumResult spectrum)
    {
        int count = spectrum.Eigenvalues.Count;
        if (spectrum.Dimension < count) throw json["dimension"].Wrong($"at least the number of eigenvalues, {count}");
        SameLength(json, "residualNorms", spectrum.ResidualNorms.Count, count);
        SameLength(json, "relativeEigenvalues", spectrum.RelativeEigenvalues.Count, count);
        if (spectrum.DissipatedFraction.TryGet(out var fraction)) SameLength(json, "dissipatedFraction", fraction.Count, count);
    }

    private static void Claims(ResultsKey json, IReadOnlyList<ClaimResult> claims)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (claim, key) in claims.Zip(json.Items()))
            if (claim.Id.Length == 0 || !ids.Add(claim.Id)) throw key["id"].Wrong("an id of its own for each claim");
    }

    private static void Schedule(ResultsKey json, IReadOnlyList<SchedulePoint> points)
    {
        foreach (var (point, key) in points.Zip(json.Items()))
        {
            if (point.Eigenvalues.Count == 0) throw key["eigenvalues"].Wrong("at least one eigenvalue");
            if (point.DissipatedFraction is { } fraction) SameLength(key, "dissipatedFraction", fraction.Count, point.Eigenvalues.Count);
        }
    }

    private static void Responses(ResultsKey json, ResponseMap map)
    {
        if (map.TestOutputs < 1) throw json["testOutputs"].Wrong("at least 1");
        if (map.Modes < 1) throw json["modes"].Wrong("at least 1");
        var largest = json["largest"];
        int high = Math.Min(map.TestOutputs, ResponseMap.MostBlocks), wide = Math.Min(map.Modes, ResponseMap.MostBlocks);
        if (map.Largest.Count != high) throw largest.Wrong($"{high} rows");
        foreach (var (row, key) in map.Largest.Zip(largest.Items()))
            if (row.Count != wide) throw key.Wrong($"{wide} numbers");
    }

    /// <summary>Refuses a list that is not as long as another.</summary>
    public static void SameLength(ResultsKey json, string key, int count, int expected)
    {
        if (count != expected) throw json[key].Wrong($"{expected} elements");
    }
}
