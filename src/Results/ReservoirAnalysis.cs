using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow;

/// <summary>Everything that the analysis of a run found, immutable.</summary>
public sealed record ReservoirAnalysis
{
    /// <summary>What made this result.</summary>
    public ToolInfo Tool { get; init; } = ToolInfo.Current;

    /// <summary>What was analysed.</summary>
    public required RunSummary Run { get; init; }

    /// <summary>The options after automatic choices were resolved.</summary>
    public required ResolvedOptions Options { get; init; }

    /// <summary>What of the training lies outside the setting of the theory, so that its claims about data do not apply; null where nothing does.</summary>
    public string? OutsideTheory { get; init; }

    /// <summary>The window [s, T] in flow time.</summary>
    public required TimeWindow Window { get; init; }

    /// <summary>The spectrum of W_S(s,T).</summary>
    /// <exception cref="NotComputedException">It was not computed; <see cref="KnownSpectrum"/> asks without one.</exception>
    public SpectrumResult Spectrum
    {
        get => NotComputedException.Require(KnownSpectrum);
        init => KnownSpectrum = value;
    }

    /// <summary>The same, or why it was not computed.</summary>
    public Known<SpectrumResult> KnownSpectrum { get; init; }

    /// <summary>The inclusion ker W_S ⊆ ker G_Q.</summary>
    /// <exception cref="NotComputedException">It was not computed; <see cref="KnownInclusion"/> asks without one.</exception>
    public InclusionResult Inclusion
    {
        get => NotComputedException.Require(KnownInclusion);
        init => KnownInclusion = value;
    }

    /// <summary>The same, or why it was not computed.</summary>
    public Known<InclusionResult> KnownInclusion { get; init; }

    /// <summary>The verdict of the inclusion; <see cref="Verdict.NotComputed"/> where there is none.</summary>
    public Verdict InclusionVerdict => KnownInclusion.TryGet(out var inclusion) ? inclusion.Verdict : Verdict.NotComputed;

    /// <summary>Relative dissipation, its own spectrum with its own modes; unknown for B = βI (it is then <see cref="SpectrumResult.DissipatedFraction"/>)
    /// and in descent mode.</summary>
    public Known<RelativeDissipation> RelativeDissipation { get; init; }

    /// <summary>What was told of the operators by applying them to vectors; unknown where they were formed, or not asked for.</summary>
    public Known<MatrixFreeResult> MatrixFree { get; init; }

    /// <summary>The claims, in order of their ids.</summary>
    public required IReadOnlyList<ClaimResult> Claims { get; init; }

    /// <summary>What may be wrong, the best supported first; empty where nothing is violated and nothing undecided.</summary>
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

    /// <summary>How training went.</summary>
    public Known<TrainingCurves> Training { get; init; }

    /// <summary>The classes of the training examples, or why there are none.</summary>
    public Known<ExampleClasses> Classes { get; init; }

    /// <summary>What the modes of W_S are made of.</summary>
    public Known<ModeContent> Modes { get; init; }

    /// <summary>How the spectrum builds up over the window.</summary>
    public Known<SpectralSchedule> Schedule { get; init; }

    /// <summary>Where label noise went, or why that is not known.</summary>
    public Known<NoisePlacement> NoisePlacement { get; init; }

    /// <summary>The population-risk gate; unknown without Jacobians.</summary>
    public Known<RiskGate> RiskGate { get; init; }

    /// <summary>Population risk from this run alone, or why it is not known.</summary>
    public Known<PopulationRisk> PopulationRisk { get; init; }

    /// <summary>What changed labels did to the test error, or why that is not known.</summary>
    public Known<VisibleNoise> VisibleNoise { get; init; }

    /// <summary>The least energy of the displacement, or why it is not known.</summary>
    public Known<MinimumNorm> MinimumNorm { get; init; }

    /// <summary>How early the kernel of the end is there, or why that is not known.</summary>
    public Known<JumpToEnd> JumpToEnd { get; init; }

    /// <summary>In which order the modes of the kernel were filled, or why that is not known.</summary>
    public Known<OrderOfFilling> OrderOfFilling { get; init; }

    /// <summary>What the clean signal did after the training examples were fitted, or why that is not known.</summary>
    public Known<Grokking> Grokking { get; init; }

    /// <summary>What each training example did.</summary>
    public Known<InfluenceResult> Influence { get; init; }

    /// <summary>Per checkpoint interval.</summary>
    public required IReadOnlyList<IntervalResult> Intervals { get; init; }

    /// <summary>Further windows that were asked for, in that order.</summary>
    public IReadOnlyList<WindowResult> Windows { get; init; } = [];

    /// <summary>Recorded and predicted displacements at the end of the window.</summary>
    public required DisplacementResult Displacements { get; init; }

    /// <summary>Facts of descent mode; null in flow mode.</summary>
    public DescentSummary? Descent { get; init; }

    /// <summary>The time, the memory and the steps that the analysis took.</summary>
    public required PerformanceResult Performance { get; init; }

    /// <summary>The figures of a user's own that the report was written with; their drawings are not here.</summary>
    public IReadOnlyList<FigureNote> Figures { get; init; } = [];

