namespace KernelFlow;

/// <summary>What a comparison keeps of one analysis: everything but the operators and what is as long as the outputs.</summary>
public sealed record ComparedRun
{
    /// <summary>What the run is called among the others; unique.</summary>
    public required string Label { get; init; }

    /// <summary>What was analysed.</summary>
    public required RunSummary Run { get; init; }

    /// <summary>The options after automatic choices were resolved.</summary>
    public required ResolvedOptions Options { get; init; }

    /// <summary>What of the training lies outside the setting of the theory; null where nothing does.</summary>
    public string? OutsideTheory { get; init; }

    /// <summary>The window [s, T] in flow time.</summary>
    public required TimeWindow Window { get; init; }

    /// <summary>Verdict of the inclusion ker W_S ⊆ ker G_Q; <see cref="Verdict.NotComputed"/> where only claims were asked for.</summary>
    public required Verdict Inclusion { get; init; }

    /// <summary>What that verdict is conditional on and the run does not meet; null where nothing qualifies it.</summary>
    public string? InclusionQualification { get; init; }

    /// <summary>What that verdict rests on, when it is not obvious.</summary>
    public string? InclusionReason { get; init; }

    /// <summary>ν = sup ‖G v‖/√(vᵀWv) with 0/0 = 0; null when infinite, or where the inclusion was not computed.</summary>
    public required double? Visibility { get; init; }

    /// <summary>√c_h, the Cauchy–Schwarz bound on ν; not a number where the inclusion was not computed.</summary>
    public required double VisibilityBound { get; init; }

    /// <summary>The spectrum of W_S.</summary>
    /// <exception cref="NotComputedException">It was not computed; <see cref="KnownSpectrum"/> asks without one.</exception>
    public SpectrumResult Spectrum
    {
        get => NotComputedException.Require(KnownSpectrum);
        init => KnownSpectrum = value;
    }

    /// <summary>The same, or why it was not computed.</summary>
    public Known<SpectrumResult> KnownSpectrum { get; init; }

    /// <summary>The claims, in order of their ids.</summary>
    public required IReadOnlyList<ClaimResult> Claims { get; init; }

    /// <summary>What may be wrong, the best supported first.</summary>
    public IReadOnlyList<LikelyCause> LikelyCauses { get; init; } = [];

    /// <summary>Movement of the kernel.</summary>
    /// <exception cref="NotComputedException">It was not computed; <see cref="KnownEvolution"/> asks without one.</exception>
    public KernelEvolution KernelEvolution
    {
        get => NotComputedException.Require(KnownEvolution);
        init => KnownEvolution = value;
    }

    /// <summary>The same, or why it was not computed.</summary>
    public Known<KernelEvolution> KnownEvolution { get; init; }

    /// <summary>The claim with the given id; null when it was not computed.</summary>
    public ClaimResult? Claim(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Claims.FirstOrDefault(c => c.Id == id);
    }

    /// <summary>Reads results.json of an earlier analysis.</summary>
    /// <param name="path">The file, or the report folder that holds it.</param>
    /// <param name="label">Its label; null for the run's name, or the folder's where the run has none.</param>
    /// <exception cref="InvalidResultsException">It is not there, is not results.json of this version, or lacks a key; the message names it. Or the folder
    /// holds files of two analyses.</exception>
    public static ComparedRun Read(string path, string? label = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Results.WholeReport.Read(path, file => Results.ResultsJson.ReadCompared(file, label));
    }

    /// <summary>Takes what a comparison needs.</summary>
    /// <param name="label">A name of its own.</param>
    /// <param name="analysis">The analysis.</param>
    public static ComparedRun Of(string label, ReservoirAnalysis analysis)
    {
        ArgumentException.ThrowIfNullOrEmpty(label);
        ArgumentNullException.ThrowIfNull(analysis);
        var inclusion = analysis.KnownInclusion.OrNull();
        return new ComparedRun
        {
            Label = label,
            Run = analysis.Run,
            Options = analysis.Options,
            OutsideTheory = analysis.OutsideTheory,
            Window = analysis.Window,
            Inclusion = analysis.InclusionVerdict,
            InclusionQualification = inclusion?.Qualification,
            InclusionReason = inclusion is null ? analysis.KnownInclusion.Reason : inclusion.Reason,
            Visibility = inclusion?.Visibility,
            VisibilityBound = inclusion?.VisibilityBound ?? double.NaN,
            KnownSpectrum = analysis.KnownSpectrum,
            Claims = analysis.Claims,
            LikelyCauses = analysis.LikelyCauses,
            KnownEvolution = analysis.KnownEvolution,
        };
    }
}
