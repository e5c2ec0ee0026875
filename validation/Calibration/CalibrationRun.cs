using KernelFlow.Numerics;

namespace KernelFlow.Validation.Calibration;

/// <summary>What the analysis of one honest training said.</summary>
/// <param name="Training">The training.</param>
/// <param name="Claims">Every claim about data and about consistency.</param>
/// <param name="LearningRate">η.</param>
/// <param name="Descent">Whether the recorded steps themselves were analysed; otherwise the flow.</param>
/// <param name="Checkpoints">How many checkpoints there are.</param>
/// <param name="Drift">The largest change of the kernel relative to its start.</param>
/// <param name="LargestZ">The largest η λ_max(B J M Jᵀ).</param>
/// <param name="GradientLeft">‖g(T)‖/‖g(s)‖: how far the training converged.</param>
public sealed record CalibrationOutcome(HonestTraining Training, IReadOnlyList<ClaimResult> Claims, double LearningRate, bool Descent, int Checkpoints,
    double Drift, double LargestZ, double GradientLeft)
{
    /// <summary>Why there are no claims: the message of the refusal; null where there are.</summary>
    public string? Refusal { get; init; }
}

/// <summary>Trains, records in memory and analyses.</summary>
public static class CalibrationRun
{
    /// <summary>The outcome of a cell and a seed.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="backend">The dense linear algebra to use; small problems are fastest with <c>Backend.Managed(1)</c>.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static CalibrationOutcome Of(CalibrationCell cell, long seed, Backend backend, CancellationToken cancellation = default)
    {
        var training = HonestTraining.Of(cell, seed);
        var recording = training.Record(backend, cancellation);
        return Of(recording, backend, cancellation);
    }

    /// <summary>The outcome of a recording.</summary>
    /// <param name="recording">What was recorded.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static CalibrationOutcome Of(HonestRecording recording, Backend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recording);
        var run = recording.Checkpoints;
        double left = Norm(run, run.Count - 1) / Norm(run, 0);
        try
        {
            var analysis = Analyse(run, recording.Training.Interpolation, backend, cancellation);
            return new CalibrationOutcome(recording.Training, Judged(analysis), recording.Options.LearningRate,
                analysis.Options.Mode == AnalysisMode.Descent, run.Count, analysis.KernelEvolution.PeakDrift, recording.LargestZ, left);
        }
        catch (Exception refusal) when (refusal is InvalidRunException or NumericalException)
        {
            return new CalibrationOutcome(recording.Training, [], recording.Options.LearningRate, false, run.Count, double.NaN, recording.LargestZ, left)
            {
                Refusal = refusal.Message,
            };
        }
    }

    /// <summary>The analysis with the defaults of the command line, without the second integration, which no claim about data needs.</summary>
    internal static ReservoirAnalysis Analyse(CheckpointSequence run, Interpolation interpolation, Backend backend, CancellationToken cancellation) =>
        Analyze.Reservoir(run, new AnalysisOptions { Backend = backend, Interpolation = interpolation, IndependentCheck = false }, null, cancellation);

    /// <summary>The claims that confront something with what was recorded.</summary>
    internal static ClaimResult[] Judged(ReservoirAnalysis analysis) =>
        [.. analysis.Claims.Where(c => c.Kind is not (ClaimKind.Code or ClaimKind.Inclusion or ClaimKind.Measured))];

    private static double Norm(CheckpointSequence run, int index)
    {
        double[] u = run[index][TensorName.U_S].ReadAll(), g = new double[u.Length];
        run.Loss.Gradient(u, g);
        return Math.Sqrt(g.Sum(v => v * v));
    }
}
