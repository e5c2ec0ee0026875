using KernelFlow.Analysis;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow;

/// <summary>What every claim is checked from: the recorded data, the operators, what was measured on them, and the means to estimate their errors.</summary>
/// <remarks>Whatever costs is computed when it is first asked for, or beside the integration; asking twice costs nothing.</remarks>
public sealed class ClaimEvidence
{
    private readonly StudiedWindow? _window;
    private readonly Measurements? _measured;
    private PredictionSet? _predictions;

    internal ClaimEvidence(StudiedWindow window, Measurements measured) : this(window.Input, window.Model) => (_window, _measured) = (window, measured);

    /// <summary>Evidence without operators: what needs them throws <see cref="NotComputedException"/>.</summary>
    internal ClaimEvidence(AnalysisInput input, PredictionModel model) => (Input, Predicting) = (input, model);

    /// <summary>Why there are no operators, where there are none.</summary>
    internal string NoOperators => Input.Kernels.IsApplied ? NotComputedException.MatrixFree : NotComputedException.ClaimsOnly;

    /// <summary>The same evidence of a run that was read with other gates.</summary>
    internal ClaimEvidence Under(AnalysisInput input) => _window is null ? new(input, Predicting) : new(_window with { Input = input }, _measured!);

    /// <summary>What was read of the run.</summary>
    internal AnalysisInput Input { get; }

    /// <summary>What predicts: the model, or vectors where no operators were formed.</summary>
    internal PredictionModel Predicting { get; }

    /// <summary>The errors of the integration, and what the operators make of rounding.</summary>
    internal Analysis.Budgets.PredictionErrors Errors => Predicting.Errors;

    /// <summary>What errors made early can grow by, at least 1.</summary>
    internal double Growth => Math.Max(1, Predicting.Amplification);

    /// <summary>Whether the operators were formed. Where they were not (<see cref="AnalysisExtent.ClaimsOnly"/>), all that needs them throws
    /// <see cref="NotComputedException"/>, and a claim that meets it has the verdict <see cref="Verdict.NotComputed"/>.</summary>
    public bool HasOperators => _window is not null;

    private StudiedWindow Window => _window ?? throw new NotComputedException(NoOperators);

    private Measurements Measured => _measured ?? throw new NotComputedException(NoOperators);

    /// <summary>How the recorded intervals compare with predictions from their recorded states, or why they cannot be compared.</summary>
    internal Known<Analysis.Consistency.IntervalConsistency> Intervals => Input.Intervals;

    /// <summary>The intervals, k from checkpoint k to k + 1, that the consistency statistics reject.</summary>
    public IReadOnlySet<int> FailingIntervals => Input.FailingIntervals;

    /// <summary>Why the recording as a whole contradicts itself; null when it does not.</summary>
    public string? InconsistentReason => Input.InconsistentReason;

    /// <summary>What of the training lies outside the setting of the theory; null where nothing does.</summary>
    public string? OutsideTheory => Input.OutsideTheory;

    /// <summary>The recorded run, or the window of it that is analysed.</summary>
    public CheckpointSequence Checkpoints => Input.Checkpoints;

    /// <summary>Outputs, gradients, loss Hessians and losses as recorded.</summary>
    public OutputRecord Outputs => Input.Outputs;

    /// <summary>The kernels of each checkpoint.</summary>
    public TrajectoryBuilder Kernels => Input.Kernels;

    /// <summary>The options of the analysis.</summary>
    public AnalysisOptions Options => Input.Options;

    /// <summary>The dense linear algebra to use.</summary>
    public Backend Backend => Input.Backend;

    /// <summary>The model of the run: gradient flow or the recorded steps.</summary>
    /// <exception cref="NotComputedException">The operators were not formed.</exception>
    public RunModel Model => Window.Model;

    /// <summary>P, W_S, G_S and G_Q with their estimated errors.</summary>
    public Propagation Propagation => Model.Propagation;

    /// <summary>What a reduction of the range may have changed; null where the whole flow was integrated, or no operators were formed.</summary>
    internal Truncation? Truncation => _window?.Model.Truncation;

    /// <summary>The eigenpairs of W_S that were computed, descending, as vectors of N elements in the space of the gradients; all unless <see
    /// cref="HasAllModes"/> is false.</summary>
    public EigenPairs Eigenpairs => Window.Solution.Pairs;

    /// <summary>Whether all eigenpairs of W_S were computed; otherwise the largest.</summary>
    public bool HasAllModes => Window.Solution.Complete;

    /// <summary>The spectrum of W_S and what the threshold makes of it.</summary>
    public SpectrumResult Spectrum => Measured.Spectrum;

    /// <summary>The prediction under test and the variants that its budget is made of.</summary>
    public PredictionSet Predictions => _predictions ??= Predicting.Predictions.Without(FailingIntervals);

    /// <summary>The prediction under test.</summary>
    public Prediction Prediction => Predictions.Main;

    /// <summary>How the spectrum of W_S builds up over the window, or why that is not known.</summary>
    public Known<SpectralSchedule> Schedule => Measured.Schedule;

    /// <summary>How far the kernel moved from its start.</summary>
    public KernelEvolution KernelEvolution => Measured.Evolution.Value;

    /// <summary>Where label noise went, or why that is not known.</summary>
    public Known<NoisePlacement> NoisePlacement => Measured.Noise;

    /// <summary>The population-risk gate, or why there is none.</summary>
    public Known<RiskGate> RiskGate => Measured.Gate.Value;

    /// <summary>The checks of ker W_S ⊆ ker G_Q and their verdict.</summary>
    public InclusionResult Inclusion => Measured.Inclusion;

    /// <summary>Vectors carried through the window a second time, by other means than the operators; or why there are none.</summary>
    public Known<SecondCarry> SecondCarry => Measured.Carry.Value;

    /// <summary>g(s), the training gradient at the start of the window, N numbers.</summary>
    public double[] StartGradient => Outputs.Gradients[0];

    /// <summary>U_Q(T) − U_Q(s) as recorded.</summary>
    public double[] TestDisplacement => Input.TestDisplacement;

    /// <summary>U_S(T) − U_S(s) as recorded.</summary>
    public double[] TrainDisplacement => Input.TrainDisplacement;

    /// <summary>ε of the coarsest number type the data are stored in, or were made from.</summary>
    public double StoredEpsilon => Input.StoredEpsilon;

    /// <summary>(N + steps)·ε of float64: rounding of sums and of a chain of steps, where the stored numbers are taken as they are.</summary>
    public double ArithmeticRounding => (Checkpoints.TrainSize + Predicting.ArithmeticSteps) * Tolerances.Epsilon * Growth;

    /// <summary>N·ε + ε_stored, the relative rounding of an N-term sum of stored numbers, times what errors made early can grow by past the edge of
    /// stability.</summary>
    public double RelativeRounding => (Checkpoints.TrainSize * Tolerances.Epsilon + StoredEpsilon) * Growth;

    /// <summary>‖W_S‖₂, which the rounding of an eigenvalue is relative to; λ_1 unless the gradients fill a part of R^N only.</summary>
    internal double GramianNorm => Window.Solution.Norm;

    /// <summary>What a claim about every mode says when only some were computed; empty when all were.</summary>
    internal string ModesLeftOut =>
        HasAllModes ? ""
        : FormattableString.Invariant($"; of the {Eigenpairs.Values.Count} largest of {Window.Solution.Dimension} modes, the others were not computed");
}
