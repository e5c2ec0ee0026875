using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>λ w_k of the steps, from the recorded parameters: what weight decay adds to the gradient, or takes off beside the step (theory, section
/// 8).</summary>
public sealed class StepDecay
{
    private readonly CheckpointSequence _checkpoints;
    private readonly double _lambda;
    private double[] _parameters = [];
    private (int Step, long First, int Count) _read = (-1, 0, 0);

    private StepDecay(CheckpointSequence checkpoints, Optimizer optimizer) =>
        (_checkpoints, _lambda, IsDecoupled) = (checkpoints, optimizer.WeightDecay, optimizer.Decoupled);

    /// <summary>Whether it stands beside the step, −ηλ w, and not in the gradient.</summary>
    public bool IsDecoupled { get; }

    /// <summary>The weight decay of a run with Jacobians; null where it has none.</summary>
    /// <param name="checkpoints">The run or a window of it.</param>
    public static StepDecay? Of(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return checkpoints.Optimizer is { WeightDecay: > 0 } optimizer ? new StepDecay(checkpoints, optimizer) : null;
    }

    /// <summary>λ w_k, the part of some parameters; valid until others are asked for.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="first">The first of the parameters.</param>
    /// <param name="count">How many of them.</param>
    /// <exception cref="InvalidRunException">The parameters of the step were not recorded, or are not finite.</exception>
    public ReadOnlySpan<double> At(int step, long first, int count)
    {
        if (_parameters.Length < count) _parameters = new double[count];
        var part = _parameters.AsSpan(0, count);
        if (_read == (step, first, count)) return part;
        _checkpoints[step][TensorName.w].Read(first, part);
        VectorRoutines.Scale(_lambda, part, part);
        _read = (step, first, count);
        return part;
    }
}
