using KernelFlow.Numerics;

namespace KernelFlow.Validation.Calibration;

/// <summary>A training with nothing wrong in it, and how it is recorded and analysed. Cell and seed decide all of it.</summary>
/// <param name="Cell">Its cell.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Options">What is trained; the learning rate is set by <see cref="Record"/>.</param>
/// <param name="Form">What is kept and in which number types.</param>
/// <param name="Z">η λ_max(B K) at the start; for Adam, whose steps have a length of their own, η.</param>
/// <param name="Interpolation">How the kernels between sparse checkpoints are taken.</param>
/// <param name="EveryStep">Whether every step is recorded.</param>
public sealed record HonestTraining(CalibrationCell Cell, long Seed, RecordingOptions Options, StoredForm Form, double Z, Interpolation Interpolation,
    bool EveryStep)
{
    // A training whose loss grows so much is one that its user throws away.
    private const double Grown = 100;
    private const int Halvings = 12;

    /// <summary>The training of a cell and a seed.</summary>
    public static HonestTraining Of(CalibrationCell cell, long seed)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return StudyTrainings.Of(cell, seed);
    }

    /// <summary>Trains and records. Where the training diverges, the learning rate is halved until it does not.</summary>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Checked before every step.</param>
    /// <exception cref="NumericalException">It diverges at every learning rate.</exception>
    public HonestRecording Record(Backend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        double rate = Options.Optimizer == OptimizerKind.Adam ? Z : Z / StartSharpness(backend, cancellation);
        for (int halving = 0; halving <= Halvings; halving++, rate /= 2)
        {
            var options = Options with { LearningRate = rate };
            try
            {
                var recorded = Recorder.InMemory(options, backend, null, cancellation);
                double[] losses = [.. recorded.Select(c => c[TensorName.Loss].ReadAll()[0])];
                if (losses.Max() > Grown * (losses[0] + 1)) continue;
                return new HonestRecording(this, options, Form.Of(recorded, backend), rate * Sharpness.Largest(recorded, backend));
            }
            catch (NumericalException) when (halving < Halvings)
            {
                // It diverged: a smaller rate.
            }
        }
        throw new NumericalException($"{Cell.Id}: training diverges at every learning rate.");
    }

    /// <summary>As <see cref="Record"/> without <see cref="Form"/>: Jacobians in float64, with everything that was recorded.</summary>
    internal HonestRecording RecordAll(Backend backend, CancellationToken cancellation = default) =>
        (this with { Form = new StoredForm(StoredAs.Float64, false, false, true, true) }).Record(backend, cancellation);

    private double StartSharpness(Backend backend, CancellationToken cancellation)
    {
        var start = Options with { Steps = 1, LearningRate = 1e-9, Schedule = CheckpointSchedule.EveryStep, Midpoints = false };
        var recorded = Recorder.InMemory(start, backend, null, cancellation);
        double sharpness = Sharpness.At(recorded[0], recorded.Loss, backend);
        return sharpness > 0 ? sharpness : 1;
    }
}

/// <summary>What <see cref="HonestTraining.Record"/> recorded.</summary>
/// <param name="Training">The training.</param>
/// <param name="Options">What was trained, with its learning rate.</param>
/// <param name="Checkpoints">The recording.</param>
/// <param name="LargestZ">Largest η λ_max(B J M Jᵀ) of its checkpoints.</param>
public sealed record HonestRecording(HonestTraining Training, RecordingOptions Options, CheckpointSequence Checkpoints, double LargestZ);