    /// <summary>The operators themselves; unknown in results that were read from a file.</summary>
    public required Known<OperatorSet> Operators { get; init; }

    /// <summary>The claim with the given id.</summary>
    /// <exception cref="KeyNotFoundException">This version does not compute it.</exception>
    public ClaimResult Claim(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return Claims.FirstOrDefault(c => c.Id == id) ?? throw new KeyNotFoundException($"Claim {id} "
            + $"was not computed; there are {string.Join(", ", Claims.Select(c => c.Id))}.");
    }
}

/// <summary>Facts about the recorded run.</summary>
/// <param name="Loss">Kind of the loss.</param>
/// <param name="Train">n, the number of training examples.</param>
/// <param name="Test">m, the number of test examples.</param>
/// <param name="Outputs">p, the number of outputs per example.</param>
/// <param name="Parameters">D, null for kernel-block runs.</param>
/// <param name="Checkpoints">Checkpoints in the window.</param>
/// <param name="InputHash">"sha256:…" of the files, null for runs in memory.</param>
public sealed record RunSummary(string Loss, int Train, int Test, int Outputs, long? Parameters, int Checkpoints, string? InputHash)
{
    /// <summary>Name of the run's folder; null for runs in memory.</summary>
    public string? Name { get; init; }

    /// <summary>The optimizer, when the run says so.</summary>
    public OptimizerSummary? Optimizer { get; init; }

    /// <summary>The recorder's own facts (network, data, label noise, seed), in its order.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();
}

/// <summary>What was used, after automatic choices.</summary>
/// <param name="Mode">Flow or descent.</param>
/// <param name="Method">Integration method.</param>
/// <param name="Interpolation">"linear" or "cubic".</param>
/// <param name="RelativeTolerance">Bound on the estimated relative Frobenius error of P, W_S and G_Q.</param>
/// <param name="Threshold">δ, the threshold: modes whose measure is below it are the reservoir.</param>
/// <param name="Seed">Seed of everything random.</param>
public sealed record ResolvedOptions(AnalysisMode Mode, string Method, string Interpolation, double RelativeTolerance, double Threshold, long Seed)
{
    /// <summary>How much was asked for: the whole analysis, or C1 to C4 and the recording only.</summary>
    public AnalysisExtent Extent { get; init; }

    /// <summary>The reduction to a range of fewer dimensions; null where the whole flow was integrated.</summary>
    public ReductionSummary? Reduction { get; init; }

    /// <summary>Whether every interval between checkpoints was integrated on its own and the window composed of them.</summary>
    public bool ByInterval { get; init; }

    /// <summary>Why the mode was chosen, when it was left to the tool.</summary>
    public string? ModeReason { get; init; }

    /// <summary>Whether check 2 of the inclusion, a second integration by another method, was asked for.</summary>
    public bool IndependentCheck { get; init; } = true;

    /// <summary>Why the method was chosen, when it was left to the tool.</summary>
    public string? MethodReason { get; init; }

    /// <summary>Why nothing N×N was formed; null where matrices were.</summary>
    public string? SolverReason { get; init; }

    /// <summary>Why the relative tolerance was chosen, when it was left to the tool.</summary>
    public string? ToleranceReason { get; init; }
}

/// <summary>A window of flow time.</summary>
/// <param name="From">s, the flow time at which the window begins.</param>
/// <param name="To">T, the flow time at which the window ends.</param>
public sealed record TimeWindow(double From, double To);

/// <summary>U(T) − U(s), recorded and predicted, stacked example-major.</summary>
/// <param name="RecordedTest">U_Q(T) − U_Q(s), length M.</param>
/// <param name="PredictedTest">−G_Q g(s), length M.</param>
/// <param name="RecordedTrain">U_S(T) − U_S(s), length N.</param>
/// <param name="PredictedTrain">−G_S g(s), length N.</param>
public sealed record DisplacementResult(IReadOnlyList<double> RecordedTest, IReadOnlyList<double> PredictedTest, IReadOnlyList<double> RecordedTrain,
    IReadOnlyList<double> PredictedTrain);

/// <summary>Cost of an analysis.</summary>
/// <param name="Seconds">Wall time from opening the run to the last number, writing excluded.</param>
/// <param name="PeakBytes">Largest working set of the process.</param>
/// <param name="Steps">Accepted integration steps.</param>
/// <param name="RejectedSteps">Rejected integration steps.</param>
/// <param name="Method">Integration method.</param>
/// <param name="Backend">Library, core, threads.</param>
public sealed record PerformanceResult(double Seconds, long PeakBytes, int Steps, int RejectedSteps, string Method, string Backend);

/// <summary>The operators of the window as MathNet matrices.</summary>
/// <param name="P">P(T,s), N×N.</param>
/// <param name="W_S">W_S(s,T), N×N, symmetric.</param>
/// <param name="G_Q">G_Q(T,s), M×N.</param>
/// <param name="G_S">G_S(T,s), N×N.</param>
/// <param name="Eigenvectors">ψ_j in columns, in the order of the spectrum.</param>
public sealed record OperatorSet(Matrix<double> P, Matrix<double> W_S, Matrix<double> G_Q, Matrix<double> G_S, Matrix<double> Eigenvectors);
