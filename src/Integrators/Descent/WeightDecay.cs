using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>λ w_k of the steps, from the recorded parameters: what weight decay adds to the gradient, or takes off beside the step.</summary>
internal sealed class WeightDecay
{
    private readonly CheckpointSequence _checkpoints;
    private readonly double _lambda;
    private readonly double[] _parameters;
    private int _step = -1;

    private WeightDecay(CheckpointSequence checkpoints, Optimizer optimizer)
    {
        (_checkpoints, _lambda, IsDecoupled) = (checkpoints, optimizer.WeightDecay, optimizer.Decoupled);
        _parameters = new double[checkpoints.Parameters!.Value];
    }

    /// <summary>Whether it stands beside the step, −ηλ w, and not in the gradient.</summary>
    public bool IsDecoupled { get; }

    /// <summary>The weight decay of a run; null where it has none.</summary>
    public static WeightDecay? Of(CheckpointSequence checkpoints) =>
        checkpoints.Optimizer is { WeightDecay: > 0 } optimizer ? new WeightDecay(checkpoints, optimizer) : null;

    /// <summary>λ w_k, the part of some parameters.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="first">The first of the parameters.</param>
    /// <param name="count">How many of them.</param>
    public ReadOnlySpan<double> At(int step, long first, int count)
    {
        if (_step != step)
        {
            _checkpoints[step][TensorName.w].Read(0, _parameters);
            VectorRoutines.Scale(_lambda, _parameters, _parameters);
            _step = step;
        }
        return _parameters.AsSpan((int)first, count);
    }
}
