using KernelFlow.Analysis.Claims;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Spectral;

namespace KernelFlow.Analysis;

/// <summary>What every claim is checked from: the recorded data, the operators, and the means to estimate their errors.</summary>
internal sealed record ClaimContext(CheckpointSequence Checkpoints, OutputRecord Outputs, RunModel Model, SpectrumSolution Solution, Backend Backend, AnalysisOptions Options)
{
    /// <summary>The operators.</summary>
    public Propagation Propagation => Model.Propagation;

    /// <summary>All eigenpairs of W_S, whatever is reported.</summary>
    public EigenPairs Pairs => Solution.Pairs;

    /// <summary>The prediction and its variants.</summary>
    public PredictionSet Predictions => Model.Predictions;

    /// <summary>What C6 and C10 compare with; null where there is none.</summary>
    public Replay? Replay { get; init; }

    /// <summary>Why <see cref="Replay"/> is null.</summary>
    public string? NoReplayReason { get; init; }

    /// <summary>g(s).</summary>
    public double[] StartGradient => Outputs.Gradients[0];

    /// <summary>ε of the coarsest number type the data are stored in, or were made from.</summary>
    public double StoredEpsilon { get; } = Checkpoints.SelectMany(c => c.Tensors)
        .Where(t => t.Key is "J_S" or "J_Q" or "J_S_mid" or "J_Q_mid" or "K_SS" or "K_QS" or "K_SS_next" or "K_QS_next" or "K_SQ_next" or "K_SS_mid" or "K_QS_mid" or "U_S" or "U_Q")
        .Select(t => t.Value.Type.Epsilon()).Concat(Checkpoints.Select(c => c.Find("kernel_epsilon")?.ReadAll()[0] ?? 0)).Max();

    /// <summary>U_Q(T) − U_Q(s).</summary>
    public double[] TestDisplacement { get; } = VectorMath.Subtract(Outputs.TestOutputs[^1], Outputs.TestOutputs[0]);

    /// <summary>U_S(T) − U_S(s).</summary>
    public double[] TrainDisplacement { get; } = VectorMath.Subtract(Outputs.TrainOutputs[^1], Outputs.TrainOutputs[0]);

    /// <summary>Recorded and predicted displacements.</summary>
    public DisplacementResult Displacements() => new(TestDisplacement, Predictions.Main.Test, TrainDisplacement, Predictions.Main.Train);

    /// <summary>(N + steps)·ε of float64: rounding of sums and of a chain of steps, where the stored numbers are taken as they are.</summary>
    public double ArithmeticRounding => (Checkpoints.TrainSize + Model.StepsPerInterval.Sum()) * Tolerances.Epsilon * Math.Max(1, Model.Descent?.Amplification ?? 1);

    /// <summary>N·ε + ε_stored, the relative rounding of an N-term sum of stored numbers, times what errors made early can grow by past the edge of stability.</summary>
    public double RelativeRounding => (Checkpoints.TrainSize * Tolerances.Epsilon + StoredEpsilon) * Math.Max(1, Model.Descent?.Amplification ?? 1);
}
